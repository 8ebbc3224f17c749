package webhost

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"patio/app/events"
	"patio/app/logs"
)

// waiting is how many events a page may be behind before it is told that it
// lost some.
const waiting = 256

// alive is how often an idle stream says something, so that both ends notice
// when the other has gone.
const alive = 20 * time.Second

// message is one event on the wire.
type message struct {
	Name    string `json:"name"`
	Payload any    `json:"payload"`
}

// backlog is what one page has yet to be sent. Adding never blocks: whoever
// saves doesn't wait for a page.
type backlog struct {
	mu    sync.Mutex
	texts [][]byte
	lost  bool
	more  chan struct{} // holds one token while there is something to take
}

func (b *backlog) add(text []byte) {
	b.mu.Lock()
	if len(b.texts) == waiting {
		b.texts, b.lost = nil, true
	}
	if !b.lost {
		b.texts = append(b.texts, text)
	}
	b.mu.Unlock()
	select {
	case b.more <- struct{}{}:
	default:
	}
}

// take empties the backlog; lost says that events were dropped.
func (b *backlog) take() (texts [][]byte, lost bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	texts, lost = b.texts, b.lost
	b.texts, b.lost = nil, false
	return texts, lost
}

// stream is GET /events: server-sent events whose data is {"name", "payload"}.
// A page that connects again must ask again for what it shows: what happened in
// between is not repeated.
func (h *Host) stream(w http.ResponseWriter, r *http.Request) {
	pending := &backlog{more: make(chan struct{}, 1)}
	cancel := h.cfg.Events.Subscribe(func(name string, payload any) {
		text, err := json.Marshal(message{name, payload})
		if err != nil {
			logs.Failed(h.cfg.Log, "event", err)
			return
		}
		pending.add(text)
	})
	defer cancel()

	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	beat := time.NewTicker(alive)
	defer beat.Stop()
	// A comment first: the page's stream is open once it has read something.
	if !send(w, out, ": open\n\n") {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case <-h.done:
			return
		case <-beat.C:
			if !send(w, out, ": alive\n\n") {
				return
			}
		case <-pending.more:
			texts, lost := pending.take()
			if lost {
				texts = [][]byte{[]byte(`{"name":"` + events.Lost + `","payload":null}`)}
			}
			for _, text := range texts {
				if !send(w, out, fmt.Sprintf("data: %s\n\n", text)) {
					return
				}
			}
		}
	}
}

// send reports whether the page still listens.
func send(w http.ResponseWriter, out *http.ResponseController, text string) bool {
	if _, err := w.Write([]byte(text)); err != nil {
		return false
	}
	return out.Flush() == nil
}
