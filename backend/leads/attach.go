package leads

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"patio/backend/crm"
	"patio/backend/store"
)

// Attach keeps a photo or PDF of size bytes and puts it on a lead. Its kind is
// what its bytes say, and its name is made to say the same. Errors: not_found,
// attachment.type, attachment.too_large, required when it is empty, disk_full,
// and those of in.
func Attach(ctx context.Context, s *store.Store, leadID, name string, in io.Reader, size int64) (crm.Done, error) {
	if _, err := store.Read[crm.Lead](ctx, s, leadID); err != nil { // before megabytes are copied for nothing
		return crm.Done{}, err
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	r := bufio.NewReaderSize(in, crm.FileHead)
	head, err := r.Peek(crm.FileHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return crm.Done{}, err
	}
	kind, known := crm.FileKindOf(head)
	if !known && len(head) > 0 {
		return crm.Done{}, crm.NewError(crm.CodeAttachmentType, "file", "name", name)
	}
	var done crm.Done
	err = s.KeepFile(ctx, r, size, w.AttachmentBytes(), func(f store.File) error {
		a := crm.Attachment{LeadID: leadID, Name: kind.FileName(name), Mime: kind.Mime, Size: f.Size, Hash: f.Hash}
		var err error
		done, err = write(ctx, s, "attachment.add", leadID, func(tx *store.Tx, l *crm.Lead) error {
			a.CreatedAt, a.CreatedBy = tx.Now, tx.User
			if err := store.Put(tx, &a); err != nil {
				return err
			}
			return seenIfNew(tx, l)
		})
		if err == nil {
			done.Params["file"] = a.Name
		}
		return err
	})
	return done, err
}

// RenameAttachment gives an attachment another name. Errors: not_found, required.
func RenameAttachment(ctx context.Context, s *store.Store, id, name string) (crm.Done, error) {
	if strings.TrimSpace(name) == "" {
		return crm.Done{}, crm.NewError(crm.CodeRequired, "name")
	}
	return editAttachment(ctx, s, "attachment.rename", id, func(tx *store.Tx, a *crm.Attachment) error {
		kind, known := crm.KnownMime(a.Mime)
		if !known {
			return crm.NewError(crm.CodeAttachmentType, "name", "name", a.Name)
		}
		a.Name = kind.FileName(name)
		return store.Put(tx, a)
	})
}

// Detach takes an attachment off its lead. Its file stays for as long as that
// can be undone.
func Detach(ctx context.Context, s *store.Store, id string) (crm.Done, error) {
	return editAttachment(ctx, s, "attachment.delete", id, func(tx *store.Tx, _ *crm.Attachment) error {
		return store.Delete[crm.Attachment](tx, id)
	})
}

func editAttachment(ctx context.Context, s *store.Store, label, id string, f func(*store.Tx, *crm.Attachment) error) (crm.Done, error) {
	if err := store.CheckID("id", id); err != nil {
		return crm.Done{}, err
	}
	params := map[string]string{}
	return s.Transact(ctx, store.Op{Label: label, Params: params}, func(tx *store.Tx) error {
		a, err := store.Get[crm.Attachment](tx, id)
		if err != nil {
			return err
		}
		params["file"] = a.Name
		return f(tx, a)
	})
}
