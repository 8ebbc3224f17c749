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

// errEnded: a stream that spoke doesn't any more, as after a PC slept.
var errEnded = errors.New("client: the hub's stream went silent")

// Listen calls moved when there may be something to pull, once at the
// beginning, until the stream ends. Errors: ErrSilent, those of the wire,
// *protocol.Error.
func (w *Wire) Listen(ctx context.Context, me vv.Replica, moved func()) error {
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
	err := w.follow(asked, w.listening(protocol.PathLive, me), func(line string) {
		spoke.Store(true)
		silence.Reset(later)
		if line == "event: moved" {
			moved()
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
	for lines.Scan() {
		f(lines.Text())
	}
	return lines.Err()
}

// Wait answers true once there is something to pull beyond head, as of
// Meta.Pulled, and false when there was nothing for a while: within, 0 for as
// long as the hub lets one wait. Errors: those of the wire, *protocol.Error.
func (w *Wire) Wait(ctx context.Context, me vv.Replica, head uint64, within time.Duration) (moved bool, err error) {
	address := fmt.Sprintf("%s&head=%d", w.listening(protocol.PathWait, me), head)
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

// listening is where who listens is told.
func (w *Wire) listening(path string, me vv.Replica) string {
	return fmt.Sprintf("%s%s?workspace=%s&replica=%d", w.Address, path, hex.EncodeToString(w.Workspace[:]), me)
}
