package nearby

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patio/sync/enroll"
	"patio/sync/record"
)

// quick costs next to nothing; all else of it is as it is in the field.
var quick = work{passes: 1, kib: 8, lanes: 1}

func codeOf(b ...byte) Topic {
	var c enroll.Short
	copy(c[:], b)
	return Topic{kindCode, c[:], quick}
}

func topics(t *rapid.T, label string) Topic {
	known := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label)
	if rapid.Bool().Draw(t, label+" is a code") {
		return codeOf(known...)
	}
	return OfWorkspace(record.ID(known))
}

// answered is a question with an answer of somebody who knows a topic.
func answered(t *rapid.T, asks *asked, knows Topic, text string) []byte {
	q, ok := readQuestion(asks.bytes())
	if !ok {
		t.Fatal("the question is none")
	}
	salt := rapid.SliceOfN(rapid.Byte(), saltSize, saltSize).Draw(t, "salt")
	answer, err := q.seal(knows.secret(salt), salt, text)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func mustAsk(t *rapid.T, topic Topic) *asked {
	q, err := ask(topic)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func texts(t *rapid.T) string { return rapid.StringN(0, -1, maxText).Draw(t, "text") }

func TestWhoKnowsTheTopicReadsTheAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topic, text := topics(t, "topic"), texts(t)
		q := mustAsk(t, topic)
		answer := answered(t, q, topic, text)
		if len(answer) > len(q.bytes()) {
			t.Fatalf("%d bytes answer %d", len(answer), len(q.bytes()))
		}
		got, err := q.open(answer)
		if err != nil || got != text {
			t.Fatalf("%q, %v, want %q", got, err, text)
		}
	})
}

func TestWhoDoesNotKnowTheTopicOpensAndForgesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mine, theirs := topics(t, "mine"), topics(t, "theirs")
		if mine.is(theirs) {
			return
		}
		q := mustAsk(t, mine)
		if got, err := q.open(answered(t, q, theirs, texts(t))); !errors.Is(err, errNotOurs) {
			t.Fatalf("it reads %q, %v", got, err)
		}
	})
}

func TestAChangedOrCutAnswerOpensNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topic := topics(t, "topic")
		q := mustAsk(t, topic)
		answer := answered(t, q, topic, texts(t))
		bad := bytes.Clone(answer)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			at := rapid.IntRange(0, len(bad)-1).Draw(t, "at")
			bad[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		case 1:
			bad = bad[:rapid.IntRange(0, len(bad)-1).Draw(t, "length")]
		case 2:
			bad = append(bad, rapid.SliceOfN(rapid.Byte(), 1, 2000).Draw(t, "more")...)
		}
		if got, err := q.open(bad); !errors.Is(err, errNotOurs) {
			t.Fatalf("it reads %q, %v", got, err)
		}
	})
}

// An answer that was caught is of no use: each question has a key of its own.
func TestAnAnswerAnswersOneQuestion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topic := topics(t, "topic")
		first, second := mustAsk(t, topic), mustAsk(t, topic)
		answer := answered(t, first, topic, texts(t))
		if got, err := second.open(answer); !errors.Is(err, errNotOurs) {
			t.Fatalf("replayed it reads %q, %v", got, err)
		}
		copy(answer[headSize:], second.key.PublicKey().Bytes())
		if got, err := second.open(answer); !errors.Is(err, errNotOurs) {
			t.Fatalf("readdressed it reads %q, %v", got, err)
		}
	})
}

// Who listened and is told the code afterwards has neither of the two keys.
func TestWhoListenedReadsNothingWithTheCodeEither(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		topic := topics(t, "topic")
		q := mustAsk(t, topic)
		answer := answered(t, q, topic, texts(t))
		listener := mustAsk(t, topic)
		key := listener.key
		listener.key = q.key
		if !listener.isFor(answer) {
			t.Fatal("it isn't what was asked")
		}
		listener.key = key
		copy(answer[headSize:], key.PublicKey().Bytes())
		if got, err := listener.open(answer); !errors.Is(err, errNotOurs) {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

func TestAQuestionNamesItsTopicToWhoKnowsItOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mine, theirs := topics(t, "mine"), topics(t, "theirs")
		q, ok := readQuestion(mustAsk(t, mine).bytes())
		if !ok || !q.about(mine) {
			t.Fatal("it isn't about its own topic")
		}
		codes := mine.kind == kindCode && theirs.kind == kindCode
		if q.about(theirs) != (codes || mine.is(theirs)) {
			t.Fatal("it is taken for another topic's, or not for its own")
		}
		for _, known := range [][]byte{mine.known, theirs.known} {
			if said := mustAsk(t, mine).bytes()[:headSize+keySize+markSize]; len(known) == 16 && bytes.Contains(said, known) {
				t.Fatal("it tells what only devices know")
			}
		}
	})
}

func TestWhateverComesInIsNoQuestionOrOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, questionSize+10).Draw(t, "bytes")
		if rapid.Bool().Draw(t, "with a head") {
			b = append(head(kindCode, asks), b...)
		}
		if q, ok := readQuestion(b); ok && (len(b) != questionSize || len(q.key) != keySize || len(q.mark) != markSize) {
			t.Fatalf("%d bytes are a question", len(b))
		}
		q := mustAsk(t, codeOf(1))
		if _, err := q.open(b); !errors.Is(err, errNotOurs) {
			t.Fatal(err)
		}
	})
}

func TestAKeyThatGivesNothingAwayIsNotAnswered(t *testing.T) {
	q := question{kind: kindCode, key: make([]byte, keySize), mark: make([]byte, markSize)}
	if _, err := q.seal(make([]byte, 32), make([]byte, saltSize), "text"); err == nil {
		t.Error("it was answered")
	}
	if _, err := q.seal(make([]byte, 32), make([]byte, saltSize), strings.Repeat("x", maxText+1)); err == nil {
		t.Error("more was answered than was asked with")
	}
}

func TestWhoAsksMuchIsAnsweredLittle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1e9, 0)
		l := newLimiter(now)
		seconds := rapid.IntRange(1, 20).Draw(t, "seconds")
		sources := rapid.IntRange(1, 600).Draw(t, "sources")
		each, all := map[netip.Addr]int{}, 0
		for range seconds {
			now = now.Add(time.Second)
			for range rapid.IntRange(0, 200).Draw(t, "asks") {
				n := rapid.IntRange(0, sources-1).Draw(t, "who")
				from := netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)})
				if l.allows(from, now) {
					each[from]++
					all++
				}
			}
			if len(l.each) > maxKnown {
				t.Fatalf("%d addresses are kept", len(l.each))
			}
		}
		if most := perAll + seconds*refillAll; all > most {
			t.Fatalf("%d answers, at most %d", all, most)
		}
		for from, n := range each {
			if most := perAddress + seconds*refill; sources <= maxKnown && n > most {
				t.Fatalf("%d answers to %s, at most %d", n, from, most)
			}
		}
	})
}

func TestWhoAsksNowAndThenIsAlwaysAnswered(t *testing.T) {
	now := time.Unix(1e9, 0)
	l := newLimiter(now)
	for i := range 1000 {
		now = now.Add(askAgain)
		if !l.allows(netip.AddrFrom4([4]byte{10, 0, 0, 1}), now) {
			t.Fatalf("not the %dth time", i)
		}
	}
}

func TestEverybodyInANetworkIsAtItsLastAddress(t *testing.T) {
	for text, want := range map[string]string{
		"192.168.0.10/24": "192.168.0.255", "10.1.2.3/8": "10.255.255.255", "172.16.5.4/20": "172.16.15.255", "10.0.0.1/30": "10.0.0.3",
		"10.0.0.1/31": "", "10.0.0.1/32": "", "10.0.0.1/0": "", "fd00::2/64": "",
	} {
		ip, network, err := net.ParseCIDR(text)
		if err != nil {
			t.Fatal(err)
		}
		mine, everybody, ok := broadcast(&net.IPNet{IP: ip, Mask: network.Mask})
		if ok != (want != "") || ok && (everybody.String() != want || mine.String() != ip.String()) {
			t.Errorf("%s: %s, %s, %v", text, mine, everybody, ok)
		}
	}
	if _, _, ok := broadcast(&net.IPAddr{IP: net.IPv4(10, 0, 0, 1)}); ok {
		t.Error("an address without a network has none")
	}
	if mine, everybody, ok := broadcast(&net.IPNet{IP: net.IPv4(10, 0, 0, 7), Mask: net.CIDRMask(96+24, 128)}); !ok || everybody.String() != "10.0.0.255" || mine.String() != "10.0.0.7" {
		t.Errorf("in sixteen bytes: %s, %s, %v", mine, everybody, ok)
	}
}
