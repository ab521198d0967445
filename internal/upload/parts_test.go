package upload

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"doorstep/internal/disk"
	"doorstep/internal/seal"
)

// What comes in pieces of any size is there whole, in clear to its reader and not on the disk, whether one hand wrote it or another
// took it over; a frame that was cut off is dropped.
func TestPiecesAreOneFile(t *testing.T) {
	ks, err := seal.NewKeyset(seal.AES256, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := ks.Encode()
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(key, encoded, 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Source(key).Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	content := bytes.Repeat([]byte("0123456789abcdef"), pieceSize/4) // four frames
	for _, sizes := range [][]int{{len(content)}, {10, pieceSize, 1, pieceSize + 1, 2*pieceSize - 12}, {pieceSize, pieceSize - 1, 1, 2 * pieceSize}} {
		for _, taken := range []bool{false, true} {
			p := parts{dir: t.TempDir(), keys: keys, spare: func() disk.Spare { return 1 }, told: func(err error) error { return err }}
			u, err := p.NewUpload(t.Context(), handler.FileInfo{ID: "a", Size: int64(len(content))})
			if err != nil {
				t.Fatal(err)
			}
			at := int64(0)
			for i, n := range sizes {
				wrote, err := u.WriteChunk(t.Context(), at, bytes.NewReader(content[at:at+int64(n)]))
				if at += wrote; err != nil || wrote != int64(n) {
					t.Fatal(wrote, err)
				}
				if taken {
					if u, err = p.GetUpload(t.Context(), "a"); err != nil {
						t.Fatal(err)
					}
				}
				if info, err := u.GetInfo(t.Context()); err != nil || info.Offset != at {
					t.Errorf("after piece %d: %d of %d bytes are told, %v", i, info.Offset, at, err)
				}
			}
			r, err := u.GetReader(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			read, err := io.ReadAll(r)
			r.Close()
			if raw, rawErr := os.ReadFile(p.path("a")); err != nil || rawErr != nil || !bytes.Equal(read, content) || bytes.Contains(raw, content[:16]) {
				t.Errorf("%v taken %v: %d of %d bytes read, in clear on the disk %v; %v %v", sizes, taken, len(read), len(content), bytes.Contains(raw, content[:16]), err, rawErr)
			}
			if err := os.Truncate(p.path("a"), p.size(t, "a")-1); err != nil {
				t.Fatal(err)
			}
			cut, err := p.GetUpload(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			last := min(sizes[len(sizes)-1], pieceSize)
			if rest := sizes[len(sizes)-1] % pieceSize; rest > 0 {
				last = rest
			}
			if info, err := cut.GetInfo(t.Context()); err != nil || info.Offset != at-int64(last) {
				t.Errorf("%v, cut off: %d bytes are told, want %d; %v", sizes, info.Offset, at-int64(last), err)
			}
		}
	}
}

func (p parts) size(t *testing.T, id string) int64 {
	t.Helper()
	info, err := os.Stat(p.path(id))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
