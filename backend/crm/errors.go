// Package crm holds the words of a dealer's CRM: its types, its rules and its
// errors. It imports the standard library only, knows no disk and no window.
package crm

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Code names a failure for the program and for the translator; it never
// changes once released. The dotted form is "subject.what".
type Code string

// Codes that more than one package answers with. A package may define its own
// beside them.
const (
	CodeInternal    Code = "internal"
	CodeNotFound    Code = "not_found"
	CodeRequired    Code = "required"
	CodeInvalid     Code = "invalid"
	CodeTooLong     Code = "too_long"
	CodeConflict    Code = "conflict"
	CodeUnsupported Code = "unsupported"
	CodeCancelled   Code = "cancelled"
	CodeLocked      Code = "locked"
	CodeReadOnly    Code = "read_only"
	CodeDiskFull    Code = "disk_full"
	CodeTooNew      Code = "database.too_new"
	CodeCorrupt     Code = "database.corrupt"

	CodeLeadContact   Code = "lead.needs_contact" // neither a phone nor an e-mail
	CodeStageTooMany  Code = "stage.too_many"
	CodeStageReadOnly Code = "stage.read_only"
	CodeStageDeleted  Code = "stage.deleted" // shown until its leads were moved
	CodeReasonNeeded  Code = "reason.required"
	CodeNotQualifying Code = "lead.not_qualifying" // it stands in no qualification: converted meanwhile
	CodeSelfReferral  Code = "referral.self"       // nobody brings themselves
	CodeNotACompany   Code = "contact.not_company" // nobody works for a person's record
	CodeNothingToUndo Code = "undo.nothing"
	CodeNothingToRedo Code = "redo.nothing"
)

// Error is the one error type that leaves the program. It carries a code and
// parameters, never prose: the window translates, operators read the cause.
type Error struct {
	Code   Code              `json:"code"`
	Field  string            `json:"field,omitempty"`  // the input field it is about, as the API names it
	Params map[string]string `json:"params,omitempty"` // values for the translated sentence

	cause error
}

// NewError makes an Error. pairs are parameter names and values in turn.
func NewError(code Code, field string, pairs ...string) *Error {
	e := &Error{Code: code, Field: field}
	for i := 0; i+1 < len(pairs); i += 2 {
		if e.Params == nil {
			e.Params = make(map[string]string, len(pairs)/2)
		}
		e.Params[pairs[i]] = pairs[i+1]
	}
	return e
}

// Because attaches the cause that operators read in the log.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// Error formats code, field, parameters and cause for logs.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	if e.Field != "" {
		fmt.Fprintf(&b, " (%s)", e.Field)
	}
	keys := make([]string, 0, len(e.Params))
	for k := range e.Params {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%q", k, e.Params[k])
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf answers the code of err: "" for nil, CodeInternal for an error that
// is none of ours.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
