// Package syncing keeps an open store in agreement with its hub while the
// program runs: at once after a write and after the hub's word, again and again
// while the hub isn't reached, and never in anybody's way.
package syncing

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/replica"
	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/nearby"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Codes of what a person is told.
const (
	CodeUnreachable    crm.Code = "sync.unreachable"     // the hub doesn't answer
	CodeJoined         crm.Code = "sync.joined"          // this installation is a device already
	CodeNotJoined      crm.Code = "sync.not_joined"      // it is none
	CodeOtherWorkspace crm.Code = "sync.other_workspace" // these data belong to another workspace
	CodeRemovals       crm.Code = "sync.removals"        // much would go from here: say yes first
)

// Config is what a service stands on.
type Config struct {
	Store       *store.Store
	DataDir     string
	Memberships string         // folder for what makes this installation a device; outside every data folder
	Log         zerolog.Logger // the zero value logs nothing
	Changed     func()         // called when Status may answer something else; must not block; nil for nobody
	Now         func() time.Time
	Nearby      nearby.Network // where a server of the shop is looked for
}

// Service syncs one store. Close ends it.
type Service struct {
	store   *store.Store
	local   *replica.Local
	members memberships
	cfg     Config

	busy   sync.Mutex    // held while it speaks with the hub: one sync at a time
	wake   chan struct{} // something may wait
	asked  chan struct{} // somebody doesn't want to wait
	agreed chan struct{} // a sync went well
	turned chan struct{} // the hub is at another address
	filed  chan struct{} // files may have to go or come

	mu       sync.Mutex // guards what follows
	member   *Membership
	detached bool
	wire     *client.Wire
	client   *client.Client
	phase    Phase
	failure  *crm.Error // why it isn't idle; nil for nothing
	allowed  bool       // the next sync may remove however many the hub says
	synced   int64
	learned  time.Time          // when the hub was last asked who its devices are
	wanted   bool               // somebody was shown one that isn't known
	stop     context.CancelFunc // of the loop; nil while it isn't running
	done     chan struct{}      // closed when the loop has ended
	running  bool               // Start was called

	filesLeft bool // some wait for the hub, or for another PC to bring them there
}

// Open reads what this installation is a device of. It syncs nothing before
// Start. Errors: those of the file system and the store.
func Open(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Changed == nil {
		cfg.Changed = func() {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Service{
		store: cfg.Store, local: replica.NewLocal(cfg.Store), members: memberships{cfg.Memberships}, cfg: cfg,
		wake: make(chan struct{}, 1), asked: make(chan struct{}, 1), agreed: make(chan struct{}, 1), turned: make(chan struct{}, 1), filed: make(chan struct{}, 1), phase: PhaseOff,
	}
	past, err := s.local.Past(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := s.members.read(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	switch {
	case kept == nil || past.Workspace != (record.ID{}) && past.Workspace != kept.Workspace:
		s.detached = past.Workspace != (record.ID{})
		return s, nil
	case past.Workspace == (record.ID{}): // it ended between the hub's answer and the store's
		if err := s.local.Join(ctx, kept.Workspace, kept.Replica); err != nil {
			return nil, err
		}
	}
	s.use(*kept)
	return s, nil
}

// use makes the wire to the hub of a membership.
func (s *Service) use(m Membership) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.member, s.detached = &m, false
	s.wire = m.wire()
	s.client = client.New(s.local, s.wire, s.cfg.Now)
	s.phase, s.failure, s.allowed = PhaseIdle, nil, false
}

// Start begins to sync by itself, now or as soon as it joins.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = true
	if s.member != nil && s.stop == nil {
		ctx, stop := context.WithCancel(context.Background())
		s.stop, s.done = stop, make(chan struct{})
		go s.run(ctx, s.done)
	}
}

// halt ends the loop and waits until it has.
func (s *Service) halt() {
	s.mu.Lock()
	stop, done := s.stop, s.done
	s.stop, s.done = nil, nil
	s.mu.Unlock()
	if stop != nil {
		stop()
		<-done
	}
}

// Close ends it; a sync under way is broken off, and goes on next time.
func (s *Service) Close() error {
	s.mu.Lock()
	s.running = false
	s.mu.Unlock()
	s.halt()
	return nil
}

// Joining is what a person says who joins.
type Joining struct {
	Code string // long, or the short one of a server in the local network
	Name string // this device's, as others see it
	Anew bool   // begin with the hub's leads: those that are here stay in a snapshot and nowhere else
}

// Join makes this installation a device by an enrolment code. All that is here
// comes along, unless it begins anew; who was in the workspace before comes
// along in any case. Errors: sync.code, sync.nobody, sync.other_code,
// sync.invite, sync.certificate, sync.unreachable, sync.joined,
// sync.other_workspace, required; of beginning anew those of Store.Replaced, too.
func (s *Service) Join(ctx context.Context, as Joining) error {
	name := strings.TrimSpace(as.Name)
	if name == "" {
		return crm.NewError(crm.CodeRequired, "name")
	}
	invited, err := s.invitation(ctx, as.Code)
	if err != nil {
		return err
	}
	s.busy.Lock()
	defer s.busy.Unlock()
	s.mu.Lock()
	joined := s.member != nil
	s.mu.Unlock()
	if joined {
		return crm.NewError(CodeJoined, "")
	}
	past, err := s.local.Past(ctx)
	if err != nil {
		return err
	}
	again := past.Workspace != (record.ID{})
	if again && past.Workspace != invited.Workspace {
		return crm.NewError(CodeOtherWorkspace, "code")
	}
	m := Membership{Workspace: invited.Workspace, Addresses: invited.Addresses, Pin: invited.Pin, Name: name}
	user, err := s.enrol(ctx, &m, invited.Secret, past)
	if err != nil {
		return told(err)
	}
	if as.Anew && !again {
		// Its leads are here before it is a device: ended in between, it is one that
		// needs another code, and not one that brings along what was to stay.
		if err := s.beginAnew(ctx, m, user); err != nil {
			return told(err)
		}
	}
	if err := s.members.write(s.cfg.DataDir, m); err != nil {
		return err
	}
	switch {
	case again:
		err = client.New(s.local, nil, s.cfg.Now).Rejoin(ctx, m.Replica)
	case !as.Anew:
		err = s.local.Join(ctx, m.Workspace, m.Replica)
	}
	if err != nil {
		return err
	}
	s.use(m)
	s.mu.Lock()
	running := s.running
	s.mu.Unlock()
	if running {
		s.Start()
	}
	s.cfg.Changed()
	return nil
}

// enrol asks at each address until one answers, which stands first from then on.
// It answers whose device this is.
func (s *Service) enrol(ctx context.Context, m *Membership, secret []byte, past client.Meta) (user record.ID, err error) {
	for i, address := range m.Addresses {
		w := client.Wire{Address: address, Workspace: m.Workspace, Client: client.Pinned(m.Pin)}
		m.Replica, err = w.Join(ctx, secret, m.Name, past)
		var refusal *protocol.Error
		if err == nil {
			m.Key = w.Key
			m.Addresses[0], m.Addresses[i] = m.Addresses[i], m.Addresses[0]
			return w.User, nil
		}
		if errors.As(err, &refusal) && refusal.Code != protocol.CodeCertificate {
			return user, err
		}
	}
	return user, err
}

// Leave ends this installation's membership. What is here stays; what the hub
// hasn't taken waits for another code. A hub that is reached gives up this
// device's number; of one that isn't, an admin's PC can revoke it.
// Errors: sync.not_joined.
func (s *Service) Leave(ctx context.Context) error {
	s.halt()
	s.busy.Lock()
	defer s.busy.Unlock()
	line, me, err := s.speaker(ctx)
	if err != nil {
		return err
	}
	if err := s.members.forget(s.cfg.DataDir); err != nil {
		return err
	}
	s.mu.Lock()
	s.member, s.wire, s.client, s.detached = nil, nil, nil, true
	s.phase, s.failure = PhaseOff, nil
	s.mu.Unlock()
	s.cfg.Changed()
	ctx, cancel := context.WithTimeout(ctx, partWithin)
	defer cancel()
	if err := line.Revoke(ctx, me, me); err != nil {
		s.cfg.Log.Info().Err(err).Msg("left a hub that wasn't told")
	}
	return nil
}

// partWithin is how long who leaves waits for the hub to hear of it.
const partWithin = 5 * time.Second

// Sync syncs once, now. Errors: sync.not_joined, sync.unreachable, the hub's.
func (s *Service) Sync(ctx context.Context) (client.Result, error) {
	s.busy.Lock()
	defer s.busy.Unlock()
	s.mu.Lock()
	c, allowed, idle := s.client, s.allowed, s.phase == PhaseIdle
	s.mu.Unlock()
	if c == nil {
		return client.Result{}, crm.NewError(CodeNotJoined, "")
	}
	if idle { // what failed last stands until it went well: each try would flicker
		s.show(PhaseSyncing, nil)
	}
	r, err := s.round(ctx, c, allowed)
	if err == nil {
		s.mu.Lock()
		s.synced, s.allowed = s.cfg.Now().UnixMilli(), false
		if s.filesLeft {
			signal(s.filed)
		}
		s.mu.Unlock()
		s.show(PhaseIdle, nil)
		return r, nil
	}
	failure := told(err)
	if crm.CodeOf(failure) == CodeUnreachable {
		s.turn()
	}
	s.show(phaseOf(failure), failure)
	return r, failure
}

// round is one sync. The first of all may bring a whole workspace.
func (s *Service) round(ctx context.Context, c *client.Client, allowed bool) (r client.Result, err error) {
	var options []client.Option
	if allowed {
		options = append(options, client.AllowRemovals)
	}
	past, err := s.local.Past(ctx)
	if err != nil {
		return r, err
	}
	whole := func() error {
		r, err = c.Sync(ctx, options...)
		return err
	}
	if past.Heard {
		return r, whole()
	}
	err = s.store.Load(ctx, whole)
	return r, err
}

// AllowRemovals says yes to what stopped with sync.removals, and tries at once.
func (s *Service) AllowRemovals() {
	s.mu.Lock()
	s.allowed = true
	s.mu.Unlock()
	s.Now()
}

// line answers the wire to the hub; there is one while the loop runs.
func (s *Service) line() *client.Wire {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wire
}

// turn tries the hub's next address from now on.
func (s *Service) turn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.member == nil || len(s.member.Addresses) < 2 {
		return
	}
	at := slices.Index(s.member.Addresses, s.wire.Address)
	s.speakAt(s.member.Addresses[(at+1)%len(s.member.Addresses)])
}

// speakAt makes the wire to another address of the hub.
func (s *Service) speakAt(address string) {
	next := *s.wire
	next.Address = address
	s.wire = &next
	s.client = client.New(s.local, s.wire, s.cfg.Now)
}

// number answers this replica's number, which a renewal changes.
func (s *Service) number(ctx context.Context) (vv.Replica, error) {
	m, err := s.local.Past(ctx)
	return m.Replica, err
}

func (s *Service) show(p Phase, why error) {
	var failure *crm.Error
	_ = errors.As(why, &failure)
	s.mu.Lock()
	if s.member != nil {
		s.phase, s.failure = p, failure
	}
	s.mu.Unlock()
	s.cfg.Changed()
}

// told names a failure as a person can be told. What is no refusal of the
// hub's and no failure of the store's means that the hub wasn't reached.
func told(err error) error {
	var removals *client.ManyRemovals
	var refusal *protocol.Error
	var own *crm.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &removals):
		return crm.NewError(CodeRemovals, "", "removed", strconv.Itoa(removals.Removed), "held", strconv.Itoa(removals.Held)).Because(err)
	case errors.As(err, &refusal):
		return crm.NewError(crm.Code(refusal.Code), "").Because(err)
	case errors.As(err, &own):
		return err
	}
	return crm.NewError(CodeUnreachable, "").Because(err)
}

func phaseOf(err error) Phase {
	switch code := crm.CodeOf(err); code {
	case CodeRemovals:
		return PhaseRemovals
	case CodeUnreachable, crm.Code(protocol.CodeHubFailure), crm.CodeCancelled:
		return PhaseOffline
	default:
		return PhaseStopped
	}
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
