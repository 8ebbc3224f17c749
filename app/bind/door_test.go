package bind

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"patio/backend/crm"
)

type About struct{}

func (About) Version() (string, error) { return "1", nil }

type Slow struct{ wait chan struct{} }

func (s Slow) Save() error { <-s.wait; return nil }

func TestACallWaitsForTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door := NewDoor(newTable(t, &bytes.Buffer{}, &About{}))
		answered := make(chan error, 1)
		go func() {
			_, err := door.Gate().Call("Board", "Rest", nil)
			answered <- err
		}()
		synctest.Wait()
		select {
		case err := <-answered:
			t.Fatalf("answered before the door was open: %v", err)
		default:
		}
		if _, err := door.Call("About", "Version", nil); err != nil {
			t.Errorf("what needs no database waited: %v", err)
		}
		door.Open(newTable(t, &bytes.Buffer{}, &Board{}))
		if err := <-answered; err != nil {
			t.Error(err)
		}
	})
}

func TestAFailedOpeningIsToldToEveryCall(t *testing.T) {
	door := NewDoor(newTable(t, &bytes.Buffer{}, &About{}))
	door.Fail(crm.NewError(crm.CodeLocked, ""))
	door.Open(newTable(t, &bytes.Buffer{}, &Board{})) // too late
	for range 2 {
		if _, err := door.Call("Board", "Rest", nil); crm.CodeOf(err) != crm.CodeLocked {
			t.Errorf("got %v", err)
		}
	}
	if _, err := door.Call("About", "Version", nil); err != nil {
		t.Errorf("what needs no database failed: %v", err)
	}
}

func TestAnotherTryOpensWhatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door := NewDoor(newTable(t, &bytes.Buffer{}, &About{}))
		if door.Retry() {
			t.Fatal("there was nothing to try again")
		}
		door.Fail(crm.NewError(crm.CodeLocked, ""))
		if !door.Retry() || door.Retry() {
			t.Fatal("a failure is tried again by one")
		}
		answered := make(chan error, 1)
		go func() {
			_, err := door.Call("Board", "Rest", nil)
			answered <- err
		}()
		synctest.Wait()
		select {
		case err := <-answered:
			t.Fatalf("answered before the second try ended: %v", err)
		default:
		}
		door.Open(newTable(t, &bytes.Buffer{}, &Board{}))
		if err := <-answered; err != nil {
			t.Error(err)
		}
		if door.Retry() {
			t.Error("an open door was opened again")
		}
	})
}

func TestClosingWaitsForCallsUnderWayAndRefusesLaterOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door := NewDoor(newTable(t, &bytes.Buffer{}, &About{}))
		slow := Slow{wait: make(chan struct{})}
		door.Open(newTable(t, &bytes.Buffer{}, &slow))
		saved, closed := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := door.Call("Slow", "Save", nil)
			saved <- err
		}()
		synctest.Wait()
		go func() { closed <- door.Close(t.Context()) }()
		synctest.Wait()
		select {
		case err := <-closed:
			t.Fatalf("closed while a call was under way: %v", err)
		default:
		}
		for _, structName := range []string{"Slow", "About"} {
			if _, err := door.Call(structName, "Version", nil); crm.CodeOf(err) != CodeClosing {
				t.Errorf("%s while closing: got %v", structName, err)
			}
		}
		close(slow.wait)
		if err := <-saved; err != nil {
			t.Errorf("the call under way: %v", err)
		}
		if err := <-closed; err != nil {
			t.Errorf("close: %v", err)
		}
		if err := door.Close(t.Context()); err != nil {
			t.Errorf("second close: %v", err)
		}
	})
}

func TestClosingReleasesCallsThatWaitForTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door := NewDoor(newTable(t, &bytes.Buffer{}, &About{}))
		answered := make(chan error, 1)
		go func() {
			_, err := door.Call("Board", "Rest", nil)
			answered <- err
		}()
		synctest.Wait()
		if err := door.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-answered; crm.CodeOf(err) != CodeClosing {
			t.Errorf("got %v", err)
		}
	})
}

func TestClosingGivesUpOnACallThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door := NewDoor(newTable(t, &bytes.Buffer{}, &About{}))
		slow := Slow{wait: make(chan struct{})}
		door.Open(newTable(t, &bytes.Buffer{}, &slow))
		done := make(chan struct{})
		go func() {
			_, _ = door.Call("Slow", "Save", nil) // how it ends is not the point
			close(done)
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := door.Close(ctx); err != context.DeadlineExceeded {
			t.Errorf("got %v", err)
		}
		close(slow.wait)
		<-done
	})
}
