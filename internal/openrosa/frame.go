package openrosa

import (
	"image"
	"image/color"
)

// framed is an image with a white border of some pixels.
func framed(of image.Image, border int) image.Image { return frame{of, border} }

type frame struct {
	of     image.Image
	border int
}

func (f frame) ColorModel() color.Model { return color.GrayModel }

func (f frame) Bounds() image.Rectangle {
	b := f.of.Bounds()
	return image.Rect(0, 0, b.Dx()+2*f.border, b.Dy()+2*f.border)
}

func (f frame) At(x, y int) color.Color {
	b := f.of.Bounds()
	at := image.Pt(x-f.border, y-f.border).Add(b.Min)
	if !at.In(b) {
		return color.Gray{Y: 255}
	}
	return color.GrayModel.Convert(f.of.At(at.X, at.Y))
}
