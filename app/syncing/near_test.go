package syncing

import (
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"patio/backend/crm"
	"patio/sync/enroll"
	"patio/sync/nearby"
	"patio/sync/protocol"
)

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// answering answers somebody who can be asked, and the network that it is in.
func answering(t *testing.T) (*nearby.Answerer, nearby.Network) {
	t.Helper()
	a, err := nearby.Listen(nearby.Network{Ports: []int{0}, Listen: loopback})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, nearby.Network{Ports: []int{a.Port()}, Hosts: []netip.Addr{loopback}, Wait: time.Minute}
}

// keyed serves under a key, and answers where, and its pin.
func keyed(t *testing.T) (address string, pin []byte) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	sum := sha256.Sum256(s.Certificate().RawSubjectPublicKeyInfo)
	return s.URL, sum[:]
}

func TestAnAddressProvesWhoseItIsByTheKey(t *testing.T) {
	address, pin := keyed(t)
	if !proves(t.Context(), address, pin) {
		t.Error("the hub’s own address doesn't")
	}
	other := slices.Clone(pin)
	other[0]++
	for _, at := range []string{address, "https://127.0.0.1:1", "https://\n"} {
		if proves(t.Context(), at, other) {
			t.Errorf("%q does with another key", at)
		}
	}
}

func TestAHubOfTheShopIsOneWithoutAName(t *testing.T) {
	pin := make([]byte, 32)
	for addresses, want := range map[string]bool{
		"https://192.168.0.10:8443": true, "https://192.168.0.10:8443 https://[fd00::2]:8443": true, "https://hub.example": false,
		"https://192.168.0.10:8443 https://hub.example": false, "https://\x7f": false,
	} {
		m := Membership{Addresses: strings.Split(addresses, " "), Pin: pin}
		if m.inShop() != want {
			t.Errorf("%q: %v", addresses, m.inShop())
		}
		m.Pin = nil // an authority speaks for it, and for a name
		if m.inShop() {
			t.Errorf("%q without a key of its own", addresses)
		}
	}
}

func TestTheWayByWhichAnAnswerCameIsTriedFirst(t *testing.T) {
	many := []string{"https://10.0.0.1:9"}
	for i := range 9 {
		many = append(many, "https://10.0.1."+string(rune('0'+i))+":9")
	}
	got := reached(netip.MustParseAddr("10.0.1.3"), many)
	if len(got) != maxAddresses || got[0] != "https://10.0.1.3:9" || got[1] != many[0] || slices.Contains(got[1:], got[0]) {
		t.Error(got)
	}
	if got := reached(loopback, []string{"https://hub.example"}); !slices.Equal(got, []string{"https://hub.example"}) {
		t.Error(got)
	}
}

func TestAShortCodeThatTellsNoLongOneIsNone(t *testing.T) {
	a, n := answering(t)
	p := newPC(t)
	p.sync.cfg.Nearby = n
	code := enroll.NewShort()
	a.Answer(nearby.OfCode(code), func() string { return "PATIO1-NADA" })
	wantCode(t, p.sync.Join(t.Context(), Joining{Code: code.String(), Name: "Balcão"}), crm.Code(protocol.CodeMistyped))
}

// Whoever knows the workspace may answer; who hasn't the hub's key is not
// believed, and the hub stays where it was last known.
func TestAFalseServerMovesNobody(t *testing.T) {
	hub := newServer(t)
	p := newPC(t)
	p.join(hub.code())
	id, err := p.sync.Workspace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, n := answering(t)
	p.sync.cfg.Nearby = n
	was := p.status().Hub
	lost := crm.NewError(CodeUnreachable, "")
	address, _ := keyed(t)
	for _, lie := range []string{address, "nothing", "https://127.0.0.1:1 https://hub.example/path"} {
		a.Answer(nearby.OfWorkspace(id), func() string { return lie })
		if p.sync.elsewhere(t.Context(), lost) || p.status().Hub != was {
			t.Errorf("%q moved it to %s", lie, p.status().Hub)
		}
	}
	a.Answer(nearby.OfWorkspace(id), func() string { return "https://" + hub.listen })
	if p.sync.elsewhere(t.Context(), lost) {
		t.Error("it moved to where it was")
	}
	if _, err := p.sync.MoveTo(address); err != nil {
		t.Fatal(err)
	}
	if !p.sync.elsewhere(t.Context(), crm.NewError(crm.Code(protocol.CodeCertificate), "")) || p.status().Hub != hub.listen {
		t.Errorf("it is at %s", p.status().Hub)
	}
	if p.sync.elsewhere(t.Context(), crm.NewError(crm.Code(protocol.CodeRevoked), "")) {
		t.Error("a refusal is the hub’s own")
	}
}

func TestWhoIsNoDeviceIsNotMoved(t *testing.T) {
	p := newPC(t)
	_, err := p.sync.MoveTo("https://127.0.0.1:1")
	wantCode(t, err, CodeNotJoined)
	if p.sync.elsewhere(t.Context(), crm.NewError(CodeUnreachable, "")) {
		t.Error("it looked")
	}
}
