package sim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"

	"patio/sync/client"
	"patio/sync/protocol"
)

// wire is what a device reaches the hub by.
func (d *device) wire() *client.Wire {
	return &client.Wire{Address: "http://hub", Workspace: d.w.workspace, Key: d.key, Client: &http.Client{Transport: cable{d}}}
}

// cable carries requests to the hub's door, or doesn't.
type cable struct{ d *device }

// RoundTrip loses, repeats and cuts.
func (c cable) RoundTrip(r *http.Request) (*http.Response, error) {
	w := c.d.w
	if w.chance(w.mix.Meanwhile) {
		if err := c.d.write(); err != nil {
			return nil, err
		}
	}
	if w.chance(w.mix.LoseRequest) {
		return nil, errLost
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if w.chance(w.mix.Cut) {
		body = body[:w.r.IntN(len(body))]
	}
	if r.URL.Path == protocol.PathRenew {
		w.double(c.d.db) // the hub may have taken a batch under the old number, and the answer was lost
	}
	answer := w.ask(r, body)
	if w.chance(w.mix.Repeat) {
		answer = w.ask(r, body)
	}
	if w.inside != nil {
		return nil, w.inside
	}
	if w.chance(w.mix.LoseAnswer) {
		return nil, errLost
	}
	if w.chance(w.mix.Cut) {
		answer.Body.Truncate(w.r.IntN(answer.Body.Len()))
	}
	return answer.Result(), nil
}

// ask hands one request in at the door.
func (w *world) ask(r *http.Request, body []byte) *httptest.ResponseRecorder {
	again := r.Clone(r.Context())
	again.Body, again.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	answer := httptest.NewRecorder()
	var before moment
	var err error
	if w.mix.Family && r.URL.Path == protocol.PathPush {
		before, err = w.look(r.Context())
	}
	w.door.ServeHTTP(answer, again)
	if r.URL.Path == protocol.PathPush && answer.Code == http.StatusOK {
		err = errors.Join(err, w.pushed(r.Context(), before, body, answer.Body.Bytes()))
	}
	w.inside = errors.Join(w.inside, err)
	return answer
}

// pushed looks at what the hub made of a batch.
func (w *world) pushed(ctx context.Context, before moment, frame, answer []byte) error {
	var p protocol.Push
	var told protocol.Pushed
	if err := errors.Join(protocol.Decode(frame, &p), protocol.Decode(answer, &told)); err != nil {
		return err
	}
	w.arrived(&p, &told)
	if !w.mix.Family {
		return nil
	}
	after, err := w.look(ctx)
	if err != nil {
		return err
	}
	return w.watch(before, after, &p, &told)
}
