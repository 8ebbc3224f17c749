package nearby

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"patio/sync/enroll"
	"patio/sync/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// listening answers a server at a free port, and the network that it is in.
func listening(t *testing.T) (*Answerer, Network) {
	t.Helper()
	a, err := Listen(Network{Ports: []int{0}, Listen: loopback})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, Network{Ports: []int{a.Port()}, Hosts: []netip.Addr{loopback}, Wait: time.Minute}
}

func says(text string) func() string { return func() string { return text } }

// silent waits for an answer that never comes, so that a moment is enough.
func (n Network) silent() Network {
	n.Wait = 50 * time.Millisecond
	return n
}

// refused asks until somebody answers who doesn't know the topic.
func (n Network) refused(t *testing.T, topic Topic) {
	t.Helper()
	for {
		got, err := n.silent().Ask(t.Context(), topic)
		if errors.Is(err, ErrOthers) {
			return
		}
		if !errors.Is(err, ErrNobody) { // else a busy machine
			t.Fatalf("%+v, %v", got, err)
		}
	}
}

func TestAServerIsFoundByItsCode(t *testing.T) {
	a, n := listening(t)
	code := enroll.NewShort()
	a.Answer(OfCode(code), says("the long code"))
	got, err := n.Ask(t.Context(), OfCode(code))
	if err != nil || got.Text != "the long code" || got.From != loopback {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAServerIsFoundByItsWorkspace(t *testing.T) {
	a, n := listening(t)
	id := record.ID{1, 2, 3}
	a.Answer(OfWorkspace(id), says("https://127.0.0.1:1"))
	a.Answer(codeOf(1), says("the long code"))
	got, err := n.Ask(t.Context(), OfWorkspace(id))
	if err != nil || got.Text != "https://127.0.0.1:1" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := n.silent().Ask(t.Context(), OfWorkspace(record.ID{3})); !errors.Is(err, ErrNobody) {
		t.Errorf("another's devices: %v", err)
	}
}

func TestAServerWithoutAnOpenCodeIsSilent(t *testing.T) {
	a, n := listening(t)
	n = n.silent()
	want := func(what string) {
		t.Helper()
		if got, err := n.Ask(t.Context(), codeOf(1)); !errors.Is(err, ErrNobody) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	want("no code was given")
	a.Answer(OfWorkspace(record.ID{1}), says("here"))
	want("only a workspace")
	var asked atomic.Int32
	a.Answer(codeOf(1), func() string { asked.Add(1); return "" })
	for asked.Load() == 0 { // somebody notices that it was asked for
		want("expired")
	}
	a.Answer(codeOf(1), says("the long code"))
	a.Silence(codeOf(2))
	if _, err := n.Ask(t.Context(), codeOf(1)); err != nil {
		t.Errorf("it ended with another code: %v", err)
	}
	a.Silence(codeOf(1))
	want("ended")
}

func TestAWrongCodeIsToldFromNoServer(t *testing.T) {
	a, n := listening(t)
	a.Answer(codeOf(1), says("the long code"))
	n.refused(t, codeOf(2))
}

func TestTheRightOneOfTwoServersIsFound(t *testing.T) {
	one, n := listening(t)
	two, other := listening(t)
	one.Answer(codeOf(1), says("one"))
	two.Answer(codeOf(2), says("two"))
	n.Ports = append(n.Ports, other.Ports...)
	for i, want := range []string{"one", "two"} {
		if got, err := n.Ask(t.Context(), codeOf(byte(i+1))); err != nil || got.Text != want {
			t.Errorf("%s: %+v, %v", want, got, err)
		}
	}
}

func TestANewCodeEndsTheOldOne(t *testing.T) {
	a, n := listening(t)
	a.Answer(codeOf(1), says("old"))
	a.Answer(codeOf(2), says("new"))
	if got, err := n.Ask(t.Context(), codeOf(2)); err != nil || got.Text != "new" {
		t.Errorf("%+v, %v", got, err)
	}
	n.refused(t, codeOf(1))
}

// A false server sends whatever it likes, ahead of the true one, and keeps
// nobody from it.
func TestAFalseServerIsPassedOver(t *testing.T) {
	a, n := listening(t)
	a.Answer(codeOf(1), says("the long code"))
	liar, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, questionSize)
		for {
			size, from, err := liar.ReadFrom(b)
			if err != nil {
				return
			}
			q, ok := readQuestion(b[:size])
			if !ok {
				continue
			}
			forged, err := q.seal(make([]byte, 32), make([]byte, saltSize), "a code of the liar’s")
			if err != nil {
				continue
			}
			for _, lie := range [][]byte{{}, []byte("PATIO"), forged, forged[:100], append(forged, make([]byte, 2000)...)} {
				_, _ = liar.WriteTo(lie, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = liar.Close()
		<-ended
	})
	at, _ := liar.LocalAddr().(*net.UDPAddr)
	n.Ports = append([]int{at.Port}, n.Ports...)
	if got, err := n.Ask(t.Context(), codeOf(1)); err != nil || got.Text != "the long code" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestOneWhoLiesMuchIsNotListenedTo(t *testing.T) {
	q, err := ask(codeOf(1))
	if err != nil {
		t.Fatal(err)
	}
	tried := map[netip.Addr]int{}
	worked := 0
	for i := range 200 {
		salt := make([]byte, saltSize)
		salt[0] = byte(i)
		read, _ := readQuestion(q.bytes())
		lie, err := read.seal(make([]byte, 32), salt, "")
		if err != nil {
			t.Fatal(err)
		}
		a := arrival{lie, netip.AddrFrom4([4]byte{10, 0, 0, byte(i % 50)})}
		if a.worth(q, tried) {
			worked++
			if _, err := q.open(a.bytes); !errors.Is(err, errNotOurs) {
				t.Fatal(err)
			}
		}
	}
	if worked != maxSalts {
		t.Errorf("%d secrets were tried", worked)
	}
}

func TestLookingEndsWithWhoLooks(t *testing.T) {
	_, n := listening(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := n.Ask(ctx, codeOf(1)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAServerTakesTheNextPortThatIsFree(t *testing.T) {
	first, _ := listening(t)
	n := Network{Ports: []int{first.Port()}, Listen: loopback}
	if a, err := Listen(n); err == nil {
		t.Fatalf("%d is taken twice: %v", a.Port(), a.Close())
	}
	n.Ports = append(n.Ports, 0)
	second, err := Listen(n)
	if err != nil {
		t.Fatal(err)
	}
	if second.Port() == first.Port() || second.Close() != nil {
		t.Errorf("at %d", second.Port())
	}
}

// The networks of the machine that this runs on, whatever they are.
func TestThisMachineIsAskedWhateverItsNetworks(t *testing.T) {
	a, err := Listen(Network{Ports: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	a.Answer(codeOf(1), says("the long code"))
	n := Network{Ports: []int{a.Port()}, Wait: time.Minute}
	if got, err := n.Ask(t.Context(), codeOf(1)); err != nil || got.Text != "the long code" {
		t.Errorf("%+v, %v", got, err)
	}
}
