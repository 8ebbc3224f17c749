package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"patio/sync/protocol"
	"patio/sync/vv"
)

// ErrNotBlob says that a file is not the blob that it was said to be.
var ErrNotBlob = errors.New("client: the file is not what its hash says")

// How a blob goes over a line that breaks.
const (
	stuck      = 5                // times in a row that may bring nothing further
	partWithin = 90 * time.Second // that one part may take; what came of it by then counts
	smallPart  = 16 << 10         // bytes of a part on a line that holds for no larger one
)

// PutBlob brings a blob to the hub and returns when the hub has all of it, on
// its disk and checked. What the hub has of it already, from an earlier attempt,
// isn't sent again; a line that breaks is tried again as long as that brings
// anything further. Errors: ErrNotBlob, sync.blob_too_large, sync.blob_room,
// those of the wire and of file.
func (w *Wire) PutBlob(ctx context.Context, me vv.Replica, id protocol.BlobID, file io.ReaderAt, size int64) error {
	if size > 0 {
		err := w.putBlob(ctx, me, id, file, size)
		if !isCode(err, protocol.CodeBlobDamaged) {
			return err
		}
	}
	// What the hub had of an earlier attempt may be what a power cut left of it, or
	// of a file of that name that was another one then. It has forgotten that.
	if err := check(id, file, size); err != nil {
		return err
	}
	return w.putBlob(ctx, me, id, file, size)
}

func (w *Wire) putBlob(ctx context.Context, me vv.Replica, id protocol.BlobID, file io.ReaderAt, size int64) error {
	state, err := tries(ctx, func() (*protocol.Blob, error) { return w.blobState(ctx, me, id, size) })
	if err != nil {
		return err
	}
	part := int64(protocol.BlobPart)
	for failures := 0; !state.Whole; {
		// All of it may be there and not be checked yet: its end is sent once more.
		from := max(0, min(state.Have, size-1))
		next, err := w.putPart(ctx, me, id, file, protocol.Span{From: from, To: min(from+part, size), Size: size})
		part = min(2*part, protocol.BlobPart)
		if err != nil {
			part = max(part/8, smallPart)
			if failures++; failures >= stuck || !lost(ctx, err) {
				return err
			}
			// What of the part arrived the hub knows.
			if next, err = tries(ctx, func() (*protocol.Blob, error) { return w.blobState(ctx, me, id, size) }); err != nil {
				return err
			}
		} else if next.Have <= state.Have && !next.Whole {
			if failures++; failures >= stuck {
				return fmt.Errorf("%w: it stays at %d of %d bytes", ErrNoAnswer, next.Have, size)
			}
		}
		if next.Have > state.Have {
			failures = 0
		}
		state = next
	}
	return nil
}

// tries asks again what was lost on its way.
func tries[T any](ctx context.Context, ask func() (T, error)) (answer T, err error) {
	for range stuck {
		if answer, err = ask(); err == nil || !lost(ctx, err) {
			break
		}
	}
	return answer, err
}

// lost says whether it was the way that failed, and not who asked or answered.
func lost(ctx context.Context, err error) bool {
	var refusal *protocol.Error
	return ctx.Err() == nil && !errors.As(err, &refusal) && !errors.Is(err, errFile)
}

func (w *Wire) blobState(ctx context.Context, me vv.Replica, id protocol.BlobID, size int64) (*protocol.Blob, error) {
	ctx, cancel := context.WithTimeout(ctx, partWithin)
	defer cancel()
	r, err := w.blobRequest(ctx, http.MethodGet, me, id.String()+protocol.BlobAsked, nil)
	if err != nil {
		return nil, err
	}
	r.URL.RawQuery += fmt.Sprintf("&size=%d", size)
	return w.blobAnswer(r, size)
}

func (w *Wire) putPart(ctx context.Context, me vv.Replica, id protocol.BlobID, file io.ReaderAt, at protocol.Span) (*protocol.Blob, error) {
	b := make([]byte, at.To-at.From)
	if _, err := io.ReadFull(io.NewSectionReader(file, at.From, at.To-at.From), b); err != nil {
		return nil, fmt.Errorf("%w: %w", errFile, err)
	}
	ctx, cancel := context.WithTimeout(ctx, partWithin)
	defer cancel()
	r, err := w.blobRequest(ctx, http.MethodPut, me, id.String(), b)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Range", at.ContentRange())
	r.Header.Set("Content-Type", protocol.ContentBlob)
	return w.blobAnswer(r, at.Size)
}

// errFile says that it was the file on this side that failed.
var errFile = errors.New("client: the blob's file")

func (w *Wire) blobRequest(ctx context.Context, method string, me vv.Replica, path string, body []byte) (*http.Request, error) {
	address := fmt.Sprintf("%s%s%s?workspace=%s&replica=%d", w.Address, protocol.PathBlob, path, hex.EncodeToString(w.Workspace[:]), me)
	return http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
}

func (w *Wire) blobAnswer(r *http.Request, size int64) (*protocol.Blob, error) {
	state := &protocol.Blob{}
	if err := w.ask(r, state); err != nil {
		return nil, err
	}
	if state.Have < 0 || state.Have > size {
		return nil, fmt.Errorf("%w: %d of %d bytes", ErrNoAnswer, state.Have, size)
	}
	return state, nil
}

// BlobFile is where a blob comes to, such as an os.File.
type BlobFile interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

// GetBlob fetches a blob into a file of which so many bytes are there from an
// earlier attempt, and checks it; it answers the blob's size. What it fetched
// before it failed stays in the file, and have is what to go on with. It is not
// on the disk for sure: that is the caller's to see to. Errors: ErrNotBlob, with
// which the file is empty, sync.blob_unknown, those of the wire and of the file.
func (w *Wire) GetBlob(ctx context.Context, me vv.Replica, id protocol.BlobID, file BlobFile, have int64) (size int64, err error) {
	size, err = w.getBlob(ctx, me, id, file, have)
	if errors.Is(err, ErrNotBlob) && have > 0 {
		return w.getBlob(ctx, me, id, file, 0) // what was there was no good
	}
	return size, err
}

func (w *Wire) getBlob(ctx context.Context, me vv.Replica, id protocol.BlobID, file BlobFile, have int64) (int64, error) {
	at := protocol.Span{From: max(0, have-1)} // one byte again, which tells the size of one that is whole
	for failures := 0; at.Size == 0 || at.From < at.Size; {
		at.To = at.From + protocol.BlobPart
		got, size, err := w.getPart(ctx, me, id, at)
		if len(got) > 0 {
			failures = 0
			if _, err := file.WriteAt(got, at.From); err != nil {
				return 0, fmt.Errorf("%w: %w", errFile, err)
			}
			at.From += int64(len(got))
			at.Size = size
		}
		if err == nil {
			continue
		}
		if isCode(err, protocol.CodeMalformed) && have > 0 { // there is more here than of the blob
			return 0, errors.Join(ErrNotBlob, file.Truncate(0))
		}
		if failures++; failures >= stuck || !lost(ctx, err) {
			return 0, err
		}
	}
	if err := file.Truncate(at.Size); err != nil {
		return 0, fmt.Errorf("%w: %w", errFile, err)
	}
	err := check(id, file, at.Size)
	if errors.Is(err, ErrNotBlob) {
		err = errors.Join(err, file.Truncate(0))
	}
	return at.Size, err
}

// getPart answers what arrived of a part, be it cut short.
func (w *Wire) getPart(ctx context.Context, me vv.Replica, id protocol.BlobID, want protocol.Span) (b []byte, size int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, partWithin)
	defer cancel()
	r, err := w.blobRequest(ctx, http.MethodGet, me, id.String(), nil)
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Range", want.Range())
	answer, err := w.do(r)
	if err != nil {
		return nil, 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusPartialContent || answer.Header.Get("Content-Type") != protocol.ContentBlob {
		if err := refused(answer); err != nil {
			return nil, 0, err
		}
		return nil, 0, ErrNoAnswer
	}
	at, err := protocol.ReadContentRange(answer.Header.Get("Content-Range"))
	if err != nil || at.From != want.From || at.To > want.To {
		return nil, 0, fmt.Errorf("%w: another part", ErrNoAnswer)
	}
	b, err = io.ReadAll(io.LimitReader(answer.Body, at.To-at.From))
	if err == nil && int64(len(b)) < at.To-at.From {
		err = io.ErrUnexpectedEOF
	}
	return b, at.Size, err
}

// check reads a file and answers ErrNotBlob when it is another one.
func check(id protocol.BlobID, file io.ReaderAt, size int64) error {
	sum := sha256.New()
	n, err := io.Copy(sum, io.NewSectionReader(file, 0, size))
	if err != nil {
		return fmt.Errorf("%w: %w", errFile, err)
	}
	if n != size || size == 0 || protocol.BlobID(sum.Sum(nil)) != id {
		return ErrNotBlob
	}
	return nil
}

func isCode(err error, code protocol.Code) bool {
	var refusal *protocol.Error
	return errors.As(err, &refusal) && refusal.Code == code
}
