package sim

import (
	"context"
	"errors"
	"strings"

	"patio/sync/client"
	"patio/sync/protocol"
)

// listen has a device hear what the hub's stream says. A word may be lost, come
// late or twice, or to a database that was restored since.
func (d *device) listen(ctx context.Context) error {
	w := d.w
	if d.ear == nil || d.at != w.hub || d.as != d.db.meta.Replica {
		return d.open(ctx)
	}
	text, err := d.ear.Say(ctx)
	var refusal *protocol.Error
	if errors.As(err, &refusal) {
		d.ear = nil
		return nil
	}
	if err != nil {
		return err
	}
	if text != "" {
		d.said = append(d.said, text)
	}
	if len(d.said) == 0 || w.r.IntN(4) == 0 {
		return nil // lost, with what the stream said
	}
	text = d.said[len(d.said)-1]
	if w.r.IntN(4) == 0 {
		text = d.said[w.r.IntN(len(d.said))]
	}
	return d.hear(ctx, text)
}

// open begins to listen, under the number that the device has by now.
func (d *device) open(ctx context.Context) (err error) {
	m := d.db.meta
	d.ear, err = d.w.hub.Listen(ctx, d.key, protocol.Ask{Protocol: protocol.Newest, Workspace: m.Workspace, Replica: m.Replica, Epoch: m.Epoch, Head: m.Head})
	d.at, d.as = d.w.hub, m.Replica
	var refusal *protocol.Error
	if errors.As(err, &refusal) {
		d.ear = nil // revoked, forgotten, or the hub went back
		return nil
	}
	return err
}

// hear takes a word in, and mostly pulls what none can tell.
func (d *device) hear(ctx context.Context, text string) error {
	var stream protocol.Stream
	var word *protocol.Word
	for line := range strings.Lines(text) {
		if one, said := stream.Line(strings.TrimSuffix(line, "\n")); said {
			word = one
		}
	}
	taken := false
	if word != nil {
		var err error
		taken, err = client.New(d.db, d.wire(), d.clock).Hear(ctx, word)
		if errors.Is(err, errKilled) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	if taken {
		d.w.heard++
	}
	if taken || d.w.r.IntN(4) == 0 {
		return nil
	}
	return d.sync(ctx)
}
