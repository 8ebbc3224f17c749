//go:build linux

package crash_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// sector is the most that a disk writes whole.
const sector = 512

// disk is what a power cut at one moment may leave: of each file what a
// finished sync made safe, and whatever part of the rest. The same holds for
// the folder: a file is surely there, or gone, once the folder was synced.
type disk struct {
	deaf  bool              // syncs do nothing, as under synchronous=OFF
	now   map[string]*inode // as the process sees it
	safe  map[string]*inode
	moves []move // entries of the folder that aren't safe yet
}

// inode is a file's content.
type inode struct {
	safe    []byte
	pending []call // writes and truncates that aren't safe yet
}

// move is a name that a file took, or lost.
type move struct {
	name  string
	to    *inode // nil: gone
	ended int
}

// newDisk reads the files of a folder that has been at rest.
func newDisk(dir string) (*disk, error) {
	d := &disk{now: map[string]*inode{}, safe: map[string]*inode{}}
	for _, name := range tracked {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d.now[name] = &inode{safe: b}
		d.safe[name] = d.now[name]
	}
	return d, nil
}

// names are the files that the process sees.
func (d *disk) names() map[string]bool {
	out := map[string]bool{}
	for name := range d.now {
		out[name] = true
	}
	return out
}

// do takes in the next call.
func (d *disk) do(c call) error {
	file := d.now[c.name]
	if file == nil && (c.kind == callWrite || c.kind == callTruncate) {
		return fmt.Errorf("%s of %s, which isn't there", c.kind, c.name)
	}
	switch c.kind {
	case callWrite, callTruncate:
		file.pending = append(file.pending, c)
	case callCreate:
		d.move(c.name, &inode{}, c.ended)
	case callUnlink:
		d.move(c.name, nil, c.ended)
	case callRename:
		d.move(c.to, file, c.ended)
		d.move(c.name, nil, c.ended)
	case callSync:
		switch {
		case d.deaf:
		case c.name == ".":
			d.moves = slices.DeleteFunc(d.moves, func(m move) bool {
				if m.ended >= c.began {
					return false
				}
				if d.safe[m.name] = m.to; m.to == nil {
					delete(d.safe, m.name)
				}
				return true
			})
		case file != nil:
			file.sync(c.began)
		}
	default:
		return fmt.Errorf("%s is no call of a disk", c.kind)
	}
	return nil
}

func (d *disk) move(name string, to *inode, ended int) {
	d.moves = append(d.moves, move{name, to, ended})
	if d.now[name] = to; to == nil {
		delete(d.now, name)
	}
}

// sync makes safe what had returned before the sync began.
func (n *inode) sync(began int) {
	n.pending = slices.DeleteFunc(n.pending, func(c call) bool {
		if c.ended >= began {
			return false
		}
		n.safe = apply(n.safe, c)
		return true
	})
}

func apply(b []byte, c call) []byte {
	if c.kind == callTruncate {
		return resize(b, c.size)
	}
	if end := c.off + int64(len(c.data)); end > int64(len(b)) {
		b = resize(b, end)
	}
	copy(b[c.off:], c.data)
	return b
}

func resize(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

// unsafe says whether a cut now could take anything.
func (d *disk) unsafe() bool {
	for _, n := range d.now {
		if len(n.pending) > 0 {
			return true
		}
	}
	return len(d.moves) > 0
}

// cut answers the files after a power cut now, one of the many possibilities.
func (d *disk) cut(r *rand.Rand) map[string][]byte {
	names := maps.Clone(d.safe)
	moves := map[string][]*inode{}
	for _, m := range d.moves {
		moves[m.name] = append(moves[m.name], m.to)
	}
	for _, name := range slices.Sorted(maps.Keys(moves)) {
		if n := r.IntN(len(moves[name]) + 1); n > 0 {
			names[name] = moves[name][n-1]
		}
	}
	out := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if n := names[name]; n != nil {
			out[name] = n.torn(r)
		}
	}
	return out
}

// torn is a file after a power cut: some of what isn't safe is on the disk,
// by sectors, and the file's length is one of those that it may have.
func (n *inode) torn(r *rand.Rand) []byte {
	b := slices.Clone(n.safe)
	shortest, longest := int64(len(b)), int64(len(b))
	keep := n.mood(r)
	for i, c := range n.pending {
		if c.kind == callTruncate {
			if keep(i) > 0 {
				b = resize(b, c.size)
			}
			shortest, longest = min(shortest, c.size), max(longest, c.size)
			continue
		}
		longest = max(longest, c.off+int64(len(c.data)))
		part := keep(i)
		for from := int64(0); from < int64(len(c.data)); {
			to := min(int64(len(c.data)), (c.off+from)/sector*sector+sector-c.off)
			if part == 1 || part > 0 && r.Float64() < part {
				b = apply(b, call{kind: callWrite, off: c.off + from, data: c.data[from:to]})
			}
			from = to
		}
	}
	switch size := int64(len(b)); r.IntN(3) {
	case 0: // longer: the file grew before its content came
		b = resize(b, between(r, size, longest))
	case 1: // shorter: the content came, the file's length didn't
		b = resize(b, between(r, min(shortest, size), size))
	}
	return b
}

// between answers one end, or a sector's border in between.
func between(r *rand.Rand, low, high int64) int64 {
	if low >= high || r.IntN(3) == 0 {
		return high
	}
	return min(high, low+r.Int64N((high-low)/sector+1)*sector)
}

// mood answers how much of each pending call comes through: 0 none, 1 all, in
// between its sectors at that chance.
func (n *inode) mood(r *rand.Rand) func(i int) float64 {
	point := r.IntN(len(n.pending) + 1)
	chance := r.Float64()
	switch r.IntN(5) {
	case 0: // nothing
		return func(int) float64 { return 0 }
	case 1: // all of it, the last call torn
		point = len(n.pending) - 1
		fallthrough
	case 2: // in the order of writing, up to a torn call
		return func(i int) float64 {
			switch {
			case i < point:
				return 1
			case i == point:
				return chance
			}
			return 0
		}
	case 3: // the latest first
		return func(i int) float64 {
			if i >= point {
				return 1
			}
			return 0
		}
	}
	return func(int) float64 { // any of them
		switch x := r.Float64(); {
		case x < chance:
			return 1
		case x < chance+0.2:
			return 0.5
		}
		return 0
	}
}
