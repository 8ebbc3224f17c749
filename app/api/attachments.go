package api

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/store"
	"patio/backend/transfer"
)

// Attachments puts photos and documents on leads, and gets them out again.
type Attachments struct {
	store *store.Store
	shell Shell
	files *Files
}

// NewAttachments binds Attachments to an open store, and lets the pages' host
// show what is attached by files; shell opens viewers, nil for none.
func NewAttachments(s *store.Store, shell Shell, files *Files) *Attachments {
	a := &Attachments{s, shell, files}
	files.show(newShowing(s))
	return a
}

// Attached is an attachment and whether its file is in this PC.
type Attached struct {
	Attachment crm.Attachment `json:"attachment"`
	Here       bool           `json:"here"`
}

// Of answers what is attached to a lead, the latest first.
func (a *Attachments) Of(leadID string) ([]Attached, error) {
	list, err := a.store.Attachments(context.Background(), leadID)
	out := make([]Attached, len(list))
	for i, at := range list {
		out[i] = Attached{at, a.store.HasFile(at.Hash)}
	}
	return out, err
}

// Add attaches the file behind a handle. Errors: attachment.type,
// attachment.too_large, required, disk_full, not_found.
func (a *Attachments) Add(leadID, handle string) (done crm.Done, err error) {
	path, err := a.files.Path(handle, FileRead)
	if err != nil {
		return done, err
	}
	in, err := os.Open(path)
	if err != nil {
		return done, crm.NewError(crm.CodeNotFound, "file", "file", filepath.Base(path)).Because(err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	st, err := in.Stat()
	if err != nil {
		return done, err
	}
	return leads.Attach(context.Background(), a.store, leadID, filepath.Base(path), in, st.Size())
}

// Paste attaches a file that the page has, as one from the clipboard: its bytes
// in base64. Errors as Add's.
func (a *Attachments) Paste(leadID, name, data string) (crm.Done, error) {
	in := base64.NewDecoder(base64.StdEncoding, strings.NewReader(data))
	done, err := leads.Attach(context.Background(), a.store, leadID, name, in, int64(base64.StdEncoding.DecodedLen(len(data)))-2) // which counts the padding
	var corrupt base64.CorruptInputError
	if errors.As(err, &corrupt) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = crm.NewError(crm.CodeInvalid, "data").Because(err)
	}
	return done, err
}

// Rename gives an attachment another name; its ending stays.
func (a *Attachments) Rename(id, name string) (crm.Done, error) {
	return leads.RenameAttachment(context.Background(), a.store, id, name)
}

// Delete takes an attachment off its lead.
func (a *Attachments) Delete(id string) (crm.Done, error) {
	return leads.Detach(context.Background(), a.store, id)
}

// Open shows an attachment in the system's viewer. A browser answers
// unsupported. Errors: not_found, attachment.missing, attachment.damaged.
func (a *Attachments) Open(id string) error {
	at, err := store.Read[crm.Attachment](context.Background(), a.store, id)
	if err != nil {
		return err
	}
	kind, known := crm.KnownMime(at.Mime)
	if !known { // a newer program's: saved and looked at there, it is its owner's to trust
		return crm.NewError(crm.CodeAttachmentType, "", "name", at.Name)
	}
	if a.shell == nil || a.shell.Kind() == ShellBrowser {
		return Unsupported("view")
	}
	path, err := a.store.CopyFile(at.Hash, kind.FileName(at.Name))
	if err != nil {
		return err
	}
	return a.shell.View(path)
}

// Save writes an attachment's file where the person said. Errors as Open's, and
// those of the place.
func (a *Attachments) Save(id, handle string) (err error) {
	to, err := a.files.Path(handle, FileWrite)
	if err != nil {
		return err
	}
	at, err := store.Read[crm.Attachment](context.Background(), a.store, id)
	if err != nil {
		return err
	}
	in, err := a.store.OpenFile(at.Hash)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	return transfer.WriteFile(to, func(out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	})
}
