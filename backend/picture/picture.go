// Package picture makes small pictures of photos, so that a page shows many of
// them without holding any whole.
package picture

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	_ "image/png" // kinds that it reads
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // kinds that it reads
)

// ErrNone says that no small picture can be made: of another kind, of a broken
// file, or of one with more pixels than MaxPixels.
var ErrNone = errors.New("picture: none can be made")

// MaxPixels bounds what is unpacked at once: 200 MB of memory. A small file can
// say that it is a very large picture.
const MaxPixels = 50_000_000

// Small answers a JPEG of at most side pixels a side, upright.
func Small(photo io.ReadSeeker, side int) ([]byte, error) {
	config, format, err := image.DecodeConfig(photo)
	if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width > MaxPixels/config.Height {
		return nil, errors.Join(ErrNone, err)
	}
	turn := upright
	if format == "jpeg" {
		if _, err := photo.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		turn = orientation(photo)
	}
	if _, err := photo.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	whole, _, err := image.Decode(photo)
	if err != nil {
		return nil, errors.Join(ErrNone, err)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, turn.apply(shrink(whole, side)), &jpeg.Options{Quality: 82}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// shrink answers the picture within a square, on white where it is transparent.
func shrink(whole image.Image, side int) *image.RGBA {
	size := whole.Bounds().Size()
	w, h := size.X, size.Y
	if longest := max(w, h); longest > side {
		w, h = max(1, w*side/longest), max(1, h*side/longest)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), whole, whole.Bounds(), draw.Over, nil)
	return small
}
