package syncing

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/sync/client"
	"patio/sync/enroll"
	"patio/sync/nearby"
	"patio/sync/protocol"
	"patio/sync/record"
)

// Codes of looking for a server by a short code.
const (
	CodeNobody    crm.Code = "sync.nobody"     // no server of the local network answers
	CodeOtherCode crm.Code = "sync.other_code" // one answers, but not to this code
)

// Bounds of looking for a server again.
const (
	seekFor      = 2 * time.Second // until an answer
	proveWithin  = 5 * time.Second // until an address proved whose it is
	maxAddresses = 8               // that a membership keeps, the one that answered last first
)

// invitation reads a code. A short one is asked for in the local network.
func (s *Service) invitation(ctx context.Context, text string) (enroll.Code, error) {
	short, ok := enroll.ParseShort(text)
	if !ok {
		c, err := enroll.Parse(text)
		return c, told(err)
	}
	found, err := s.cfg.Nearby.Ask(ctx, nearby.OfCode(short))
	switch {
	case errors.Is(err, nearby.ErrNobody):
		return enroll.Code{}, crm.NewError(CodeNobody, "code").Because(err)
	case errors.Is(err, nearby.ErrOthers):
		return enroll.Code{}, crm.NewError(CodeOtherCode, "code").Because(err)
	case err != nil:
		return enroll.Code{}, told(err)
	}
	c, err := enroll.Parse(found.Text)
	if err != nil {
		return c, told(err)
	}
	c.Addresses = reached(found.From, c.Addresses)
	return c, nil
}

// reached puts first where an answer came from: that way is open.
func reached(from netip.Addr, addresses []string) []string {
	u, err := url.Parse(addresses[0])
	if err != nil || u.Port() == "" {
		return addresses
	}
	return ahead("https://"+net.JoinHostPort(from.String(), u.Port()), addresses)
}

// ahead puts an address first.
func ahead(first string, addresses []string) []string {
	out := []string{first}
	for _, a := range addresses {
		if a != first && len(out) < maxAddresses {
			out = append(out, a)
		}
	}
	return out
}

// Workspace answers that of the data here, zero of data that never belonged to one.
func (s *Service) Workspace(ctx context.Context) (record.ID, error) {
	past, err := s.local.Past(ctx)
	return past.Workspace, err
}

// inShop says whether the hub is one in a local network, which has no name and
// whose address the network gives out: it may have another tomorrow.
func (m *Membership) inShop() bool {
	return len(m.Pin) > 0 && !slices.ContainsFunc(m.Addresses, func(a string) bool {
		u, err := url.Parse(a)
		if err != nil {
			return true
		}
		_, err = netip.ParseAddr(u.Hostname())
		return err != nil
	})
}

// elsewhere looks for a hub of the shop that isn't where it was, and turns to
// where it is. It asks nobody about a hub with a name.
func (s *Service) elsewhere(ctx context.Context, failure error) bool {
	code := crm.CodeOf(failure)
	// Another PC may have got the address that the hub had.
	if code != CodeUnreachable && code != crm.Code(protocol.CodeCertificate) {
		return false
	}
	s.mu.Lock()
	m := s.member
	s.mu.Unlock()
	if m == nil || !m.inShop() {
		return false
	}
	network := s.cfg.Nearby
	if network.Wait == 0 {
		network.Wait = seekFor
	}
	found, err := network.Ask(ctx, nearby.OfWorkspace(m.Workspace))
	if err != nil {
		return false
	}
	addresses := slices.DeleteFunc(strings.Fields(found.Text), func(a string) bool { return enroll.CheckAddress(a) != nil })
	if len(addresses) == 0 {
		return false
	}
	for _, address := range reached(found.From, addresses) {
		if proves(ctx, address, m.Pin) {
			moved, err := s.MoveTo(address)
			if err != nil {
				s.cfg.Log.Warn().Err(err).Msg("the hub’s new address was not kept")
			}
			return moved
		}
	}
	return false
}

// proves says whether who answers at an address has the hub's key.
func proves(ctx context.Context, address string, pin []byte) bool {
	ctx, stop := context.WithTimeout(ctx, proveWithin)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return false
	}
	c := client.Pinned(pin)
	defer c.CloseIdleConnections()
	answer, err := c.Do(r)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil // whatever it answered
}

// MoveTo has it speak with the hub at another address from now on; false when
// it does already. Errors: sync.not_joined, those of the file system.
func (s *Service) MoveTo(address string) (bool, error) {
	s.busy.Lock()
	defer s.busy.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.member == nil {
		return false, crm.NewError(CodeNotJoined, "")
	}
	if s.wire.Address == address && s.member.Addresses[0] == address {
		return false, nil
	}
	m := *s.member
	m.Addresses = ahead(address, m.Addresses)
	if err := s.members.write(s.cfg.DataDir, m); err != nil {
		return false, err
	}
	s.member = &m
	moved := s.wire.Address != address
	s.speakAt(address)
	signal(s.turned)
	return moved, nil
}
