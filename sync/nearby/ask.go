package nearby

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Errors of Ask.
var (
	ErrNobody = errors.New("nearby: nobody answers")
	ErrOthers = errors.New("nearby: somebody answers, but not to this code")
)

// Network says where servers are looked for. The zero value is the networks
// that this machine is in.
type Network struct {
	Ports  []int         // nil: Ports
	Listen netip.Addr    // where a server listens; the zero value is every address of this machine
	Hosts  []netip.Addr  // who is asked; nil: everybody in each network, and this machine
	Wait   time.Duration // for an answer; 0 is five seconds
}

// Found is an answer.
type Found struct {
	Text string
	From netip.Addr // whose it was
}

// How it looks.
const (
	lookFor   = 5 * time.Second
	askAgain  = 600 * time.Millisecond
	maxSalts  = 16 // secrets that are tried: each takes a moment
	perSource = 2  // of one address
)

// TryPorts are the ports of servers, the first to be taken first.
func (n Network) TryPorts() []int {
	if n.Ports == nil {
		return Ports
	}
	return n.Ports
}

// Ask looks for the server that answers about a topic. Errors: ErrNobody,
// ErrOthers, that of ctx.
func (n Network) Ask(ctx context.Context, t Topic) (Found, error) {
	if n.Wait == 0 {
		n.Wait = lookFor
	}
	q, err := ask(t)
	if err != nil {
		return Found{}, err
	}
	waiting, stop := context.WithTimeout(ctx, n.Wait)
	defer stop()
	came, end := n.listen(waiting, q)
	defer end()
	failed := ErrNobody
	tried := map[netip.Addr]int{}
	for {
		select {
		case <-waiting.Done():
			if err := ctx.Err(); err != nil {
				return Found{}, err
			}
			return Found{}, failed
		case a := <-came:
			if !a.worth(q, tried) {
				continue
			}
			text, err := q.open(a.bytes)
			if err == nil {
				return Found{text, a.from}, nil
			}
			failed = ErrOthers
		}
	}
}

// arrival is what came from somewhere.
type arrival struct {
	bytes []byte
	from  netip.Addr
}

// worth says whether what came is worth the work of opening it: who sends many
// salts would else keep this machine busy.
func (a arrival) worth(q *asked, tried map[netip.Addr]int) bool {
	if !q.isFor(a.bytes) {
		return false
	}
	if _, known := q.known[q.salt(a.bytes)]; known {
		return true
	}
	if len(q.known) >= maxSalts || tried[a.from] >= perSource {
		return false
	}
	tried[a.from]++
	return true
}

// listen sends a question again and again by every way, and answers what comes
// back. end ends that.
func (n Network) listen(ctx context.Context, q *asked) (came <-chan arrival, end func()) {
	out := make(chan arrival)
	ctx, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	for _, w := range n.ways() {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: w.from.AsSlice()})
		if err != nil {
			continue // a network that went this moment; the others are asked
		}
		working.Go(func() { say(ctx, conn, q.bytes(), w.to) })
		working.Go(func() { hear(ctx, conn, q, out) })
	}
	return out, func() {
		stop()
		working.Wait()
	}
}

// say sends a question until ctx ends, and ends the connection then.
func say(ctx context.Context, conn *net.UDPConn, question []byte, to []netip.AddrPort) {
	again := time.NewTicker(askAgain)
	defer again.Stop()
	for {
		for _, at := range to {
			_, _ = conn.WriteToUDPAddrPort(question, at) // asked again soon
		}
		select {
		case <-ctx.Done():
			_ = conn.Close() // wakes hear
			return
		case <-again.C:
		}
	}
}

// hear hands on what may be an answer.
func hear(ctx context.Context, conn *net.UDPConn, q *asked, out chan<- arrival) {
	b := make([]byte, questionSize+1)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(b)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			select { // some systems say here that nobody listens there
			case <-ctx.Done():
				return
			case <-time.After(between):
				continue
			}
		}
		if !q.isFor(b[:n]) {
			continue
		}
		select {
		case out <- arrival{append([]byte(nil), b[:n]...), from.Addr().Unmap()}:
		case <-ctx.Done():
			return
		}
	}
}

// way is a network: from which of this machine's addresses whom to ask.
type way struct {
	from netip.Addr
	to   []netip.AddrPort
}

func (n Network) ways() []way {
	if n.Hosts != nil {
		w := way{from: netip.IPv4Unspecified()}
		for _, host := range n.Hosts {
			w.to = append(w.to, n.at(host)...)
		}
		return []way{w}
	}
	this := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	out := []way{{this, n.at(this)}}
	all, _ := net.Interfaces() // none is none
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagBroadcast == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, _ := i.Addrs()
		for _, a := range addresses {
			if mine, everybody, ok := broadcast(a); ok {
				out = append(out, way{mine, n.at(everybody)})
			}
		}
	}
	return out
}

func (n Network) at(host netip.Addr) (out []netip.AddrPort) {
	for _, port := range n.TryPorts() {
		out = append(out, netip.AddrPortFrom(host, uint16(port)))
	}
	return out
}

// broadcast answers this machine's address in a network of four-byte addresses,
// and the one that reaches everybody there.
func broadcast(a net.Addr) (mine, everybody netip.Addr, ok bool) {
	network, is := a.(*net.IPNet)
	if !is {
		return mine, everybody, false
	}
	ip := network.IP.To4()
	if ip == nil {
		return mine, everybody, false
	}
	ones, _ := network.Mask.Size()
	if len(network.Mask) == net.IPv6len {
		ones -= 96
	}
	if ones < 1 || ones > 30 { // none, or nobody else is there
		return mine, everybody, false
	}
	bits := uint32(ip[0])<<24 | uint32(ip[1])<<16 | uint32(ip[2])<<8 | uint32(ip[3])
	bits |= 1<<(32-ones) - 1
	return netip.AddrFrom4([4]byte(ip)), netip.AddrFrom4([4]byte{byte(bits >> 24), byte(bits >> 16), byte(bits >> 8), byte(bits)}), true
}
