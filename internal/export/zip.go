package export

import (
	"archive/zip"
	"io"
	"strings"
	"time"
)

// Zip packs files into an archive while they are written, one after the other, without keeping any in memory.
type Zip struct {
	z   *zip.Writer
	now time.Time
}

// NewZip begins an archive on w whose files carry the time now.
func NewZip(w io.Writer, now time.Time) *Zip { return &Zip{zip.NewWriter(w), now} }

// Create begins the next file; the one before it must be written completely.
func (z *Zip) Create(name string) (io.WriteCloser, error) {
	if err := plainName(name); err != nil {
		return nil, err
	}
	method := zip.Deflate
	if strings.HasSuffix(name, ".xlsx") {
		method = zip.Store // compressed already
	}
	w, err := z.z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: z.now})
	return member{w}, err
}

// Close ends the archive. Without it no program opens the file, so a broken download never passes for a full one.
func (z *Zip) Close() error { return z.z.Close() }

type member struct{ io.Writer }

func (member) Close() error { return nil }
