package picture

import (
	"bufio"
	"encoding/binary"
	"image"
	"io"
)

// turning is how a camera was held, as EXIF writes it: 1 to 8.
type turning int

const upright turning = 1

// orientation reads how the camera of a JPEG was held; upright when it doesn't say.
func orientation(photo io.Reader) turning {
	r := bufio.NewReader(photo)
	var word [2]byte
	if _, err := io.ReadFull(r, word[:]); err != nil || word != [2]byte{0xff, 0xd8} {
		return upright
	}
	for {
		var head [4]byte // marker, length
		if _, err := io.ReadFull(r, head[:]); err != nil || head[0] != 0xff || head[1] == 0xda {
			return upright // the picture itself begins
		}
		size := int64(binary.BigEndian.Uint16(head[2:])) - 2
		if size < 0 {
			return upright
		}
		if head[1] != 0xe1 {
			if _, err := io.CopyN(io.Discard, r, size); err != nil {
				return upright
			}
			continue
		}
		segment := make([]byte, size)
		if _, err := io.ReadFull(r, segment); err != nil {
			return upright
		}
		if len(segment) > 6 && string(segment[:6]) == "Exif\x00\x00" {
			return inTIFF(segment[6:])
		}
	}
}

// inTIFF finds the orientation among the first directory's entries.
func inTIFF(b []byte) turning {
	const entry, orientationTag = 12, 0x0112
	if len(b) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(b[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return upright
	}
	n := int64(order.Uint16(b[at:]))
	for i := range n {
		e := at + 2 + i*entry
		if e+entry > int64(len(b)) {
			return upright
		}
		if order.Uint16(b[e:]) == orientationTag {
			if t := turning(order.Uint16(b[e+8:])); t >= 1 && t <= 8 {
				return t
			}
			return upright
		}
	}
	return upright
}

// apply turns a picture so that it stands upright.
func (t turning) apply(in *image.RGBA) *image.RGBA {
	if t == upright {
		return in
	}
	w, h := in.Bounds().Dx(), in.Bounds().Dy()
	lies := t >= 5
	size := image.Rect(0, 0, w, h)
	if lies {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch t {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			out.SetRGBA(tx, ty, in.RGBAAt(x, y))
		}
	}
	return out
}
