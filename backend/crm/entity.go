package crm

// Entities are plain structs. The tags say how a field lives on disk and in
// the sync record, so that a column stands in the migration and here and
// nowhere else:
//
//	db:"column"        a column of the entity's table
//	db:"column,id"     a UUID, 16 bytes on disk
//	db:"column,ref"    a UUID of a small entity (user, stage, tag …), kept on
//	                   disk as a local integer so that indexes stay narrow
//	set:"table"        a set with an element per row in a table of its own
//	fid:"n"            the stable field id in the sync record. Columns that
//	                   share one are one register. A field without one is
//	                   derived from others and never synced.
//	since:"n"          the migration that added the column, when its table was
//	                   there before: older rows hold NULL, which reads as empty
//
// A field id is never reused and never changes its type.

// Kind names an entity in the sync record; the numbers are stable.
type Kind int

// Kinds of record.
const (
	KindShop     Kind = 1
	KindUser     Kind = 2
	KindSource   Kind = 3
	KindTag      Kind = 4
	KindReason   Kind = 5
	KindPipeline Kind = 6
	KindStage    Kind = 7
	KindSetting  Kind = 8
	KindField    Kind = 9
	KindView     Kind = 10
	KindContact  Kind = 20
	KindLead     Kind = 21
	KindMark     Kind = 22 // silent registers of a lead; see Mark
	KindActivity Kind = 23
	KindEvent    Kind = 24

	KindAttachment Kind = 25
	KindPair       Kind = 26
)

// Shop is one store of the dealer. A lead's shop gives its scope.
type Shop struct {
	ID       string `json:"id" db:"id,id"`
	Name     string `json:"name" db:"name" fid:"1"`
	Timezone string `json:"timezone" db:"timezone" fid:"2"` // IANA; "" is the workspace's
	Phone    string `json:"phone" db:"phone" fid:"3"`       // E.164
	City     string `json:"city" db:"city" fid:"4"`
	Document string `json:"document" db:"document" fid:"5"` // CNPJ
}

// Role says what a user may do. Until sign-in exists it only labels.
type Role string

// Roles.
const (
	RoleAdmin   Role = "admin"
	RoleManager Role = "manager"
	RoleSeller  Role = "seller"
)

// User is a person who acts. Users are retired, not deleted: history names them.
type User struct {
	ID      string `json:"id" db:"id,id"`
	Name    string `json:"name" db:"name" fid:"1"`
	Role    string `json:"role" db:"role" fid:"2"`
	Retired bool   `json:"retired" db:"retired" fid:"3"`
}

// Source is where a lead came from. Its id is derived from its folded name, so
// that two PCs which both make "Feirão" make one.
type Source struct {
	ID      string `json:"id" db:"id,id"`
	Name    string `json:"name" db:"name" fid:"1"`
	Retired bool   `json:"retired" db:"retired" fid:"2"`
}

// Tag labels leads. Its id is derived from its folded name.
type Tag struct {
	ID      string `json:"id" db:"id,id"`
	Name    string `json:"name" db:"name" fid:"1"`
	Color   string `json:"color" db:"color" fid:"2"` // a token of the palette: "slate", "amber" …
	Retired bool   `json:"retired" db:"retired" fid:"3"`
}

// Reason says why a lead was won, lost or discarded.
type Reason struct {
	ID      string `json:"id" db:"id,id"`
	Kind    string `json:"kind" db:"kind" fid:"1"` // the StageKind it explains
	Name    string `json:"name" db:"name" fid:"2"`
	Retired bool   `json:"retired" db:"retired" fid:"3"`
	Pos     int64  `json:"pos" db:"pos" fid:"4" since:"3"` // among those of its kind, as they are offered; 0 until somebody put them in order
}

// Pipeline is an ordered set of up to MaxStages stages.
type Pipeline struct {
	ID      string `json:"id" db:"id,id"`
	Name    string `json:"name" db:"name" fid:"1"`
	Kind    string `json:"kind" db:"kind" fid:"2"`
	Pos     int64  `json:"pos" db:"pos" fid:"3"`
	Retired bool   `json:"retired" db:"retired" fid:"4"` // a ready template that is not shown yet
}

// Stage is a step of a pipeline.
type Stage struct {
	ID         string `json:"id" db:"id,id"`
	PipelineID string `json:"pipelineId" db:"pipeline,ref" fid:"1"`
	Name       string `json:"name" db:"name" fid:"2"`
	Kind       string `json:"kind" db:"kind" fid:"3"`
	Pos        int64  `json:"pos" db:"pos" fid:"4"`
	StaleDays  int64  `json:"staleDays" db:"stale_days" fid:"5"` // days until a card looks aged; 0 never

	Color       string `json:"color" db:"color" fid:"6" since:"3"`             // a token of the palette, as a tag's; "" none
	Probability int64  `json:"probability" db:"probability" fid:"7" since:"3"` // of a sale in percent, of an open stage; 0: nobody said
}

// Setting is one value of the workspace, keyed by name; its id is derived
// from the key.
type Setting struct {
	ID    string `json:"id" db:"id,id"`
	Key   string `json:"key" db:"key" fid:"1"`
	Value string `json:"value" db:"value" fid:"2"`
}

// View is a filter that somebody keeps under a name: a tab above the board and
// the list of its pipeline.
type View struct {
	ID         string `json:"id" db:"id,id"`
	Name       string `json:"name" db:"name" fid:"1"`
	PipelineID string `json:"pipelineId" db:"pipeline,ref" fid:"2"`
	UserID     string `json:"userId" db:"user,ref" fid:"3"` // who made it; sees it alone unless it is shared
	Shared     bool   `json:"shared" db:"shared" fid:"4"`
	Pos        int64  `json:"pos" db:"pos" fid:"5"`
	Filter     string `json:"filter" db:"filter" fid:"6"` // JSON Filter; its pipeline doesn't count
}

// Entry is one element of a contact's phones or e-mails, or of a field's choices.
type Entry struct {
	Key   string `json:"key"`   // E.164 phone, lower-case e-mail, or a choice's id: the element's identity
	Label string `json:"label"` // free text: "trabalho", "esposa"; a phone's extension stands here too; a choice's name
	Pos   int64  `json:"pos"`   // order of display, the first is the one that is called
}

// Field is a field that a dealer adds to leads or contacts. Its type never
// changes: another type is another field. Its id is derived from target, type
// and folded name, so that two PCs which both make "Cor" make one.
type Field struct {
	ID       string  `json:"id" db:"id,id"`
	Target   string  `json:"target" db:"target" fid:"1"` // see Target*
	Type     string  `json:"type" db:"type" fid:"2"`     // see Field*
	Name     string  `json:"name" db:"name" fid:"3"`
	Required bool    `json:"required" db:"required" fid:"4"` // of people who type; a sheet and a hub may leave it out
	OnCard   bool    `json:"onCard" db:"on_card" fid:"5"`
	OnList   bool    `json:"onList" db:"on_list" fid:"6"`
	Pos      int64   `json:"pos" db:"pos" fid:"7"` // order of display
	Retired  bool    `json:"retired" db:"retired" fid:"8"`
	Choices  []Entry `json:"choices" set:"field_choices" fid:"9"` // a choice that is offered no more has a Pos below 0
}

// FieldValue is what a lead or a contact holds of one custom field, in the form
// of the field's type; see CheckValue of package fields. One that was emptied
// stays, with "": that, too, was somebody's decision.
type FieldValue struct {
	FieldID string `json:"fieldId"`
	Value   string `json:"value"`
}

// Contact is a person or a company that has leads.
type Contact struct {
	ID         string  `json:"id" db:"id,id"`
	Type       string  `json:"type" db:"type" fid:"1"` // "person" or "company"
	Name       string  `json:"name" db:"name" fid:"2"`
	Company    string  `json:"company" db:"company" fid:"3"`
	Document   string  `json:"document" db:"document" fid:"4"` // CPF or CNPJ, no punctuation
	City       string  `json:"city" db:"city" fid:"5"`
	Address    string  `json:"address" db:"address" fid:"6"`
	Zip        string  `json:"zip" db:"zip" fid:"7"`                   // CEP, 8 digits
	Birthday   string  `json:"birthday" db:"birthday" fid:"8"`         // YYYY-MM-DD
	MergedInto string  `json:"mergedInto" db:"merged_into,id" fid:"9"` // of a smaller id; see Pair
	CreatedAt  int64   `json:"createdAt" db:"created_at" fid:"10"`     // ms UTC
	Phones     []Entry `json:"phones" set:"contact_phones" fid:"11"`
	Emails     []Entry `json:"emails" set:"contact_emails" fid:"12"`
	CompanyID  string  `json:"companyId" db:"company_id,id" fid:"14" since:"7"` // the company's own record; Company stands without one, too

	Values []FieldValue `json:"values" set:"contact_values" fid:"13"` // of custom fields
}

// Pair is what people said of two contacts that look like one. Its id is
// derived from theirs.
//
// Merging moves nothing: the contact of the greater id names the other in
// MergedInto, and all that reads a contact follows that to its end. A name that
// isn't smaller, isn't here or was deleted is not followed, so that two merges
// on two devices never make a circle.
type Pair struct {
	ID        string `json:"id" db:"id,id"`
	ContactID string `json:"contactId" db:"contact_id,id" fid:"1"` // of the greater id: it is merged
	IntoID    string `json:"intoId" db:"into_id,id" fid:"2"`       // stays
	ApartAt   int64  `json:"apartAt" db:"apart_at" fid:"3"`        // ms UTC when somebody said that they are two; 0 nobody did
	Taken     string `json:"taken" db:"taken" fid:"4"`             // JSON []FieldChange, while merged: what that changed of the one that stays
}

// Lead is one contact's interest. It stands in one stage of one pipeline.
type Lead struct {
	ID            string   `json:"id" db:"id,id"`
	ContactID     string   `json:"contactId" db:"contact_id,id" fid:"1"`
	StageID       string   `json:"stageId" db:"stage,ref" fid:"2"`
	Rank          string   `json:"rank" db:"rank" fid:"2"`
	StageSince    int64    `json:"stageSince" db:"stage_since" fid:"2"` // ms UTC of the entry into the stage
	OwnerID       string   `json:"ownerId" db:"owner,ref" fid:"3"`
	SourceID      string   `json:"sourceId" db:"source,ref" fid:"4"`
	ShopID        string   `json:"shopId" db:"shop,ref" fid:"5"`
	ValueCents    int64    `json:"valueCents" db:"value_cents" fid:"6"`
	Currency      string   `json:"currency" db:"currency" fid:"7"` // ISO 4217
	Subject       string   `json:"subject" db:"subject" fid:"8"`   // not every negotiation is about a car
	Vehicle       string   `json:"vehicle" db:"vehicle" fid:"9"`
	Plate         string   `json:"plate" db:"plate" fid:"10"`                 // as written, upper case, no dash
	Timeframe     string   `json:"timeframe" db:"timeframe" fid:"11"`         // see Temperature
	Qualification string   `json:"qualification" db:"qualification" fid:"12"` // see Qualification*; words of its own from a sheet
	ArchivedAt    int64    `json:"archivedAt" db:"archived_at" fid:"13"`      // ms UTC, 0 when not archived
	ReasonID      string   `json:"reasonId" db:"reason,ref" fid:"14"`
	ReasonNote    string   `json:"reasonNote" db:"reason_note" fid:"15"`
	CreatedAt     int64    `json:"createdAt" db:"created_at" fid:"16"`
	CreatedBy     string   `json:"createdBy" db:"created_by,ref" fid:"17"`
	CreatedVia    string   `json:"createdVia" db:"created_via" fid:"18"` // "manual", "import", "sample"
	CreatedNote   string   `json:"createdNote" db:"created_note" fid:"19"`
	ConvertedFrom string   `json:"convertedFrom" db:"converted_from,ref" fid:"20"`
	OriginLeadID  string   `json:"originLeadId" db:"origin_lead,id" fid:"21"`
	Tags          []string `json:"tags" set:"lead_tags" fid:"22"`                     // tag ids
	ReferredBy    string   `json:"referredBy" db:"referred_by,id" fid:"24" since:"7"` // the contact who brought this one

	Values []FieldValue `json:"values" set:"lead_values" fid:"23"` // of custom fields

	// Derived from the fields above, the contact, the mark and the activities.
	PersonID    string `json:"personId" db:"person,id" since:"10"` // the contact as whom it is shown: its own, or what that was merged into
	SortName    string `json:"sortName" db:"sort_name"`            // that one's name, folded
	PipelineID  string `json:"pipelineId" db:"pipeline,ref"`
	Fresh       int64  `json:"fresh" db:"fresh"`              // see Fresh*
	NextDue     int64  `json:"nextDue" db:"next_due"`         // ms UTC of the earliest planned activity, 0 when none
	NextID      string `json:"nextId" db:"next_id,id"`        // that activity
	LastContact int64  `json:"lastContact" db:"last_contact"` // ms UTC of the last done call, visit, message …, 0 when none
}

// How a lead came to be.
const (
	ViaManual = "manual"
	ViaImport = "import"
	ViaSample = "sample"
)

// What lifts a card above the ranked ones: nothing, a lead nobody has opened
// yet, or a reply nobody has read. It is a sort key ahead of rank and writes
// no rank.
const (
	FreshNone  = 0
	FreshNew   = 1
	FreshReply = 2
)

// Mark holds the silent registers of a lead: a machine's or a glance's write
// in the lead itself would count against a deletion.
type Mark struct {
	ID     string `json:"id" db:"id,id"` // derived from the lead's id
	LeadID string `json:"leadId" db:"lead_id,id" fid:"1"`
	SeenAt int64  `json:"seenAt" db:"seen_at" fid:"2"` // ms UTC; -1: marked unread by hand
}

// Activity is something done or planned with a lead. A note is one, too.
type Activity struct {
	ID        string `json:"id" db:"id,id"`
	LeadID    string `json:"leadId" db:"lead_id,id" fid:"1"`
	Kind      string `json:"kind" db:"kind" fid:"2"`
	Title     string `json:"title" db:"title" fid:"3"`
	Body      string `json:"body" db:"body" fid:"4"`
	DueAt     int64  `json:"dueAt" db:"due_at" fid:"5"`   // ms UTC; with an hour
	DueDay    string `json:"dueDay" db:"due_day" fid:"5"` // YYYY-MM-DD; without an hour
	DoneAt    int64  `json:"doneAt" db:"done_at" fid:"6"` // ms UTC, 0 while planned
	Outcome   string `json:"outcome" db:"outcome" fid:"7"`
	UserID    string `json:"userId" db:"user,ref" fid:"8"` // who does or did it
	Channel   string `json:"channel" db:"channel" fid:"9"` // "phone", "whatsapp", "email", ""
	Inbound   bool   `json:"inbound" db:"inbound" fid:"10"`
	CreatedAt int64  `json:"createdAt" db:"created_at" fid:"11"`
	CreatedBy string `json:"createdBy" db:"created_by,ref" fid:"12"`
	Remind    int64  `json:"remind" db:"remind" fid:"13" since:"8"` // minutes before; see RemindAt

	Due int64 `json:"due" db:"due"` // derived: DueAt, or the end of DueDay in the shop's zone; 0 when done or undated
}

// Attachment is a photo or a document of a lead. Its bytes lie beside the
// database, under their hash.
type Attachment struct {
	ID        string `json:"id" db:"id,id"`
	LeadID    string `json:"leadId" db:"lead_id,id" fid:"1"`
	Name      string `json:"name" db:"name" fid:"2"` // as people know it, ending as its kind of file does
	Mime      string `json:"mime" db:"mime" fid:"3"` // of its bytes: see FileKindOf
	Size      int64  `json:"size" db:"size" fid:"4"` // bytes
	Hash      string `json:"hash" db:"hash" fid:"5"` // SHA-256 of the bytes, in hexadecimal
	CreatedAt int64  `json:"createdAt" db:"created_at" fid:"6"`
	CreatedBy string `json:"createdBy" db:"created_by,ref" fid:"7"`
}

// Event is one entry of a lead's history: immutable, one per operation.
type Event struct {
	ID      string `json:"id" db:"id,id"`
	LeadID  string `json:"leadId" db:"lead_id,id" fid:"1"`
	Op      string `json:"op" db:"op" fid:"2"`
	UserID  string `json:"userId" db:"user,ref" fid:"3"`
	At      int64  `json:"at" db:"at" fid:"4"`
	Changes string `json:"changes" db:"changes" fid:"5"` // JSON []FieldChange
}

// FieldChange is one old → new of an event. Ids stay ids; the window names them.
type FieldChange struct {
	Field string `json:"field"` // json name of the entity's field
	Old   string `json:"old"`
	New   string `json:"new"`
}
