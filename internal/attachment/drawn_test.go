package attachment_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"doorstep/internal/attachment"
	"doorstep/internal/problem"
)

// TestASmallPictureIsDrawnAnew draws a picture that lies on its side by what the camera noted, twice: the right way up, without what the
// file held beside it, and under the headers of a file of another type.
func TestASmallPictureIsDrawnAnew(t *testing.T) {
	wide := image.NewGray(image.Rect(0, 0, 40, 20))
	for x := range 20 {
		for y := range 20 {
			wide.SetGray(x, y, color.Gray{Y: 255}) // light on the left
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, wide, nil); err != nil {
		t.Fatal(err)
	}
	turned := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00" // a quarter to the right
	photo := slices.Concat(b.Bytes()[:2], []byte{0xff, 0xe1, 0, byte(2 + len(turned))}, []byte(turned), b.Bytes()[2:])
	var small attachment.Thumbnails
	for range 2 {
		w := httptest.NewRecorder()
		if err := small.Write(w, attachment.File{Name: "a.webp", MIME: "image/webp", SHA256: "abc"}, bytes.NewReader(photo)); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(w.Body.Bytes(), []byte("Exif")) {
			t.Error("what the camera noted is left")
		}
		drawn, kind, err := image.Decode(w.Body)
		if err != nil || kind != "jpeg" || drawn.Bounds().Size() != image.Pt(20, 40) {
			t.Fatalf("%s: %v", kind, err)
		}
		if top, _, _, _ := drawn.At(10, 5).RGBA(); top < 60_000 {
			t.Errorf("above it is as light as %d", top)
		}
		want := http.Header{}
		attachment.Headers(want, attachment.File{Name: "a.webp", MIME: "image/jpeg"})
		want.Del("ETag")
		for name := range want {
			if got := w.Header().Get(name); got != want.Get(name) {
				t.Errorf("%s: %q", name, got)
			}
		}
		if len(w.Header()) != len(want) {
			t.Errorf("headers %v", w.Header())
		}
	}
}

// stuck cannot be read again from its beginning.
type stuck struct{ io.Reader }

var errStuck = errors.New("stuck")

func (stuck) Seek(int64, int) (int64, error) { return 0, errStuck }

// TestWhatCannotBeDrawn has no picture, pictures of no size, half of one, and one that cannot be read twice; nothing is answered.
func TestWhatCannotBeDrawn(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	if err := new(attachment.Thumbnails).Write(httptest.NewRecorder(), attachment.File{}, bytes.NewReader(whole)); err != nil {
		t.Errorf("a single dot: %v", err)
	}
	for name, c := range map[string]struct {
		in   io.ReadSeeker
		code problem.Code
	}{
		"no picture": {bytes.NewReader([]byte("text")), problem.NoThumbnail},
		"no width":   {bytes.NewReader([]byte("GIF89a\x00\x00\x09\x00\x00\x00\x00")), problem.NoThumbnail},
		"no height":  {bytes.NewReader([]byte("GIF89a\x09\x00\x00\x00\x00\x00\x00")), problem.NoThumbnail},
		"half":       {bytes.NewReader(whole[:len(whole)/2]), problem.NoThumbnail},
		"stuck":      {stuck{bytes.NewReader(whole)}, problem.Internal},
	} {
		w := httptest.NewRecorder()
		var small attachment.Thumbnails
		err := small.Write(w, attachment.File{}, c.in)
		if problem.As(err).Code != c.code || errors.Is(err, errStuck) != (name == "stuck") || w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, w.Body.Len())
		}
	}
}
