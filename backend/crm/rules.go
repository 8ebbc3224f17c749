package crm

import (
	"strings"
	"unicode/utf8"
)

// MaxStages is how many stages a pipeline can have.
const MaxStages = 10

// Kinds of pipeline.
const (
	PipelineSales         = "sales"
	PipelineQualification = "qualification"
	PipelineSubject       = "subject"
)

// Kinds of stage.
const (
	StageOpen      = "open"
	StageConverted = "converted"
	StageDiscarded = "discarded"
	StageWon       = "won"
	StageLost      = "lost"
)

// NeedsReason says whether entering a stage of this kind asks for a reason.
func NeedsReason(stageKind string) bool {
	return stageKind == StageWon || stageKind == StageLost || stageKind == StageDiscarded
}

// Requirable are the fields that a workspace may ask for in every new lead,
// beside name and phone or e-mail. Where a pipeline is about matters, its
// leads have a subject in place of a vehicle.
func Requirable() []string {
	return []string{"email", "vehicle", "valueCents", "sourceId", "ownerId"}
}

// Kinds of activity.
const (
	ActivityCall      = "call"
	ActivityVisit     = "visit"
	ActivityTestDrive = "test_drive"
	ActivityMessage   = "message"
	ActivityEmail     = "email"
	ActivityTask      = "task"
	ActivityNote      = "note"
)

// ActivityKinds in the order in which the window offers them.
var ActivityKinds = []string{ActivityCall, ActivityMessage, ActivityEmail, ActivityVisit, ActivityTestDrive, ActivityTask, ActivityNote}

// IsContact says whether a done activity of this kind is a contact with the
// customer, so that it moves the lead's last contact.
func IsContact(kind string) bool {
	switch kind {
	case ActivityCall, ActivityVisit, ActivityTestDrive, ActivityMessage, ActivityEmail:
		return true
	}
	return false
}

// Timeframes in which a customer wants to buy.
const (
	TimeframeNow   = "now"    // at once: hot
	TimeframeSoon  = "months" // within about two months: warm
	TimeframeLater = "later"  // some day: cold
)

// Temperature reads cold, warm or hot from the purchase timeframe; "" when
// the timeframe is not known.
func Temperature(timeframe string) string {
	switch timeframe {
	case TimeframeNow:
		return "hot"
	case TimeframeSoon:
		return "warm"
	case TimeframeLater:
		return "cold"
	}
	return ""
}

// Timeframes, the soonest first.
var Timeframes = []string{TimeframeNow, TimeframeSoon, TimeframeLater}

// TimeframeDays answers after how many days a customer who was not sold to is
// worth another call: about as long as the timeframe said, and none too soon.
func TimeframeDays(timeframe string) int {
	switch timeframe {
	case TimeframeNow:
		return 30
	case TimeframeSoon:
		return 60
	}
	return 180
}

// Qualification levels: how sure it is that a lead will buy.
const (
	QualificationSuspect   = "suspect" // nobody has looked yet
	QualificationMarketing = "mql"     // interested: marketing-qualified
	QualificationSales     = "sql"     // ready for a seller: sales-qualified
)

// IsQualification says whether a text is a level. An imported sheet may hold
// words of its own, which are kept and shown as they are.
func IsQualification(text string) bool {
	return text == QualificationSuspect || text == QualificationMarketing || text == QualificationSales
}

// Longest texts, in characters. They keep a pasted book out of a name.
const (
	maxLine = 300
	maxText = 20000
)

// CheckLine trims a one-line text and refuses one that is too long.
func CheckLine(field, text string) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > maxLine {
		return "", NewError(CodeTooLong, field, "max", "300")
	}
	return text, nil
}

// CheckText trims a text of several lines and refuses one that is too long.
func CheckText(field, text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if utf8.RuneCountInString(text) > maxText {
		return "", NewError(CodeTooLong, field, "max", "20000")
	}
	return text, nil
}

// CheckReachable refuses a contact that has no name, or neither phone nor e-mail.
func CheckReachable(c *Contact) error {
	if c.Name == "" {
		return NewError(CodeRequired, "name")
	}
	if len(c.Phones) == 0 && len(c.Emails) == 0 {
		return NewError(CodeLeadContact, "phone")
	}
	return nil
}
