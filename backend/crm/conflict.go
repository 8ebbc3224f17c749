package crm

// Conflict is a field that was written apart in two places, or a record that
// one deleted while another edited it. Both values live on until a person has
// chosen one.
type Conflict struct {
	Kind    string          `json:"kind"`    // the entity's table: "leads", "contacts" …
	ID      string          `json:"id"`      // the record's
	Field   string          `json:"field"`   // json name; of several columns the first; "deleted" of a deletion
	Element string          `json:"element"` // of a set: the phone, e-mail or tag
	Key     string          `json:"key"`     // names the field to who resolves it
	Values  []ConflictValue `json:"values"`  // the one that is shown first
}

// ConflictValue is one of a conflict's.
type ConflictValue struct {
	Value   string `json:"value"`   // as a timeline shows it; of a deletion "1", of what was edited ""
	Write   string `json:"write"`   // names the write to who resolves the conflict
	At      int64  `json:"at"`      // ms UTC by the clock of who wrote it, corrected by the hub's
	Replica int64  `json:"replica"` // the PC that wrote it
	Here    bool   `json:"here"`    // it was this one
	Device  string `json:"device"`  // what another PC is called; "" when not known
	UserID  string `json:"userId"`  // who acted; of what another PC wrote, whose that is; "" when not known
}

// RefusedWrite is what a person wrote and the hub did not take.
type RefusedWrite struct {
	ID       int64  `json:"id"`
	Kind     string `json:"kind"` // "" of one that this program doesn't know
	RecordID string `json:"recordId"`
	Field    string `json:"field"` // json name, "deleted" of a deletion, "" when unknown
	Element  string `json:"element"`
	Value    string `json:"value"`
	At       int64  `json:"at"`     // ms UTC of the write
	Filed    int64  `json:"filed"`  // ms UTC of its refusal
	Reason   string `json:"reason"` // a code of the hub's
}
