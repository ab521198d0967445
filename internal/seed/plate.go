package seed

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
)

func photoName(rec *record) string { return "plate-" + rec.id[:8] + ".jpg" }

// segments of a digit, as on a pocket calculator: bits from the top, clockwise, then the middle.
var segments = [10]uint8{0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f}

// strokes are the segments' places in a digit of 3 by 5.
var strokes = [7]image.Rectangle{
	image.Rect(0, 0, 3, 1), image.Rect(2, 0, 3, 3), image.Rect(2, 2, 3, 5), image.Rect(0, 4, 3, 5), image.Rect(0, 2, 1, 5),
	image.Rect(0, 0, 1, 3), image.Rect(0, 2, 3, 3),
}

// plate is the photo of a door plate: white digits on blue.
func plate(number int) []byte {
	const size = 16
	img := image.NewRGBA(image.Rect(0, 0, 15*size, 9*size))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{R: 0x1d, G: 0x4e, B: 0x9e, A: 0xff}), image.Point{}, draw.Src)
	for place := range 3 {
		digit := number / [3]int{100, 10, 1}[place] % 10
		for s, at := range strokes {
			if segments[digit]&(1<<s) == 0 {
				continue
			}
			at = at.Add(image.Pt(2+4*place, 2))
			draw.Draw(img, image.Rectangle{Min: at.Min.Mul(size), Max: at.Max.Mul(size)}, image.White, image.Point{}, draw.Src)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		panic(err) // a buffer takes everything
	}
	return out.Bytes()
}
