package share

import (
	"io"
	"net/http"
)

// Body is a body whose reader gives way while it waits for bytes.
func (t *Turn) Body(in io.ReadCloser) io.ReadCloser { return &reading{in, t} }

type reading struct {
	io.ReadCloser
	turn *Turn
}

func (r *reading) Read(p []byte) (n int, err error) {
	r.turn.wait(func() { n, err = r.ReadCloser.Read(p) })
	return n, err
}

// Response is an answer whose writer gives way while bytes are sent, so that a long one comes in slices.
func (t *Turn) Response(w http.ResponseWriter) http.ResponseWriter { return &writing{w, t} }

type writing struct {
	http.ResponseWriter
	turn *Turn
}

func (w *writing) Write(p []byte) (n int, err error) {
	w.turn.wait(func() { n, err = w.ResponseWriter.Write(p) })
	return n, err
}

// FlushError is what http.ResponseController looks for.
func (w *writing) FlushError() (err error) {
	w.turn.wait(func() { err = http.NewResponseController(w.ResponseWriter).Flush() })
	return err
}

// Flush is FlushError for who does not ask.
func (w *writing) Flush() { _ = w.FlushError() }

// Wait calls f, which waits for another request, while others of the name are worked on. w is what Response gave.
func Wait(w http.ResponseWriter, f func()) {
	if w, ok := w.(*writing); ok {
		w.turn.wait(f)
		return
	}
	f()
}

// Unwrap is how http.ResponseController finds the rest.
func (w *writing) Unwrap() http.ResponseWriter { return w.ResponseWriter }
