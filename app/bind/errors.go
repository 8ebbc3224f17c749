package bind

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/rs/zerolog"

	"patio/app/logs"
	"patio/backend/crm"
)

// Shape turns any error into the program's own kind. where names the call, for
// the log. An error that is none of ours is logged, and only the entry's id
// goes on; a cancelled context is CodeCancelled.
func Shape(log zerolog.Logger, where string, err error) *crm.Error {
	var own *crm.Error
	switch {
	case errors.As(err, &own):
		if own.Code == crm.CodeInternal && own.Params["log"] == "" {
			return crm.NewError(crm.CodeInternal, own.Field, "log", logs.Failed(log, where, err))
		}
		return own
	case errors.Is(err, context.Canceled):
		return crm.NewError(crm.CodeCancelled, "").Because(err)
	default:
		return Internal(logs.Failed(log, where, err))
	}
}

// Internal is a failure whose cause stands in the log under logID.
func Internal(logID string) *crm.Error { return crm.NewError(crm.CodeInternal, "", "log", logID) }

// Text is an error as the page gets it: a JSON string with code, field and
// params. An error that was not shaped before says CodeInternal and no more.
func Text(err error) string {
	var own *crm.Error
	if !errors.As(err, &own) {
		own = crm.NewError(crm.CodeInternal, "")
	}
	text, err := json.Marshal(own)
	if err != nil { // strings and a map of strings: can't happen, and must not panic
		return `{"code":"internal"}`
	}
	return string(text)
}
