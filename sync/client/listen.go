package client

import (
	"bufio"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"patio/sync/protocol"
	"patio/sync/vv"
)

// How long a stream may be silent: the hub says a word as soon as it is asked,
// and goes on with one every 25 seconds.
const (
	openingSilence = 5 * time.Second
	laterSilence   = time.Minute
)

// ErrSilent says that a stream is asked for and nothing comes of it: something
// on the way keeps it to itself until it ends. Wait gets through.
var ErrSilent = errors.New("client: the hub's stream is held back")

// maxLine is how long a line of a stream may be, in bytes: a commit with more
// than protocol.MaxWord is none.
const maxLine = 1 << 20

// errEnded: a stream that spoke doesn't any more, as after a PC slept.
var errEnded = errors.New("client: the hub's stream went silent")

// Listen calls said with each word of the hub's, until the stream ends: nil when
// there may be something to pull, as at the beginning. It tells the hub what was
// heard of it last. Errors: ErrSilent, those of the wire, *protocol.Error.
func (w *Wire) Listen(ctx context.Context, heard Meta, said func(*protocol.Word)) error {
	ask, err := protocol.AskedBy(heard.ask())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	opening, later := cmp.Or(w.Silence, openingSilence), cmp.Or(w.Gap, laterSilence)
	// A hub that isn't reached is no silent one: the time runs from when there is
	// a connection.
	var spoke atomic.Bool
	silence := time.AfterFunc(time.Hour, func() {
		if spoke.Load() {
			cancel(errEnded)
		} else {
			cancel(ErrSilent)
		}
	})
	defer silence.Stop()
	asked := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { silence.Reset(opening) },
	})
	var stream protocol.Stream
	err = w.follow(asked, w.Address+protocol.PathLive+"?ask="+ask, func(line string) {
		spoke.Store(true)
		silence.Reset(later)
		if word, ended := stream.Line(line); ended {
			said(word)
		}
	})
	if cause := context.Cause(ctx); cause == ErrSilent || cause == errEnded {
		return cause
	}
	return errors.Join(err, ctx.Err())
}

// follow calls f with each line of an answer.
func (w *Wire) follow(ctx context.Context, address string, f func(string)) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := w.do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := refused(answer); err != nil {
		return err
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		f(lines.Text())
	}
	return lines.Err()
}

// Wait answers true once there is something to pull beyond head, as of
// Meta.Pulled, and false when there was nothing for a while: within, 0 for as
// long as the hub lets one wait. Errors: those of the wire, *protocol.Error.
func (w *Wire) Wait(ctx context.Context, me vv.Replica, head uint64, within time.Duration) (moved bool, err error) {
	address := fmt.Sprintf("%s%s?workspace=%s&replica=%d&head=%d", w.Address, protocol.PathWait, hex.EncodeToString(w.Workspace[:]), me, head)
	if within > 0 {
		address += fmt.Sprintf("&within=%d", within.Milliseconds())
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, err
	}
	var answer protocol.Waited
	err = w.ask(r, &answer)
	return answer.Moved, err
}
