package hub

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
)

// wait answers once the head is not the one that the asker names, or its time
// is over.
func (h *Hub) wait(r *http.Request) (*protocol.Waited, error) {
	workspace, number, err := whoAsks(r)
	if err != nil {
		return nil, err
	}
	if _, err := h.listener(r.Context(), bearer(r), workspace, number); err != nil {
		return nil, err
	}
	head, err := strconv.ParseUint(r.URL.Query().Get("head"), 10, 64)
	if err != nil {
		return nil, protocol.Refuse(protocol.CodeMalformed, err)
	}
	within, err := patience(r.URL.Query().Get("within"))
	if err != nil {
		return nil, err
	}
	// The channel is taken before the head is read, and before it is known that
	// the asker still may: what happens in between is told. Not before it is known
	// who asks, or whoever knocks would fill the hub with channels.
	moved := h.Moved(workspace)
	if _, err := h.listener(r.Context(), bearer(r), workspace, number); err != nil {
		return nil, err
	}
	now, err := h.seq(r.Context(), workspace)
	if err != nil || now != head {
		return &protocol.Waited{Moved: true}, err
	}
	over := time.NewTimer(within)
	defer over.Stop()
	select {
	case <-moved:
		return &protocol.Waited{Moved: true}, nil
	case <-over.C:
		return &protocol.Waited{}, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// patience reads how long an asker waits, "" for as long as may be.
func patience(text string) (time.Duration, error) {
	if text == "" {
		return protocol.WaitAtMost, nil
	}
	ms, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, protocol.Refuse(protocol.CodeMalformed, err)
	}
	return min(time.Duration(ms)*time.Millisecond, protocol.WaitAtMost), nil
}

func (h *Hub) seq(ctx context.Context, workspace record.ID) (seq uint64, err error) {
	err = h.store.Read(ctx, workspace, func(v View) error {
		head, err := v.Head()
		seq = head.Seq
		return err
	})
	return seq, err
}
