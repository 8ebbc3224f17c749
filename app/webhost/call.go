package webhost

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"patio/app/bind"
	"patio/backend/crm"
)

// statuses of the codes that HTTP has a word for; all others are 422: the
// request was understood, and refused for a reason that the body gives.
var statuses = map[crm.Code]int{
	crm.CodeInternal:    http.StatusInternalServerError,
	crm.CodeNotFound:    http.StatusNotFound,
	crm.CodeConflict:    http.StatusConflict,
	crm.CodeUnsupported: http.StatusNotImplemented,
	crm.CodeLocked:      http.StatusLocked,
	crm.CodeDiskFull:    http.StatusInsufficientStorage,
	bind.CodeArguments:  http.StatusBadRequest,
	bind.CodeMethod:     http.StatusNotFound,
	bind.CodeClosing:    http.StatusServiceUnavailable,
	CodeToken:           http.StatusUnauthorized,
	CodeOrigin:          http.StatusForbidden,
	CodeTooLarge:        http.StatusRequestEntityTooLarge,
}

// refuse answers an error as JSON with code, field and params.
func refuse(w http.ResponseWriter, err error) {
	status, ok := statuses[crm.CodeOf(err)]
	if !ok {
		status = http.StatusUnprocessableEntity
	}
	answer(w, status, []byte(bind.Text(err)))
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // who asked has gone; the call itself is done
}

// call is POST /api/{struct}/{method}: a JSON array of arguments in, the JSON
// result out.
func (h *Host) call(w http.ResponseWriter, r *http.Request) {
	// Another site's form can't send this type without asking first.
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, crm.NewError(bind.CodeArguments, "", "header", "Content-Type"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCall))
	if err != nil {
		refuse(w, bodyError(err))
		return
	}
	var args []json.RawMessage
	if err := json.Unmarshal(body, &args); err != nil {
		refuse(w, crm.NewError(bind.CodeArguments, "").Because(err))
		return
	}
	result, err := h.cfg.Door.Call(r.PathValue("struct"), r.PathValue("method"), args)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, result)
}

// bodyError tells a body over its limit from a connection that broke.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return crm.NewError(CodeTooLarge, "")
	}
	return crm.NewError(bind.CodeArguments, "").Because(err)
}
