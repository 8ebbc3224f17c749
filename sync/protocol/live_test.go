package protocol

import (
	"reflect"
	"strings"
	"testing"

	"patio/sync/record"
)

func aWord(t *testing.T) (*Word, string) {
	t.Helper()
	w := &Word{From: 40, Batch: 3, Grants: []uint64{1, 2}, Commits: []Commit{
		{Epoch: id(2), Head: Head{Seq: 41, Token: 5}, Rows: []Row{{ID: id(4), Kind: 21, Scopes: []record.ID{id(3)}, Seq: 41, State: []byte{1}}}},
		{Epoch: id(2), Head: Head{Seq: 43, Token: 6}, Rows: []Row{{ID: id(5), Kind: 21, Scopes: []record.ID{id(3)}, Seq: 43, State: []byte{2}}}},
	}}
	var lines []string
	for i := range w.Commits {
		line, err := w.Commits[i].Line()
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	text, err := w.Text(lines...)
	if err != nil {
		t.Fatal(err)
	}
	return w, text
}

// read answers what a stream says, nil of something that moved.
func read(text string) (said []*Word) {
	var s Stream
	for line := range strings.Lines(text) {
		if w, ended := s.Line(strings.TrimSuffix(line, "\n")); ended {
			said = append(said, w)
		}
	}
	return said
}

func TestAStreamSaysWordsAsTheyWereWritten(t *testing.T) {
	w, text := aWord(t)
	got := read(": here\n\n" + Moved + text + ": here\n\n" + text + Moved)
	if want := []*Word{nil, w, w, nil}; !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v", got)
	}
}

func TestWhatCantBeReadOfAStreamIsToBePulled(t *testing.T) {
	_, text := aWord(t)
	lines := strings.SplitAfter(text, "\n")
	for name, text := range map[string]string{
		"no data":                 lines[0] + "\n",
		"no commit":               lines[0] + lines[1] + "\n",
		"no base64":               lines[0] + lines[1] + "data: ?\n\n",
		"half a commit":           lines[0] + lines[1] + lines[2][:len(lines[2])/2] + "\n\n",
		"a commit for a word":     lines[0] + lines[2] + lines[2] + "\n",
		"a word for a commit":     lines[0] + lines[1] + lines[1] + "\n",
		"a word cut short by one": lines[0] + lines[1] + text,
	} {
		if got := read(text); len(got) != 1 || got[0] != nil && name != "a word cut short by one" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := read(lines[1] + lines[2] + "\n"); got != nil {
		t.Errorf("data of nothing: %+v", got)
	}
}

func TestAnAskTravelsInAQueryWithoutItsBatchesAndMarks(t *testing.T) {
	ask := frames()["pull"].(*Pull).Ask
	ask.Marks = []Mark{{Grant: 2, Seq: 40}}
	text, err := AskedBy(ask)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadAsk(text)
	ask.Answered, ask.Hash, ask.Marks = 0, [32]byte{}, nil
	if err != nil || !reflect.DeepEqual(got, ask) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "?", text[:len(text)/2]} {
		if _, err := ReadAsk(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
