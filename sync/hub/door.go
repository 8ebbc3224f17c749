package hub

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// maxBody is how long a request may be on the wire.
const maxBody = 4 << 20

// maxName is how many letters a device's name may have.
const maxName = 120

// heartbeat is how often an open stream says that it is still there: proxies
// close silent ones.
const heartbeat = 25 * time.Second

// Door serves the hub over HTTP. failed hears of what went wrong inside, which
// the sender is not told; it must not block.
func (h *Hub) Door(failed func(error)) http.Handler {
	mux := http.NewServeMux()
	serve := func(path string, answer func(r *http.Request, key, body []byte) (any, error)) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			reply(w, failed, func() (any, error) {
				body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
				var long *http.MaxBytesError
				if errors.As(err, &long) {
					return nil, protocol.Refuse(protocol.CodeTooLarge, err)
				}
				if err != nil {
					return nil, protocol.Refuse(protocol.CodeMalformed, err)
				}
				return answer(r, bearer(r), body)
			})
		})
	}
	serve(protocol.PathJoin, h.join)
	serve(protocol.PathRenew, h.renewed)
	serve(protocol.PathPush, func(r *http.Request, key, body []byte) (any, error) {
		return h.Push(r.Context(), key, body)
	})
	serve(protocol.PathPull, func(r *http.Request, key, body []byte) (any, error) {
		var ask protocol.Pull
		if err := protocol.Decode(body, &ask); err != nil {
			return nil, err
		}
		return h.Pull(r.Context(), key, &ask)
	})
	serve(protocol.PathDigest, func(r *http.Request, key, body []byte) (any, error) {
		var ask protocol.Digest
		if err := protocol.Decode(body, &ask); err != nil {
			return nil, err
		}
		return h.Digest(r.Context(), key, &ask)
	})
	serve(protocol.PathAgain, func(r *http.Request, key, body []byte) (any, error) {
		var ask protocol.Again
		if err := protocol.Decode(body, &ask); err != nil {
			return nil, err
		}
		return h.Again(r.Context(), key, &ask)
	})
	serve(protocol.PathDevices, func(r *http.Request, key, body []byte) (any, error) {
		var ask protocol.ListDevices
		if err := protocol.Decode(body, &ask); err != nil {
			return nil, err
		}
		return h.List(r.Context(), key, ask.Who)
	})
	serve(protocol.PathRevoke, func(r *http.Request, key, body []byte) (any, error) {
		var ask protocol.Revoke
		if err := protocol.Decode(body, &ask); err != nil {
			return nil, err
		}
		return h.RevokeFor(r.Context(), key, &ask)
	})
	mux.HandleFunc("GET "+protocol.PathWait, func(w http.ResponseWriter, r *http.Request) {
		reply(w, failed, func() (any, error) { return h.wait(r) })
	})
	h.serveBlobs(mux, failed)
	mux.HandleFunc("GET "+protocol.PathLive, func(w http.ResponseWriter, r *http.Request) { h.live(w, r, failed) })
	return mux
}

func (h *Hub) join(r *http.Request, _, body []byte) (any, error) {
	var ask protocol.Join
	if err := protocol.Decode(body, &ask); err != nil {
		return nil, err
	}
	switch {
	case ask.Protocol < protocol.Oldest:
		return nil, protocol.Refuse(protocol.CodeClientOld, nil)
	case ask.Protocol > protocol.Newest:
		return nil, protocol.Refuse(protocol.CodeHubOld, nil)
	case len(ask.Name) > maxName:
		return nil, protocol.Refuse(protocol.CodeMalformed, errors.New("a long name"))
	}
	d, key, err := h.Join(r.Context(), ask.Workspace, ask.Secret, ask.Name, Past{ask.Heard, ask.Epoch, ask.Head})
	if err != nil {
		return nil, err
	}
	return &protocol.Joined{Replica: d.Replica, Key: key, User: d.User}, nil
}

func (h *Hub) renewed(r *http.Request, key, body []byte) (any, error) {
	var ask protocol.Renew
	if err := protocol.Decode(body, &ask); err != nil {
		return nil, err
	}
	d, err := h.Renew(r.Context(), ask.Workspace, ask.Replica, key)
	if err != nil {
		return nil, err
	}
	return &protocol.Renewed{Replica: d.Replica}, nil
}

// live says what is new, or that something is, until the reader goes.
func (h *Hub) live(w http.ResponseWriter, r *http.Request, failed func(error)) {
	ask, err := protocol.ReadAsk(r.URL.Query().Get("ask"))
	var me *Ear
	if err == nil {
		me, err = h.Listen(r.Context(), bearer(r), ask)
	}
	if err != nil {
		reply(w, failed, func() (any, error) { return nil, err })
		return
	}
	defer me.Close()
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy must not wait for more
	send := func(text string) bool {
		_, err := io.WriteString(w, text)
		return errors.Join(err, out.Flush()) == nil
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	// What moves while a word is on its way is told again: the ear was there
	// before it.
	var last time.Time
	for ok := send(protocol.Moved); ok; {
		select {
		case <-me.Moved():
			if !rest(r.Context(), h.peace()-time.Since(last)) {
				return
			}
			select {
			case <-me.Moved(): // one word tells of both
			default:
			}
			last = time.Now()
			text, err := me.Say(r.Context())
			var refusal *protocol.Error
			if err != nil && !errors.As(err, &refusal) && r.Context().Err() == nil {
				failed(fmt.Errorf("hub: say what moved: %w", err))
			}
			ok = err == nil && (text == "" || send(text))
		case <-tick.C:
			_, err := h.listener(r.Context(), bearer(r), ask.Workspace, ask.Replica) // it may have been revoked
			ok = err == nil && send(": here\n\n")
		case <-r.Context().Done():
			return
		}
	}
}

// rest waits, and answers false when the reader went meanwhile.
func rest(ctx context.Context, lasts time.Duration) bool {
	select {
	case <-time.After(lasts):
		return true
	case <-ctx.Done():
		return false
	}
}

// listener checks who wants to hear of a workspace.
func (h *Hub) listener(ctx context.Context, key []byte, workspace record.ID, number vv.Replica) (d *Device, err error) {
	err = h.store.Read(ctx, workspace, func(v View) error {
		d, err = known(v, number, key)
		if err == nil && d.State != Active {
			err = protocol.Refuse(protocol.CodeRevoked, nil)
		}
		return err
	})
	if err == nil {
		h.spoke(ctx, workspace, number)
	}
	return d, err
}

// whoAsks reads the query of a request that has no message:
// ?workspace=hex&replica=n.
func whoAsks(r *http.Request) (workspace record.ID, number vv.Replica, err error) {
	query := r.URL.Query()
	b, err := hex.DecodeString(query.Get("workspace"))
	if err != nil || len(b) != len(workspace) {
		return workspace, 0, protocol.Refuse(protocol.CodeMalformed, err)
	}
	n, err := strconv.ParseUint(query.Get("replica"), 10, 32)
	if err != nil {
		return workspace, 0, protocol.Refuse(protocol.CodeMalformed, err)
	}
	return record.ID(b), vv.Replica(n), nil
}

// bearer answers the secret of a request, nil when there is none.
func bearer(r *http.Request) []byte {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil
	}
	key, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return key
}

// reply writes a message or a refusal. A workspace that isn't there looks like
// a device that nobody knows.
func reply(w http.ResponseWriter, failed func(error), answer func() (any, error)) {
	message, err := answer()
	var body []byte
	if err == nil {
		body, err = protocol.Encode(message)
	}
	w.Header().Set("Cache-Control", "no-store")
	if err == nil {
		w.Header().Set("Content-Type", protocol.ContentMessage)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // a sender that went asks again
		return
	}
	code := protocol.CodeHubFailure
	var refusal *protocol.Error
	switch {
	case errors.As(err, &refusal):
		code = refusal.Code
	case errors.Is(err, ErrNoWorkspace):
		code = protocol.CodeUnknown
	case !errors.Is(err, context.Canceled):
		failed(fmt.Errorf("hub: %w", err))
	}
	w.Header().Set("Content-Type", protocol.ContentRefusal)
	w.WriteHeader(code.Status())
	_, _ = io.WriteString(w, string(code))
}
