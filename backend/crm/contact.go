package crm

// TypeCompany and TypePerson are what a contact is; "" counts as a person.
const (
	TypePerson  = "person"
	TypeCompany = "company"
)

// ContactRow is a contact as lists show it, with what its leads come to. Those
// in the archive count, deleted ones don't.
type ContactRow struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	Name        string `json:"name"`
	Company     string `json:"company"`
	CompanyID   string `json:"companyId"`
	Phone       string `json:"phone"` // the first, E.164
	Email       string `json:"email"` // the first
	City        string `json:"city"`
	Birthday    string `json:"birthday"` // YYYY-MM-DD
	Leads       int    `json:"leads"`
	Sold        int    `json:"sold"`
	SoldCents   int64  `json:"soldCents"`
	LastContact int64  `json:"lastContact"` // ms UTC, 0 for never
}

// Referrer is a contact with what those whom it brought came to.
type Referrer struct {
	Contact   ContactRow `json:"contact"`
	Leads     int        `json:"leads"`
	Sold      int        `json:"sold"`
	SoldCents int64      `json:"soldCents"`
}

// Birthday is a contact's next one.
type Birthday struct {
	Contact ContactRow `json:"contact"`
	Day     string     `json:"day"` // YYYY-MM-DD, this one's
	Age     int        `json:"age"` // on that day; 0 when the year of birth isn't known
}
