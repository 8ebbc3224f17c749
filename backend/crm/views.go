package crm

// Card is a lead as board, list and search show it: one row, no joins left to
// the window. Ids of users, sources, stages and tags are named from the
// workspace that the window holds.
type Card struct {
	ID            string   `json:"id"`
	ContactID     string   `json:"contactId"`
	StageID       string   `json:"stageId"`
	Name          string   `json:"name"`
	Company       string   `json:"company"`
	Phone         string   `json:"phone"` // first phone, E.164
	Email         string   `json:"email"` // first e-mail
	City          string   `json:"city"`
	Vehicle       string   `json:"vehicle"`
	Plate         string   `json:"plate"`
	Subject       string   `json:"subject"`
	ValueCents    int64    `json:"valueCents"`
	OwnerID       string   `json:"ownerId"`
	SourceID      string   `json:"sourceId"`
	ShopID        string   `json:"shopId"`
	ReasonID      string   `json:"reasonId"`
	Timeframe     string   `json:"timeframe"`
	Qualification string   `json:"qualification"`
	Tags          []string `json:"tags"`
	Fresh         int64    `json:"fresh"`
	CreatedAt     int64    `json:"createdAt"`
	StageSince    int64    `json:"stageSince"`
	LastContact   int64    `json:"lastContact"`
	ArchivedAt    int64    `json:"archivedAt"`
	NextID        string   `json:"nextId"`    // next activity; "" when none
	NextKind      string   `json:"nextKind"`  // its kind
	NextTitle     string   `json:"nextTitle"` // its title
	NextAt        int64    `json:"nextAt"`    // ms UTC when it has an hour
	NextDay       string   `json:"nextDay"`   // YYYY-MM-DD when it has none
	NextDue       int64    `json:"nextDue"`   // ms UTC after which it is overdue

	Values []FieldValue `json:"values,omitempty"` // of custom fields that board or list show, the lead's and the contact's
}

// Filter narrows board and list alike. Empty fields don't filter; values of
// one field are alternatives, fields are conjoined.
type Filter struct {
	PipelineID  string   `json:"pipelineId"`
	StageIDs    []string `json:"stageIds"`
	OwnerIDs    []string `json:"ownerIds"` // "" stands for "nobody"
	SourceIDs   []string `json:"sourceIds"`
	TagIDs      []string `json:"tagIds"`      // any of them
	CreatedFrom string   `json:"createdFrom"` // YYYY-MM-DD, inclusive, in the workspace's zone
	CreatedTo   string   `json:"createdTo"`   // YYYY-MM-DD, inclusive
	Unread      bool     `json:"unread"`
	Activity    string   `json:"activity"` // "", "overdue", "today", "later", "none"
	Quiet       bool     `json:"quiet"`    // no contact with the customer for as many days as the workspace says
	Archived    bool     `json:"archived"` // the archive instead of the living
	ImportID    string   `json:"importId"` // leads of one import

	Timeframes     []string      `json:"timeframes"`       // see Temperature
	Qualifications []string      `json:"qualifications"`   // levels
	Winback        bool          `json:"winback"`          // not sold, and by now may want to buy: see TimeframeDays
	Fields         []FieldFilter `json:"fields,omitempty"` // all of them

	// Or holds alternatives: at least one of them, beside all of the above. Their
	// own pipeline, archive and alternatives don't count, nor does an empty one.
	Or []Filter `json:"or,omitempty"`
}

// FieldFilter narrows by a custom field, or by a standard one under its json
// name ("valueCents", "city"), of the lead or of its contact. Which
// part counts depends on the field's type; an empty one doesn't filter. A field
// that isn't there matches nothing: taking the filter off is a person's choice.
type FieldFilter struct {
	FieldID string   `json:"fieldId"`
	Text    string   `json:"text"` // of texts, phones and addresses: what they contain
	From    string   `json:"from"` // of numbers, amounts and dates: inclusive, as they are kept
	To      string   `json:"to"`
	Any     []string `json:"any"` // of choices and yes or no: any of them, "" for what holds nothing
}

// List sorts.
const (
	SortName        = "name"
	SortValue       = "value"
	SortCreated     = "created"
	SortStageSince  = "stageSince"
	SortLastContact = "lastContact"
	SortNextDue     = "nextDue"
	SortStage       = "stage"
	SortOwner       = "owner"
	SortSource      = "source"
	SortVehicle     = "vehicle"
)

// ListRequest asks for a page of the list.
type ListRequest struct {
	Filter Filter `json:"filter"`
	Sort   string `json:"sort"`
	Desc   bool   `json:"desc"`
	Offset int    `json:"offset"`
	Limit  int    `json:"limit"` // at most 200
}

// Totals counts leads and adds up their values.
type Totals struct {
	Count    int   `json:"count"`
	SumCents int64 `json:"sumCents"`
}

// Breakdown counts the leads that match by what is known of how they will buy.
// What nobody said of a lead is counted nowhere.
type Breakdown struct {
	Timeframes     map[string]Totals `json:"timeframes"`     // by timeframe
	Qualifications map[string]Totals `json:"qualifications"` // by level
}

// StageView is one stage of the board: what it holds and its first cards.
type StageView struct {
	StageID  string `json:"stageId"`
	Count    int    `json:"count"`
	SumCents int64  `json:"sumCents"`
	Cards    []Card `json:"cards"`
}

// Selection names the leads of a bulk action: by id, or all that match.
type Selection struct {
	IDs    []string `json:"ids"`
	Filter *Filter  `json:"filter"` // used when IDs is empty
}

// TimelineItem is one entry of a lead's history, newest first.
type TimelineItem struct {
	ID       string        `json:"id"`
	Type     string        `json:"type"` // "event", "activity", "attachment" or "created"
	At       int64         `json:"at"`
	UserID   string        `json:"userId"`
	Op       string        `json:"op"`       // of an event
	Changes  []FieldChange `json:"changes"`  // of an event
	Activity *Activity     `json:"activity"` // of an activity

	Attachment *Attachment `json:"attachment"` // of an attachment
}

// Done answers every write: what was done, so that the window can say it and
// offer to undo it. Op is the operation's id, Label its name ("lead.move").
type Done struct {
	OpID   string            `json:"opId"`
	Label  string            `json:"label"`
	Params map[string]string `json:"params"`
	IDs    []string          `json:"ids"` // leads that it made or changed, at most 100
	Undo   bool              `json:"undo"`
}

// Change says what a committed operation touched, so that the window fetches
// only that. Empty lists with All mean "fetch everything you show".
type Change struct {
	OpID     string   `json:"opId"`
	Label    string   `json:"label"`
	Kinds    []string `json:"kinds"`
	LeadIDs  []string `json:"leadIds"`
	StageIDs []string `json:"stageIds"`
	All      bool     `json:"all"`
}
