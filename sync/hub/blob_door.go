package hub

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"patio/sync/protocol"
)

// serveBlobs serves files by parts: none is on the wire for long.
func (h *Hub) serveBlobs(mux *http.ServeMux, failed func(error)) {
	const blob = protocol.PathBlob + "{blob}"
	serve := func(pattern string, answer func(r *http.Request, ask BlobAsk) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			reply(w, failed, func() (any, error) {
				ask, err := blobAsk(r)
				if err != nil {
					return nil, err
				}
				return answer(r, ask)
			})
		})
	}
	serve("GET "+blob+protocol.BlobAsked, func(r *http.Request, ask BlobAsk) (any, error) {
		size, err := strconv.ParseInt(r.URL.Query().Get("size"), 10, 64)
		if err != nil || size <= 0 {
			return nil, protocol.Refuse(protocol.CodeMalformed, err)
		}
		return h.BlobState(r.Context(), ask, size)
	})
	serve("PUT "+blob, func(r *http.Request, ask BlobAsk) (any, error) {
		at, err := protocol.ReadContentRange(r.Header.Get("Content-Range"))
		if err != nil {
			return nil, err
		}
		if at.To-at.From > protocol.BlobPart {
			return nil, protocol.Refuse(protocol.CodeTooLarge, nil)
		}
		// What came of a part that was cut off on its way is kept all the same: a
		// line that never holds for a whole one gets there, too.
		b, _ := io.ReadAll(io.LimitReader(r.Body, at.To-at.From+1))
		return h.PutBlob(context.WithoutCancel(r.Context()), ask, at, b)
	})
	mux.HandleFunc("GET "+blob, func(w http.ResponseWriter, r *http.Request) {
		b, at, err := h.askedPart(r)
		if err != nil {
			reply(w, failed, func() (any, error) { return nil, err })
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", protocol.ContentBlob)
		w.Header().Set("Content-Range", at.ContentRange())
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(b) // a device that left asks again
	})
}

func (h *Hub) askedPart(r *http.Request) (b []byte, at protocol.Span, err error) {
	ask, err := blobAsk(r)
	if err != nil {
		return nil, at, err
	}
	want, err := protocol.ReadRange(r.Header.Get("Range"))
	if err != nil {
		return nil, at, err
	}
	return h.Blob(r.Context(), ask, want)
}

// blobAsk reads who asks for which blob.
func blobAsk(r *http.Request) (ask BlobAsk, err error) {
	if ask.Blob, err = protocol.ReadBlobID(r.PathValue("blob")); err != nil {
		return ask, err
	}
	ask.Workspace, ask.Replica, err = whoAsks(r)
	ask.Key = bearer(r)
	return ask, err
}
