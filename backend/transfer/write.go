package transfer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/sheet"
	"patio/backend/store"
)

// WriteFile makes a file whole or not at all: it is written beside its place
// and renamed. Errors: disk_full, read_only.
func WriteFile(path string, f func(io.Writer) error) (err error) {
	out, err := os.CreateTemp(filepath.Dir(path), ".patio-*")
	if err != nil {
		return ofFile(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(out.Name()))
		}
	}()
	buffer := bufio.NewWriterSize(out, 1<<16)
	if err := errors.Join(f(buffer), buffer.Flush(), out.Sync(), out.Close()); err != nil {
		return ofFile(err)
	}
	return ofFile(os.Rename(out.Name(), path))
}

func ofFile(err error) error {
	var ours *crm.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, syscall.ENOSPC):
		return crm.NewError(crm.CodeDiskFull, "").Because(err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return crm.NewError(crm.CodeReadOnly, "").Because(err)
	}
	return crm.NewError(crm.CodeInternal, "").Because(err)
}

// Refused goes through a sheet's refused rows, each with its reasons in words:
// texts holds a sentence a code, or a code and field ("required.name").
func Refused(sh *sheet.Sheet, m sheet.Mapping, zone *time.Location, texts map[string]string) iter.Seq2[sheet.Row, string] {
	return func(yield func(sheet.Row, string) bool) {
		p := sheet.NewParser(sh, m, sheet.Reading{Zone: zone, Region: format.DefaultRegion})
		for row, err := range sh.Rows(0) {
			if err != nil {
				return // the copy was readable a moment ago; what is written so far is closed with an error by its writer
			}
			r := p.Parse(row)
			if !r.Refused() {
				continue
			}
			reasons := make([]string, len(r.Refusals))
			for i, e := range r.Refusals {
				text, ok := texts[string(e.Code)+"."+e.Field]
				if !ok {
					text, ok = texts[string(e.Code)]
				}
				if !ok {
					text = string(e.Code)
				}
				for k, v := range e.Params {
					text = strings.ReplaceAll(text, "{"+k+"}", v)
				}
				reasons[i] = text
			}
			if !yield(row, strings.Join(reasons, " · ")) {
				return
			}
		}
	}
}

// Sweep removes the private copies in a folder that no interrupted import
// needs: what a killed program left holds customers' records.
func Sweep(ctx context.Context, s *store.Store, folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return ofFile(err)
	}
	pending, err := Pending(ctx, s)
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, im := range pending {
		var spec Spec
		if err := json.Unmarshal(im.Spec, &spec); err != nil {
			return err
		}
		needed[filepath.Base(spec.Folder)] = true
	}
	for _, e := range entries {
		if !needed[e.Name()] {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, e.Name())))
		}
	}
	return ofFile(err)
}
