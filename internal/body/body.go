// Package body reads what requests bring in bounded memory and time, and shares both fairly.
package body

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"doorstep/internal/problem"
)

// Body is what a request said, and its place in the room.
type Body struct {
	Bytes []byte
	held  *Held
}

// Release gives the place free, once nothing of the body is needed any more.
func (b *Body) Release() { b.held.Release() }

// Read reads a request body that may be gzip or zstd, up to limit bytes both before and after decompression. Who shares
// the room with others. The caller must release it, also after an error.
func Read(r *http.Request, limit int64, room *Room, who string) (*Body, error) {
	b := &Body{held: room.For(who)}
	sent := &io.LimitedReader{R: &ending{in: r.Body}, N: limit + 1}
	in, done, err := inflate(r.Header.Get("Content-Encoding"), sent, limit)
	if err != nil {
		return b, err
	}
	defer done()
	b.Bytes, err = b.held.ReadAll(in, limit)
	var tooLarge *http.MaxBytesError
	var said *problem.Problem
	switch {
	case errors.As(err, &said):
		return b, err
	case sent.N == 0 || errors.As(err, &tooLarge) || errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded):
		return b, tooLong(limit)
	case err != nil:
		return b, problem.New(problem.BadEnvelope, "body")
	}
	return b, nil
}

func tooLong(limit int64) error {
	return problem.New(problem.TooLarge, fmt.Sprintf("at most %d bytes", limit))
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
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxMemory(uint64(limit)), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderLowmem(true))
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
