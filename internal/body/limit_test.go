package body

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/klauspost/compress/zstd"

	"doorstep/internal/problem"
)

// A body is as long as its limit at most, both as it comes and unpacked.
func TestALimitIsOfTheBodyUnpacked(t *testing.T) {
	const limit = 64 << 10
	noise := make([]byte, 2*limit)
	rand.NewChaCha8([32]byte{}).Read(noise)
	for encoding, pack := range map[string]func(io.Writer) (io.WriteCloser, error){
		"":     nil,
		"gzip": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		"zstd": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	} {
		for _, c := range []struct {
			name string
			text []byte
			code problem.Code
		}{
			{"as long as may be", make([]byte, limit), ""},
			{"one byte more", make([]byte, limit+1), problem.TooLarge},
			{"far more, packed small", make([]byte, 100*limit), problem.TooLarge},
			{"what cannot be packed", noise, problem.TooLarge},
		} {
			var sent bytes.Buffer
			if pack == nil {
				sent.Write(c.text)
			} else {
				w, err := pack(&sent)
				if err == nil {
					_, err = w.Write(c.text)
				}
				if err != nil || w.Close() != nil {
					t.Fatal(err)
				}
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", &sent)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Encoding", encoding)
			b, err := Read(r, limit, NewRoom(100<<20), "one")
			if c.code == "" && (err != nil || !bytes.Equal(b.Bytes, c.text)) || c.code != "" && (err == nil || problem.As(err).Code != c.code) {
				t.Errorf("%q, %s: %v", encoding, c.name, err)
			}
			b.Release()
		}
	}
}
