package events

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func TestEverySubscriberHearsInTheOrderOfEmit(t *testing.T) {
	var bus Bus
	var first, second []string
	stop := bus.Subscribe(func(name string, payload any) { first = append(first, fmt.Sprint(name, payload)) })
	bus.Subscribe(func(name string, payload any) { second = append(second, fmt.Sprint(name, payload)) })
	bus.Emit("a", 1)
	stop()
	stop() // twice does no harm
	bus.Emit("b", 2)
	if !slices.Equal(first, []string{"a1"}) || !slices.Equal(second, []string{"a1", "b2"}) {
		t.Errorf("first %v, second %v", first, second)
	}
}

func TestTwoSubscribersSeeTheSameOrder(t *testing.T) {
	var bus Bus
	var seen [2][]int
	for i := range seen {
		bus.Subscribe(func(_ string, payload any) { seen[i] = append(seen[i], payload.(int)) })
	}
	var all sync.WaitGroup
	for sender := range 8 {
		all.Go(func() {
			for n := range 100 {
				bus.Emit("n", sender*100+n)
			}
		})
	}
	all.Wait()
	if len(seen[0]) != 800 || !slices.Equal(seen[0], seen[1]) {
		t.Errorf("%d and %d events, equal: %v", len(seen[0]), len(seen[1]), slices.Equal(seen[0], seen[1]))
	}
}

func TestSubscribersMayComeAndGoMeanwhile(t *testing.T) {
	var bus Bus
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				bus.Subscribe(func(string, any) {})()
			}
		})
		all.Go(func() {
			for range 200 {
				bus.Emit("n", nil)
			}
		})
	}
	all.Wait()
	if len(bus.subs) != 0 {
		t.Errorf("%d subscribers stayed", len(bus.subs))
	}
}

func TestAnEventIsCountedBeforeItIsTold(t *testing.T) {
	var bus Bus
	var counted []int
	bus.Subscribe(func(string, any) { counted = append(counted, bus.Count()) })
	for range 3 {
		bus.Emit("n", nil)
	}
	if !slices.Equal(counted, []int{1, 2, 3}) || bus.Count() != 3 {
		t.Errorf("%v, then %d", counted, bus.Count())
	}
}
