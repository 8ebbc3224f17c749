package store

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestTheWorkOfTheStartWaitsForTheFirstScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Store{}
		s.startBackground(5 * time.Second)
		time.Sleep(4 * time.Second)
		select {
		case <-s.background.started:
			t.Error("it began at once")
		default:
		}
		s.stopBackground() // and a program that ends meanwhile doesn't wait for it
	})
}
