package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
)

// photo is a JPEG whose left half is red and whose right one is blue, held as
// its EXIF says.
func photo(t *testing.T, w, h int, held uint16) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			if x >= w/2 {
				c = color.RGBA{0, 0, 255, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	tiff = binary.LittleEndian.AppendUint16(tiff, 0x0112)
	tiff = binary.LittleEndian.AppendUint16(tiff, 3)
	tiff = binary.LittleEndian.AppendUint32(tiff, 1)
	tiff = binary.LittleEndian.AppendUint32(tiff, uint32(held))
	segment := append([]byte("Exif\x00\x00"), tiff...)
	exif := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(segment)+2))...)
	return slices.Concat(b.Bytes()[:2], exif, segment, b.Bytes()[2:])
}

func small(t *testing.T, b []byte) image.Image {
	t.Helper()
	out, err := Small(bytes.NewReader(b), 64)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func isRed(m image.Image, x, y int) bool {
	r, _, b, _ := m.At(x, y).RGBA()
	return r > 3*b
}

func TestASmallPictureStandsUprightHoweverTheCameraWasHeld(t *testing.T) {
	// Where the red half is once it stands.
	for held, red := range map[uint16]string{0: "left", 1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom", 9: "left"} {
		m := small(t, photo(t, 400, 200, held))
		w, h := m.Bounds().Dx(), m.Bounds().Dy()
		want, at := image.Pt(64, 32), image.Pt(w/4, h/2)
		other := image.Pt(w*3/4, h/2)
		if red == "top" || red == "bottom" {
			want, at, other = image.Pt(32, 64), image.Pt(w/2, h/4), image.Pt(w/2, h*3/4)
		}
		if red == "right" || red == "bottom" {
			at, other = other, at
		}
		if image.Pt(w, h) != want || !isRed(m, at.X, at.Y) || isRed(m, other.X, other.Y) {
			t.Errorf("held %d: %d×%d, red is not %s", held, w, h, red)
		}
	}
}

func TestASmallPhotoIsNotEnlargedAndATransparentOneIsOnWhite(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 10, 20))); err != nil {
		t.Fatal(err)
	}
	m := small(t, b.Bytes())
	if r, _, _, _ := m.At(5, 5).RGBA(); m.Bounds().Size() != image.Pt(10, 20) || r < 0xf000 {
		t.Errorf("%v, %v", m.Bounds(), r)
	}
}

func TestWhatIsNoPhotoOrTooLargeToUnpackHasNoSmallPicture(t *testing.T) {
	var bomb bytes.Buffer
	if err := png.Encode(&bomb, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	huge := bomb.Bytes()
	binary.BigEndian.PutUint32(huge[16:], 60_000) // width and height, in the header
	binary.BigEndian.PutUint32(huge[20:], 60_000)
	whole := photo(t, 100, 100, 1)
	for name, b := range map[string][]byte{"nothing": nil, "a PDF": []byte("%PDF-1.7"), "a bomb": huge, "half a photo": whole[:len(whole)/3]} {
		if _, err := Small(bytes.NewReader(b), 64); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a stranger's EXIF says is read without trusting it.
func FuzzSmall(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x20Exif\x00\x00MM\x00*\xff\xff\xff\xff"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) { _ = orientation(bytes.NewReader(b)) })
}
