package nearby

import (
	"net/netip"
	"time"
)

// How often questions are answered: of one address, and of all together. Who
// looks asks about once a second, by every way that there is.
const (
	perAddress = 8 // at once
	perAll     = 64
	refill     = 4 // a second, of each
	refillAll  = 32
	maxKnown   = 256 // addresses that are told apart
)

// bucket holds how many may still come.
type bucket struct {
	left float64
	at   time.Time
}

func (b *bucket) take(now time.Time, most, rate float64) bool {
	if since := now.Sub(b.at).Seconds(); since > 0 {
		b.left = min(most, b.left+since*rate)
		b.at = now
	}
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// limiter counts what comes. It is of one goroutine.
type limiter struct {
	all  bucket
	each map[netip.Addr]*bucket
}

func newLimiter(now time.Time) *limiter {
	return &limiter{all: bucket{perAll, now}, each: map[netip.Addr]*bucket{}}
}

// allows says whether one more question of an address may be answered.
func (l *limiter) allows(from netip.Addr, now time.Time) bool {
	b := l.each[from]
	if b == nil {
		if len(l.each) >= maxKnown { // whoever counts on being many is one of all
			clear(l.each)
		}
		b = &bucket{perAddress, now}
		l.each[from] = b
	}
	return b.take(now, perAddress, refill) && l.all.take(now, perAll, refillAll)
}
