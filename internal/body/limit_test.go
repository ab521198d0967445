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
		"":         nil,
		"identity": nil,
		"gzip":     func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		"zstd":     func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
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

// again is a body that begins again after its end, which it tells with its last bytes, as those of the framework do.
type again struct{ *bytes.Reader }

func (a again) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if err == nil && a.Len() == 0 {
		a.Seek(0, io.SeekStart)
		return n, io.EOF
	}
	return n, err
}

func (again) Close() error { return nil }

// TestABodyThatCannotBeUnpacked is told by what is wrong with it, and a whole one is read once however often it would begin again.
func TestABodyThatCannotBeUnpacked(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write([]byte("text")); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	flat := zipped.Bytes()
	zstandard, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	packed := zstandard.EncodeAll([]byte("text"), nil)
	for name, c := range map[string]struct {
		encoding string
		sent     []byte
		detail   string
	}{
		"text":           {"", []byte("text"), ""},
		"gzip":           {"gzip", flat, ""},
		"zstd":           {"zstd", packed, ""},
		"no gzip":        {"gzip", []byte("text"), "gzip"},
		"half a gzip":    {"gzip", flat[:len(flat)-1], "body"},
		"no zstd":        {"zstd", []byte("text"), "body"},
		"half a zstd":    {"zstd", packed[:len(packed)-1], "body"},
		"another packer": {"br", []byte("text"), "content-encoding"},
	} {
		r := &http.Request{Header: http.Header{"Content-Encoding": {c.encoding}}, Body: again{bytes.NewReader(c.sent)}}
		b, err := Read(r, 1<<10, NewRoom(1<<20), "one")
		if c.detail == "" && (err != nil || string(b.Bytes) != "text") {
			t.Errorf("%s: %q, %v", name, b.Bytes, err)
		}
		if want := problem.New(problem.BadEnvelope, c.detail); c.detail != "" && (err == nil || err.Error() != want.Error()) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		b.Release()
	}
}

// TestAFrameAsksForNoMoreThanTheLimit has a packed body that tells beforehand how long it will be, or how much of it must be kept.
func TestAFrameAsksForNoMoreThanTheLimit(t *testing.T) {
	long, err := zstd.NewWriter(nil, zstd.WithWindowSize(16<<20))
	if err != nil {
		t.Fatal(err)
	}
	var wide bytes.Buffer
	stream, err := zstd.NewWriter(&wide, zstd.WithWindowSize(16<<20))
	if err == nil {
		_, err = stream.Write(make([]byte, 100))
	}
	if err == nil {
		err = stream.Flush()
	}
	if err == nil {
		err = stream.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, sent := range map[string][]byte{"length": long.EncodeAll(make([]byte, 2<<10), nil), "window": wide.Bytes()} {
		r := &http.Request{Header: http.Header{"Content-Encoding": {"zstd"}}, Body: io.NopCloser(bytes.NewReader(sent))}
		b, err := Read(r, 1<<10, NewRoom(1<<20), "one")
		if err == nil || problem.As(err).Code != problem.TooLarge {
			t.Errorf("%s: %v", name, err)
		}
		b.Release()
	}
}
