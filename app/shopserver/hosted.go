package shopserver

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"patio/app/hubd"
	"patio/app/syncing"
	"patio/backend/crm"
	"patio/backend/replica"
	"patio/sync/nearby"
	"patio/sync/record"
)

// lastRequests is how long devices may hold up the end of the program.
const lastRequests = 3 * time.Second

// hosted is a hub at work in this process.
type hosted struct {
	hub       *hubd.Service
	workspace record.ID
	host      string // that it listens at, "" for every address
	port      int
	answerer  *nearby.Answerer // guarded by Service.mu; nil when it can't be looked for
	stop      context.CancelFunc
	ended     chan struct{} // closed when it has ended
	err       error         // why, once it has
}

// open opens the hub's folder and serves it. again says that this PC was the
// server when it ended: then what the hub holds is the shop's, whatever became
// of the data here.
func (s *Service) open(ctx context.Context, kept file, again bool) (h *hosted, err error) {
	h = &hosted{host: s.cfg.Host}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
		}
	}()
	past, err := s.cfg.Sync.Workspace(ctx)
	if err != nil {
		return h, err
	}
	if h.hub, h.workspace, err = s.openHub(ctx, past, again); err != nil {
		return h, err
	}
	return h, s.serve(h, kept.Port)
}

// openHub opens the hub with the workspace of the data here, and makes it if
// there is none. What another shop's data left there is set aside.
func (s *Service) openHub(ctx context.Context, past record.ID, again bool) (*hubd.Service, record.ID, error) {
	dir := filepath.Join(s.cfg.Dir, hubName)
	hub, err := s.openFolder(ctx, dir)
	if err != nil {
		return nil, record.ID{}, err
	}
	var all []hubd.Workspace
	if err := hub.Call(ctx, hubd.ListWorkspaces, struct{}{}, &all); err != nil {
		return hub, record.ID{}, err
	}
	for _, w := range all {
		id := record.ID(uuid.MustParse(w.ID))
		ours := id == past
		if past == (record.ID{}) {
			if ours, err = unused(ctx, hub, w.ID); err != nil {
				return hub, id, err
			}
			ours = ours || again
		}
		if ours {
			return hub, id, nil
		}
	}
	if len(all) > 0 && again {
		return hub, record.ID{}, crm.NewError(syncing.CodeOtherWorkspace, "")
	}
	if len(all) > 0 {
		aside := dir + "-before-" + s.cfg.Now().UTC().Format("20060102T150405Z")
		if err := errors.Join(hub.Close(), os.Rename(dir, aside)); err != nil {
			return nil, record.ID{}, err
		}
		if hub, err = s.openFolder(ctx, dir); err != nil {
			return nil, record.ID{}, err
		}
	}
	id, err := s.makeWorkspace(ctx, hub, past)
	return hub, id, err
}

// unused says whether a workspace never had a device: a start that was cut short
// made it.
func unused(ctx context.Context, hub *hubd.Service, workspace string) (bool, error) {
	var devices []hubd.Device
	err := hub.Call(ctx, hubd.ListDevices, hubd.Named{Name: workspace}, &devices)
	return len(devices) == 0, err
}

func (s *Service) openFolder(ctx context.Context, dir string) (*hubd.Service, error) {
	return hubd.Open(ctx, hubd.Config{Dir: dir, Policy: replica.Policy{}, Log: s.cfg.Log, Now: s.cfg.Now, Joined: s.letIn})
}

// makeWorkspace makes the shop's. Data that belonged to a hub which is gone keep
// their workspace, so that the other PCs of that hub can join this one.
func (s *Service) makeWorkspace(ctx context.Context, hub *hubd.Service, past record.ID) (record.ID, error) {
	w, err := s.cfg.Store.Workspace(ctx)
	if err != nil {
		return record.ID{}, err
	}
	ask := hubd.NewWorkspace{Name: "Pátio"}
	if len(w.Shops) > 0 && w.Shops[0].Name != "" {
		ask.Name = w.Shops[0].Name
	}
	if past != (record.ID{}) {
		ask.ID = uuid.UUID(past).String()
	}
	var made hubd.Workspace
	if err := hub.Call(ctx, hubd.CreateWorkspace, ask, &made); err != nil {
		return record.ID{}, err
	}
	return record.ID(uuid.MustParse(made.ID)), nil
}

// serve serves at the port where it was last, or at another that is free.
func (s *Service) serve(h *hosted, last int) (err error) {
	ports := append(slices.Clone(s.cfg.Nearby.TryPorts()), 0)
	if last > 0 {
		ports = append([]int{last}, ports...)
	}
	for _, port := range ports {
		if err = h.serve(port); crm.CodeOf(err) != crm.CodeInvalid { // else the port is taken
			return err
		}
	}
	return err
}

func (h *hosted) serve(port int) error {
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan hubd.Served, 1), make(chan struct{})
	at := hubd.Serving{Listen: net.JoinHostPort(h.host, strconv.Itoa(port)), Private: true, Grace: lastRequests}
	go func() {
		defer close(ended)
		h.err = h.hub.Serve(ctx, at, func(served hubd.Served) error { ready <- served; return nil })
	}()
	select {
	case served := <-ready:
		_, text, err := net.SplitHostPort(served.Listen)
		if err == nil {
			h.port, err = strconv.Atoi(text)
		}
		h.stop, h.ended = stop, ended
		return err
	case <-ended:
		stop()
		return h.err
	}
}

// close ends what of it was begun, in reverse.
func (h *hosted) close() error {
	var err error
	if h.answerer != nil {
		err = h.answerer.Close()
	}
	if h.stop != nil {
		h.stop()
		<-h.ended
		if !errors.Is(h.err, context.DeadlineExceeded) { // cut off, a device asks again
			err = errors.Join(err, h.err)
		}
	}
	if h.hub != nil {
		err = errors.Join(err, h.hub.Close())
	}
	return err
}

// own is where this PC itself reaches it.
func (h *hosted) own() string {
	host := h.host
	if host == "" {
		host = "127.0.0.1"
	}
	return "https://" + net.JoinHostPort(host, strconv.Itoa(h.port))
}

// addresses are where other PCs reach it now.
func (h *hosted) addresses() []string {
	host := h.host
	if host == "" {
		host = "::"
	}
	if found := hubd.OwnAddresses(net.JoinHostPort(host, strconv.Itoa(h.port))); len(found) > 0 {
		return found
	}
	return []string{h.own()} // in no network: only this PC
}

// id names the workspace to commands.
func (h *hosted) id() string { return uuid.UUID(h.workspace).String() }
