package nearby

import (
	"crypto/rand"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Ports are where servers listen: the first that is free. Who looks asks at all.
var Ports = []int{27473, 27474, 27475, 27476}

// Answerer answers those who look, about topics that it was told and nothing
// else.
type Answerer struct {
	conn  net.PacketConn
	now   func() time.Time
	ended chan struct{}

	mu     sync.Mutex // guards about
	about  []subject
	closed bool
}

// subject is a topic with what is said of it.
type subject struct {
	topic        Topic
	salt, secret []byte
	text         func() string
}

// Listen begins to listen at the first free port of a network. It answers
// nobody before it was told what.
func Listen(n Network) (*Answerer, error) {
	var failed error
	for _, port := range n.TryPorts() {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: n.Listen.AsSlice(), Port: port})
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		a := &Answerer{conn: conn, now: time.Now, ended: make(chan struct{})}
		go a.serve()
		return a, nil
	}
	return nil, failed
}

// Port is where it listens.
func (a *Answerer) Port() int {
	at, ok := a.conn.LocalAddr().(*net.UDPAddr)
	if !ok {
		return 0
	}
	return at.Port
}

// Answer tells who looks for a topic a text, of some hundred bytes, that is
// asked for each time; "" is no answer. It replaces what was said of another
// topic of that kind. What is said of a short code takes a moment to prepare.
func (a *Answerer) Answer(t Topic, text func() string) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	s := subject{t, salt, t.secret(salt), text}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.drop(t.kind)
	a.about = append(a.about, s)
}

// Silence ends what is said of a topic.
func (a *Answerer) Silence(t Topic) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.about {
		if s.topic.is(t) {
			a.drop(t.kind)
			return
		}
	}
}

func (a *Answerer) drop(kind byte) {
	var left []subject
	for _, s := range a.about {
		if s.topic.kind != kind {
			left = append(left, s)
		}
	}
	a.about = left // serve may still read the old one
}

// Close ends it.
func (a *Answerer) Close() error {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	err := a.conn.Close()
	<-a.ended
	return err
}

// between is how long a listener that fails waits: some systems tell it of
// answers that found nobody.
const between = 20 * time.Millisecond

func (a *Answerer) serve() {
	defer close(a.ended)
	limit := newLimiter(a.now())
	b := make([]byte, questionSize+1)
	for {
		n, from, err := a.conn.ReadFrom(b)
		if err != nil {
			a.mu.Lock()
			closed := a.closed
			a.mu.Unlock()
			if closed {
				return
			}
			<-time.After(between)
			continue
		}
		at, ok := from.(*net.UDPAddr)
		if !ok {
			continue
		}
		if answer := a.answer(b[:n], at.AddrPort().Addr().Unmap(), limit); answer != nil {
			_, _ = a.conn.WriteTo(answer, from) // who got none asks again
		}
	}
}

// answer answers nil to what gets no answer.
func (a *Answerer) answer(b []byte, from netip.Addr, limit *limiter) []byte {
	q, ok := readQuestion(b)
	if !ok {
		return nil
	}
	a.mu.Lock()
	about := a.about
	a.mu.Unlock()
	for _, s := range about {
		if !q.about(s.topic) || !limit.allows(from, a.now()) {
			continue
		}
		text := s.text()
		if text == "" {
			continue
		}
		if answer, err := q.seal(s.secret, s.salt, text); err == nil {
			return answer
		}
	}
	return nil
}
