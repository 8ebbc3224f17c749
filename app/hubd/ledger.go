package hubd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"

	"patio/sync/hub"
	"patio/sync/record"
	"patio/sync/vv"
)

// ledger is a file of what no backup may take back: which records were erased
// for good, and which numbers hubs had. A line is written, to the disk, before
// the commit that it tells of: too much in it does no harm, too little would
// bring erased people back.
type ledger struct {
	mu   sync.Mutex
	file *os.File
}

// Words that a line of the ledger begins with.
const (
	ledgerErased = "erased" // workspace, record
	ledgerHub    = "hub"    // workspace, number
)

// past is what a ledger tells.
type past struct {
	erased map[record.ID]map[record.ID]bool // by workspace
	hubs   map[record.ID]vv.Replica         // the highest, by workspace
}

func openLedger(path string) (*ledger, error) {
	if err := mendLedger(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, ofFile(err, "file", path)
	}
	return &ledger{file: f}, nil
}

// mendLedger cuts a last line off that a power cut left unfinished: its commit
// never came.
func mendLedger(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return ofFile(err, "file", path)
	}
	if whole := bytes.LastIndexByte(text, '\n') + 1; whole < len(text) {
		return os.Truncate(path, int64(whole))
	}
	return nil
}

func (l *ledger) close() error { return l.file.Close() }

// add writes lines to the disk.
func (l *ledger) add(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.file.WriteString(strings.Join(lines, "")); err != nil {
		return err
	}
	return l.file.Sync()
}

// readPast reads a ledger's text.
func readPast(text []byte) (past, error) {
	p := past{map[record.ID]map[record.ID]bool{}, map[record.ID]vv.Replica{}}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) != 3 {
			return p, fmt.Errorf("hubd: a line of the ledger is none: %q", lines.Text())
		}
		ws, err := parseID(words[1])
		if err != nil {
			return p, err
		}
		switch words[0] {
		case ledgerErased:
			id, err := parseID(words[2])
			if err != nil {
				return p, err
			}
			if p.erased[ws] == nil {
				p.erased[ws] = map[record.ID]bool{}
			}
			p.erased[ws][id] = true
		case ledgerHub:
			n, err := strconv.ParseUint(words[2], 10, 16)
			if err != nil {
				return p, err
			}
			p.hubs[ws] = max(p.hubs[ws], vv.Replica(n))
		default:
			return p, fmt.Errorf("hubd: the ledger says %q", words[0])
		}
	}
	return p, lines.Err()
}

func parseID(text string) (id record.ID, err error) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(b) != len(id) {
		return id, errors.Join(fmt.Errorf("hubd: %q is no id", text), err)
	}
	return record.ID(b), nil
}

// kept is a store whose erasures and hub numbers go to the ledger first.
type kept struct {
	backing
	ledger *ledger
}

// backing is a store that says how large it is.
type backing interface {
	hub.Store
	Size(ctx context.Context) (int64, error) // bytes
}

func (k *kept) Write(ctx context.Context, workspace record.ID, f func(hub.Tx) error) error {
	return k.backing.Write(ctx, workspace, func(tx hub.Tx) error {
		t := &ledgerTx{Tx: tx, workspace: workspace}
		if err := f(t); err != nil {
			return err
		}
		return k.ledger.add(t.lines)
	})
}

type ledgerTx struct {
	hub.Tx
	workspace record.ID
	lines     []string
}

func (t *ledgerTx) Erase(ids []record.ID, seq uint64) error {
	for _, id := range ids {
		t.lines = append(t.lines, fmt.Sprintf("%s %x %x\n", ledgerErased, t.workspace, id))
	}
	return t.Tx.Erase(ids, seq)
}

func (t *ledgerTx) SetHead(h hub.Head) error {
	now, err := t.Head()
	if err != nil {
		return err
	}
	if now.Hub != h.Hub {
		t.lines = append(t.lines, fmt.Sprintf("%s %x %d\n", ledgerHub, t.workspace, h.Hub))
	}
	return t.Tx.SetHead(h)
}
