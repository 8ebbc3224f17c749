package bind

import (
	"encoding/json"
	"slices"
	"sync"
)

// First is what a page is read together with, so that its first picture waits
// for no question and answer: how many events there had been before, and what
// its first calls answer. A page that finds more events, once it hears them
// itself, asks again for all that it shows.
type First struct {
	Events  int      `json:"events"`
	Answers []Answer `json:"answers"`
}

// Answer is a call as the page makes it, and what it gives.
type Answer struct {
	Call   []json.RawMessage `json:"call"` // struct, method, arguments
	Result json.RawMessage   `json:"result"`
}

// drawn are the calls that a page may name as those of its first picture. They
// change nothing.
var drawn = []string{"Board.First", "Board.Load", "Board.Tabs", "Leads.First", "Leads.Query"}

// maxDrawn is how many it may name.
const maxDrawn = 4

// shell are the calls that every page makes, besides Device's.
var shell = []call{{structName: "Session", methodName: "State"}, {structName: "Sync", methodName: "Status"}, {structName: "Sheets", methodName: "Jobs"}}

// First answers what a page calls first: what this device keeps for it, what
// every page calls, and the calls that it named itself when it was last drawn,
// under "first" of what the device keeps. Whatever fails is left out: the page
// asks, and is told. It answers nothing before the database is open.
func (d *Door) First(events func() int) First {
	first := First{Events: events(), Answers: []Answer{}} // counted before anything is read
	d.mu.Lock()
	open := d.open
	d.mu.Unlock()
	if open == nil {
		return first
	}
	ui := call{"Device", "Get", []json.RawMessage{text("ui")}}
	kept, _ := d.Call(ui.structName, ui.methodName, ui.args) // a failure leaves it empty
	calls := slices.Concat([]call{ui}, shell, named(kept))
	answers := make([]Answer, len(calls))
	answers[0] = Answer{ui.parts(), kept}
	var all sync.WaitGroup
	for i, c := range calls[1:] {
		all.Go(func() {
			result, _ := d.Call(c.structName, c.methodName, c.args)
			answers[1+i] = Answer{c.parts(), result}
		})
	}
	all.Wait()
	first.Answers = slices.DeleteFunc(answers, func(a Answer) bool { return a.Result == nil })
	return first
}

type call struct {
	structName, methodName string
	args                   []json.RawMessage
}

func (c *call) parts() []json.RawMessage {
	args, _ := json.Marshal(append([]json.RawMessage{}, c.args...)) // they are JSON
	return []json.RawMessage{text(c.structName), text(c.methodName), args}
}

// named reads the calls that a page named. What isn't as a page writes it counts
// for nothing.
func named(kept json.RawMessage) (calls []call) {
	var inner string
	var ui struct {
		First [][]json.RawMessage `json:"first"`
	}
	if json.Unmarshal(kept, &inner) != nil || json.Unmarshal([]byte(inner), &ui) != nil || len(ui.First) > maxDrawn {
		return nil
	}
	for _, parts := range ui.First {
		var c call
		if len(parts) == 3 && json.Unmarshal(parts[0], &c.structName) == nil && json.Unmarshal(parts[1], &c.methodName) == nil &&
			json.Unmarshal(parts[2], &c.args) == nil && slices.Contains(drawn, c.structName+"."+c.methodName) {
			calls = append(calls, c)
		}
	}
	return calls
}

func text(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a text is always JSON
	return raw
}
