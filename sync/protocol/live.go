package protocol

import (
	"encoding/base64"
	"strings"

	"patio/sync/record"
)

// PathLive is a stream of server-sent events that says what moved, or that
// something did. It is asked by GET with ?ask=, as AskedBy writes it.
const PathLive = "/sync/v1/live"

// AskedBy writes what a request says of its sender for a query. It tells of no
// batches and marks: a stream outlives them.
func AskedBy(ask Ask) (string, error) {
	ask.Answered, ask.Hash, ask.Marks = 0, [32]byte{}, nil
	frame, err := Encode(&ask)
	return base64.RawURLEncoding.EncodeToString(frame), err
}

// ReadAsk reads it. Errors: sync.malformed.
func ReadAsk(text string) (ask Ask, err error) {
	frame, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ask, Refuse(CodeMalformed, err)
	}
	return ask, Decode(frame, &ask)
}

// MaxWord is how long the states of the rows in a word are at most, in bytes:
// what is more is pulled.
const MaxWord = 16 << 10

// Word tells who listens all that moved in its sight beyond a sequence. Nothing
// goes by a word: what was erased, or left the listener's sight, is pulled.
type Word struct {
	_       struct{} `cbor:",toarray"`
	From    uint64
	Batch   uint64   // the last of the listener's batches that the hub has answered; its own writes are told up to there by the answers
	Grants  []uint64 // by which it is told
	Commits []Commit `cbor:"-"` // in order, one at least
}

// Commit is one of the hub's, as a listener may see it.
type Commit struct {
	_     struct{} `cbor:",toarray"`
	Epoch record.ID
	Head  Head
	Rows  []Row // none of them Left
}

// Lines of a stream of server-sent events. A word's first line of data is the
// Word, each further one a Commit.
const (
	eventMoved = "event: moved"
	eventTold  = "event: told"
	dataLine   = "data: "
)

// Moved is what a stream says when there may be something to pull.
const Moved = eventMoved + "\ndata:\n\n"

// Line writes a commit as a line of a word.
func (c *Commit) Line() (string, error) { return dataOf(c) }

// Text writes a word of lines, as a stream says it.
func (w *Word) Text(lines ...string) (string, error) {
	first, err := dataOf(w)
	return eventTold + "\n" + first + strings.Join(lines, "") + "\n", err
}

func dataOf(message any) (string, error) {
	frame, err := Encode(message)
	return dataLine + base64.RawStdEncoding.EncodeToString(frame) + "\n", err
}

// Stream reads what a stream says, line by line.
type Stream struct {
	told bool
	data []string
}

// Line reads the next one. said says that it ended something that was said: a
// Word, nil of one that only says that something moved, or that can't be read.
func (s *Stream) Line(line string) (w *Word, said bool) {
	data, isData := strings.CutPrefix(line, dataLine)
	switch {
	case line == eventMoved:
		return nil, true
	case line == eventTold:
		s.told, s.data = true, nil
	case s.told && isData:
		s.data = append(s.data, data)
	case s.told && line == "":
		s.told = false
		w, err := readWord(s.data)
		if err != nil {
			return nil, true // a pull brings what it tells
		}
		return w, true
	}
	return nil, false
}

func readWord(data []string) (*Word, error) {
	if len(data) < 2 {
		return nil, Refuse(CodeMalformed, nil)
	}
	w := &Word{Commits: make([]Commit, len(data)-1)}
	if err := readData(data[0], w); err != nil {
		return nil, err
	}
	for i := range w.Commits {
		if err := readData(data[i+1], &w.Commits[i]); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func readData(text string, message any) error {
	frame, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return Refuse(CodeMalformed, err)
	}
	return Decode(frame, message)
}
