package pagefile

import (
	"encoding/binary"
	"math"
)

// Types of page.
const (
	indexInterior = 0x02
	tableInterior = 0x05
	indexLeaf     = 0x0a
	tableLeaf     = 0x0d
)

// start is where a page's own header begins: page 1 bears the file's first.
func start(n uint32) int {
	if n == 1 {
		return 100
	}
	return 0
}

// walk reads the tree at a page. under is the type of the page above, 0 at the
// root.
func (f *File) walk(n uint32, under byte, depth int, row func(Row)) {
	var b []byte
	if depth == 0 || !f.roots[n] { // a damaged pointer into another tree doesn't take it away
		b = f.take(n)
	}
	if b == nil || depth > maxDepth {
		f.bad++
		return
	}
	typ, torn := b[start(n)], false
	switch typ {
	case tableInterior, indexInterior:
	case tableLeaf, indexLeaf:
	default:
		// A page whose first byte alone is damaged still shows its cells.
		torn = true
		if typ = tableLeaf; under == indexInterior {
			typ = indexLeaf
		}
	}
	if typ == indexInterior || typ == tableInterior {
		for _, child := range f.children(n, b) {
			f.walk(child, typ, depth+1, row)
		}
	}
	if typ != tableInterior && f.rows(n, b, typ, row) == 0 && (torn || under != 0) {
		f.bad++ // a whole page below the root is never empty
	}
}

// children answers the pages below an interior one, its last included.
func (f *File) children(n uint32, b []byte) []uint32 {
	at := start(n)
	out := []uint32{}
	for _, cell := range f.cells(n, b) {
		if cell+4 <= f.usable {
			out = append(out, binary.BigEndian.Uint32(b[cell:]))
		}
	}
	return append(out, binary.BigEndian.Uint32(b[at+8:]))
}

// cells answers where a page's cells begin, as far as that makes sense.
func (f *File) cells(n uint32, b []byte) []int {
	at := start(n)
	first := at + 8
	if typ := b[at]; typ == indexInterior || typ == tableInterior {
		first += 4
	}
	count := int(binary.BigEndian.Uint16(b[at+3:]))
	out := make([]int, 0, min(count, f.usable/4))
	for i := range count {
		p := first + 2*i
		if p+2 > f.usable {
			break
		}
		if cell := int(binary.BigEndian.Uint16(b[p:])); cell >= first && cell < f.usable {
			out = append(out, cell)
		}
	}
	return out
}

// rows calls row with each whole row of a page and answers how many there were.
func (f *File) rows(n uint32, b []byte, typ byte, row func(Row)) int {
	count := 0
	for _, cell := range f.cells(n, b) {
		r := Row{Page: n}
		p := b[cell:f.usable]
		if typ == indexInterior {
			if len(p) < 4 {
				continue
			}
			p = p[4:]
		}
		size, k := varint(p)
		if k == 0 {
			continue
		}
		p = p[k:]
		if typ == tableLeaf {
			id, k := varint(p)
			if k == 0 {
				continue
			}
			r.ID, r.HasID = int64(id), true
			p = p[k:]
		}
		payload, ok := f.payload(p, size, typ)
		if !ok {
			continue
		}
		if r.Values, ok = decode(payload); ok {
			row(r)
			count++
		}
	}
	return count
}

// payload gathers a row's bytes: those in the cell, and those on overflow pages.
func (f *File) payload(p []byte, size uint64, typ byte) ([]byte, bool) {
	if size == 0 || size > uint64(f.pages)*uint64(f.usable) {
		return nil, false
	}
	u := f.usable
	most := u - 35
	if typ != tableLeaf {
		most = (u-12)*64/255 - 23
	}
	if size <= uint64(most) {
		if size > uint64(len(p)) {
			return nil, false
		}
		return p[:size], true
	}
	least := (u-12)*32/255 - 23
	local := least + int((size-uint64(least))%uint64(u-4))
	if local > most {
		local = least
	}
	if local+4 > len(p) {
		return nil, false
	}
	out := append(make([]byte, 0, local), p[:local]...)
	next := binary.BigEndian.Uint32(p[local:])
	chain := map[uint32]bool{}
	for uint64(len(out)) < size {
		b := f.page(next)
		if b == nil || chain[next] { // a circle would fill the memory
			return nil, false
		}
		chain[next] = true
		out = append(out, b[4:4+min(uint64(u-4), size-uint64(len(out)))]...)
		next = binary.BigEndian.Uint32(b)
	}
	return out, true
}

// decode reads a record; false unless its lengths agree to the byte.
func decode(b []byte) ([]any, bool) {
	size, k := varint(b)
	if k == 0 || size > uint64(len(b)) || size < uint64(k) {
		return nil, false
	}
	head, body := b[k:size], b[size:]
	var out []any
	for len(head) > 0 {
		typ, k := varint(head)
		if k == 0 {
			return nil, false
		}
		head = head[k:]
		n, ok := contentSize(typ)
		if !ok || n > uint64(len(body)) {
			return nil, false
		}
		out = append(out, value(typ, body[:n]))
		body = body[n:]
	}
	return out, len(body) == 0
}

// contentSize answers how many bytes a value of a serial type takes.
func contentSize(typ uint64) (uint64, bool) {
	switch {
	case typ <= 4:
		return typ, true
	case typ == 5:
		return 6, true
	case typ == 6 || typ == 7:
		return 8, true
	case typ == 8 || typ == 9:
		return 0, true
	case typ < 12:
		return 0, false
	}
	return (typ - 12) / 2, true
}

func value(typ uint64, b []byte) any {
	switch {
	case typ == 0:
		return nil
	case typ == 7:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	case typ == 8 || typ == 9:
		return int64(typ - 8)
	case typ < 7:
		n := int64(int8(b[0]))
		for _, c := range b[1:] {
			n = n<<8 | int64(c)
		}
		return n
	case typ%2 == 0:
		return append([]byte{}, b...)
	}
	return string(b)
}

// varint reads SQLite's: seven bits a byte, the highest first, eight in the
// ninth. It answers the bytes that it took, 0 when they end too early.
func varint(b []byte) (n uint64, k int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return n<<8 | uint64(b[i]), 9
		}
		n = n<<7 | uint64(b[i]&0x7f)
		if b[i] < 0x80 {
			return n, i + 1
		}
	}
	return 0, 0
}
