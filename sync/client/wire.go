package client

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Wire is a Hub over HTTP.
type Wire struct {
	Address   string // "https://host:port"
	Workspace record.ID
	Key       []byte    // this device's secret; nil before it joined
	User      record.ID // whose device it is, as Join's answer says
	Client    *http.Client

	Silence time.Duration // that a stream may begin with; 0 is openingSilence
	Gap     time.Duration // that may be between two words of one; 0 is laterSilence
}

var _ Hub = (*Wire)(nil)

// Push sends a batch.
func (w *Wire) Push(ctx context.Context, frame []byte) (*protocol.Pushed, error) {
	answer := &protocol.Pushed{}
	return answer, w.post(ctx, protocol.PathPush, frame, answer)
}

// Pull asks for a page.
func (w *Wire) Pull(ctx context.Context, pull *protocol.Pull) (*protocol.Page, error) {
	answer := &protocol.Page{}
	return answer, w.send(ctx, protocol.PathPull, pull, answer)
}

// Digest asks in which buckets the hub has other records.
func (w *Wire) Digest(ctx context.Context, digest *protocol.Digest) (*protocol.Digested, error) {
	answer := &protocol.Digested{}
	return answer, w.send(ctx, protocol.PathDigest, digest, answer)
}

// Again asks for the records of buckets.
func (w *Wire) Again(ctx context.Context, again *protocol.Again) (*protocol.Page, error) {
	answer := &protocol.Page{}
	return answer, w.send(ctx, protocol.PathAgain, again, answer)
}

// Renew asks for another number.
func (w *Wire) Renew(ctx context.Context, from vv.Replica) (vv.Replica, error) {
	var answer protocol.Renewed
	err := w.send(ctx, protocol.PathRenew, &protocol.Renew{Workspace: w.Workspace, Replica: from}, &answer)
	return answer.Replica, err
}

// Join asks for a number with an invite's secret; Key and User are set afterwards.
func (w *Wire) Join(ctx context.Context, secret []byte, name string, past Meta) (vv.Replica, error) {
	var answer protocol.Joined
	err := w.send(ctx, protocol.PathJoin, &protocol.Join{
		Protocol: protocol.Newest, Workspace: w.Workspace, Secret: secret, Name: name, Heard: past.Heard, Epoch: past.Epoch, Head: past.Head,
	}, &answer)
	if err == nil {
		w.Key, w.User = answer.Key, answer.User
	}
	return answer.Replica, err
}

// Devices asks for the workspace's devices.
func (w *Wire) Devices(ctx context.Context, me vv.Replica) (*protocol.Devices, error) {
	answer := &protocol.Devices{}
	return answer, w.send(ctx, protocol.PathDevices, &protocol.ListDevices{Who: w.who(me)}, answer)
}

// Revoke ends another device's access; of its own number, this one leaves.
func (w *Wire) Revoke(ctx context.Context, me, other vv.Replica) error {
	return w.send(ctx, protocol.PathRevoke, &protocol.Revoke{Who: w.who(me), Replica: other}, &protocol.Revoked{})
}

func (w *Wire) who(me vv.Replica) protocol.Who {
	return protocol.Who{Protocol: protocol.Newest, Workspace: w.Workspace, Replica: me}
}

func (w *Wire) send(ctx context.Context, path string, message, answer any) error {
	frame, err := protocol.Encode(message)
	if err != nil {
		return err
	}
	return w.post(ctx, path, frame, answer)
}

func (w *Wire) post(ctx context.Context, path string, frame []byte, answer any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.Address+path, bytes.NewReader(frame))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", protocol.ContentMessage)
	return w.ask(r, answer)
}

// ask sends a request and reads the message that answers it.
func (w *Wire) ask(r *http.Request, answer any) error {
	got, err := w.do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if err := refused(got); err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, protocol.MaxMessage+1))
	if err != nil {
		return err
	}
	// What can't be read is no answer: something on the way may have cut it, or
	// put a page of its own in its place. The same is asked again.
	if err := protocol.Decode(body, answer); err != nil {
		return fmt.Errorf("%w: %s", ErrNoAnswer, err.Error()) // no refusal of the hub's
	}
	return nil
}

// ErrNoAnswer says that what came back was not the hub's.
var ErrNoAnswer = errors.New("client: the answer is not the hub's")

func (w *Wire) do(r *http.Request) (*http.Response, error) {
	if w.Key != nil {
		r.Header.Set("Authorization", "Bearer "+base64.RawURLEncoding.EncodeToString(w.Key))
	}
	return w.Client.Do(r)
}

// refused answers the refusal that a response is.
func refused(r *http.Response) error {
	if r.StatusCode == http.StatusOK {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, 200))
	code := protocol.Code(strings.TrimSpace(string(text)))
	if err == nil && r.Header.Get("Content-Type") == protocol.ContentRefusal && code.Known() && code != protocol.CodeHubFailure {
		return protocol.Refuse(code, nil)
	}
	return fmt.Errorf("%w: HTTP %d", ErrNoAnswer, r.StatusCode)
}
