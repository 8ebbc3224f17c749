package syncing

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"

	"patio/backend/crm"
	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/protocol"
	"patio/sync/vv"
)

// kindAttachments is what a change calls the records that name files.
const kindAttachments = "attachments"

// carryFiles brings the hub the files that are here, and fetches those that
// others brought, until ctx ends. Nothing waits for it: records go their own way.
func (s *Service) carryFiles(ctx context.Context) {
	for tries := 0; ; tries++ {
		drain(s.filed)
		moved, left, err := s.carry(ctx)
		if ctx.Err() != nil {
			return
		}
		if moved {
			tries = 0
		}
		s.mu.Lock()
		s.filesLeft = left
		s.mu.Unlock()
		pause := unasked
		if left {
			pause = min(firstPause<<min(tries, 10), longPause)
			pause = pause/2 + rand.N(pause)
		}
		if err != nil {
			s.cfg.Log.Info().Err(err).Dur("pause", pause).Msg("files on their way to and from the hub")
		}
		if !wait(ctx, pause, s.filed) {
			return
		}
	}
}

// carry brings and fetches what it can. left says that there is more: the line
// broke, or nobody has brought a file to the hub yet.
func (s *Service) carry(ctx context.Context) (moved, left bool, err error) {
	past, err := s.local.Past(ctx)
	if err != nil || !past.Heard {
		return false, true, err
	}
	c := carrier{store: s.store, wire: s.line(), me: past.Replica, hub: past.Epoch[:]}
	unsent, err := s.store.Unsent(ctx, c.hub)
	if err != nil {
		return false, true, err
	}
	missing, err := s.store.Missing(ctx)
	if err != nil {
		return false, true, err
	}
	for i, f := range append(unsent, missing...) {
		one := c.fetch
		if i < len(unsent) {
			one = c.bring
		}
		failed := one(ctx, f)
		var refusal *protocol.Error
		switch {
		case failed == nil:
			moved = true
		case crm.CodeOf(failed) == crm.CodeNotFound: // it was deleted meanwhile
		case errors.As(failed, &refusal):
			left, err = true, failed
		default: // the line, or the disk: the next one would fare no better
			return moved, true, failed
		}
		if ctx.Err() != nil || len(s.filed) > 0 { // another one may go first
			return moved, true, err
		}
	}
	return moved, left, err
}

// carrier moves one file at a time.
type carrier struct {
	store *store.Store
	wire  *client.Wire
	me    vv.Replica
	hub   []byte // its generation: a restored one may lack what it had
}

func (c *carrier) bring(ctx context.Context, f store.File) error {
	id, err := protocol.ReadBlobID(f.Hash)
	if err != nil {
		return err
	}
	file, err := c.store.OpenFile(f.Hash)
	if code := crm.CodeOf(err); code == crm.CodeAttachmentMissing || code == crm.CodeAttachmentDamaged {
		return crm.NewError(crm.CodeNotFound, "").Because(err) // it may come from the hub
	}
	if err != nil {
		return err
	}
	defer file.Close()
	st, err := file.Stat()
	if err == nil {
		err = c.wire.PutBlob(ctx, c.me, id, file, st.Size())
	}
	if err != nil {
		return err
	}
	return c.store.Sent(ctx, f.Hash, c.hub)
}

func (c *carrier) fetch(ctx context.Context, f store.File) error {
	id, err := protocol.ReadBlobID(f.Hash)
	if err != nil {
		return err
	}
	err = c.store.FetchFile(ctx, f, func(part *os.File, have int64) error {
		_, err := c.wire.GetBlob(ctx, c.me, id, part, have)
		return err
	})
	if err != nil {
		return err
	}
	return c.store.Sent(ctx, f.Hash, c.hub)
}
