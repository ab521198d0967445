package devicesync

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"doorstep/internal/problem"
)

// Room bounds what the bodies of all requests hold in memory together, inflated, from their first byte until they are
// answered. A request that finds none left is refused with problem.Busy before more of it is read.
type Room struct{ left atomic.Int64 }

// NewRoom makes room for so many bytes.
func NewRoom(bytes int64) *Room {
	r := &Room{}
	r.left.Store(bytes)
	return r
}

func (r *Room) take(n int64) bool {
	if r.left.Add(-n) >= 0 {
		return true
	}
	r.left.Add(n)
	return false
}

// Body is what a request said, and its place in the room.
type Body struct {
	Bytes []byte
	room  *Room
	took  int64
}

// Release gives the place free, once nothing of the body is needed any more.
func (b *Body) Release() { b.room.left.Add(b.took); b.took = 0 }

// ReadBody reads a request body that may be gzip or zstd, up to limit bytes both before and after decompression. The
// caller must release it, also after an error.
func ReadBody(r *http.Request, limit int64, room *Room) (*Body, error) {
	b := &Body{room: room}
	in, done, err := inflate(r.Header.Get("Content-Encoding"), io.LimitReader(&ending{in: r.Body}, limit+1), limit)
	if err != nil {
		return b, err
	}
	defer done()
	err = b.read(in, limit)
	var tooLarge *http.MaxBytesError
	var said *problem.Problem
	switch {
	case errors.As(err, &said):
		return b, err
	case errors.As(err, &tooLarge) || errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded):
		return b, tooLong(limit)
	case err != nil:
		return b, problem.New(problem.BadEnvelope, "body")
	}
	return b, nil
}

func tooLong(limit int64) error {
	return problem.New(problem.TooLarge, fmt.Sprintf("at most %d bytes", limit))
}

const firstRead = 16 << 10

// read takes room before it takes memory.
func (b *Body) read(in io.Reader, limit int64) error {
	for {
		if len(b.Bytes) == cap(b.Bytes) {
			grown := min(max(2*cap(b.Bytes), firstRead), int(limit)+1)
			if len(b.Bytes) > int(limit) {
				return tooLong(limit)
			}
			more := int64(grown - cap(b.Bytes))
			if !b.room.take(more) {
				return problem.New(problem.Busy, "")
			}
			b.took += more
			b.Bytes = append(make([]byte, 0, grown), b.Bytes...)
		}
		n, err := in.Read(b.Bytes[len(b.Bytes):cap(b.Bytes)])
		b.Bytes = b.Bytes[:len(b.Bytes)+n]
		if int64(len(b.Bytes)) > limit {
			return tooLong(limit)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func inflate(encoding string, in io.Reader, limit int64) (io.Reader, func(), error) {
	switch encoding {
	case "", "identity":
		return in, func() {}, nil
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, problem.New(problem.BadEnvelope, "gzip")
		}
		return z, func() { z.Close() }, nil
	case "zstd":
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxMemory(uint64(limit)), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, problem.New(problem.BadEnvelope, "zstd")
		}
		return z, z.Close, nil
	}
	return nil, nil, problem.New(problem.BadEnvelope, "content-encoding")
}

// ending ends for good: a body of the framework begins again after its end, and a decoder that looks whether another
// frame follows would read it twice.
type ending struct {
	in  io.Reader
	err error
}

func (e *ending) Read(p []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	n, err := e.in.Read(p)
	e.err = err
	return n, err
}
