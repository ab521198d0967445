package attachment_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http/httptest"
	"runtime"
	"testing"

	"doorstep/internal/attachment"
	"doorstep/internal/problem"
)

// A picture of more than 50 million pixels is not decoded; one of the size of a photo is made small.
func TestPixelsAreLimited(t *testing.T) {
	picture := func(width, height int) *bytes.Reader {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White})); err != nil {
			t.Fatal(err)
		}
		return bytes.NewReader(b.Bytes())
	}
	huge, photo := picture(10_001, 5_000), picture(1200, 900)
	var small attachment.Thumbnails
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := small.Write(httptest.NewRecorder(), attachment.File{Name: "huge.png"}, huge)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; problem.As(err).Code != problem.NoThumbnail || took > 5<<20 {
		t.Errorf("%v, and %d bytes were taken", err, took)
	}
	w := httptest.NewRecorder()
	if err := small.Write(w, attachment.File{Name: "photo.png"}, photo); err != nil {
		t.Fatal(err)
	}
	if drawn, _, err := image.Decode(w.Body); err != nil || drawn.Bounds().Dx() != 480 {
		t.Errorf("drawn: %v", err)
	}
}
