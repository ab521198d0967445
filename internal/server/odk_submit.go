package server

import (
	"errors"
	"io"
	"net/http"

	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/openrosa"
)

// odkLength answers the HEAD that precedes every submission. It must be 204: another success would tell Collect that
// this is no submission address.
func odkLength(c *fieldCall) error {
	openrosa.Headers(c.Response)
	return c.NoContent(http.StatusNoContent)
}

func odkSubmit(c *fieldCall) error {
	if err := c.Files.Open(c.ID, c.Now()); err != nil {
		return err
	}
	whole := &countedBody{ReadCloser: once(c.Request.Body)}
	defer func() { c.Files.Add(c.ID, whole.n, c.Now()) }()
	held := c.bodies.For(c.ID)
	defer held.Release()
	in := http.MaxBytesReader(c.Response, whole, openrosa.AcceptLength)
	told, err := openrosa.Submit(c.Request.Context(), c.App, c.Intake(), c.Caller,
		openrosa.Incoming{Header: c.Request.Header, Body: in, Held: held})
	if err != nil {
		c.finish(whole)
		return err
	}
	return openrosa.Reply(c.Response, http.StatusCreated, told)
}

// mostDrained is how much of a refused request is still read, so that the client gets to reading the answer.
const mostDrained = 32 << 20

// finish ends a request whose body was not read to its end. The router wraps the body, which hides from net/http that
// something is left of it: without a word about closing, the rest would be read as the next request.
func (c *fieldCall) finish(body io.Reader) {
	if _, err := io.CopyN(io.Discard, body, mostDrained); !errors.Is(err, io.EOF) {
		c.Response.Header().Set("Connection", "close")
	}
}

// once takes the router's copy for reading again away from a body: it would write every upload twice.
func once(body io.ReadCloser) io.ReadCloser {
	if again, ok := body.(*router.RereadableReadCloser); ok {
		return again.ReadCloser
	}
	return body
}
