package attachment

import (
	"image"
	"io"
	"net/http"
	"sync"

	"github.com/disintegration/imaging"
	_ "golang.org/x/image/webp" // cameras of some tablets write it

	"doorstep/internal/crash"
	"doorstep/internal/problem"
)

// Limits of a thumbnail: what it measures at most, and how many pixels the picture may have.
const (
	thumbSide = 480
	maxPixels = 50_000_000
)

// Thumbnails makes small pictures, one at a time: a decoded photo takes some 200 MB.
type Thumbnails struct{ one sync.Mutex }

// Write draws the picture anew as a JPEG, the right way up and without what else the file held, such as where it was
// taken. What cannot be drawn is problem.NoThumbnail.
func (t *Thumbnails) Write(w http.ResponseWriter, f File, r io.ReadSeeker) error {
	cannot := problem.New(problem.NoThumbnail, "")
	size, _, err := image.DecodeConfig(r)
	if err != nil || size.Width < 1 || size.Height < 1 || size.Width > maxPixels/size.Height {
		return cannot
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	small, err := t.draw(r)
	if err != nil {
		return cannot
	}
	h := w.Header()
	Headers(h, f)
	h.Del("ETag") // that of the whole file
	h.Set("Content-Type", "image/jpeg")
	return imaging.Encode(w, small, imaging.JPEG, imaging.JPEGQuality(80))
}

func (t *Thumbnails) draw(r io.Reader) (image.Image, error) {
	t.one.Lock()
	defer t.one.Unlock()
	full, err := imaging.Decode(r, imaging.AutoOrientation(true))
	if err != nil {
		return nil, err
	}
	crash.At("thumbnail: being drawn")
	return imaging.Fit(full, thumbSide, thumbSide, imaging.Box), nil
}
