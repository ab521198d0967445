package body

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// A body must keep coming. It is cut when no byte comes for patience, when a window of patience brought less than leastRate
// bytes a second, or when it takes longer than longest altogether. A telephone at the edge of a village sends a few times as
// much.
const (
	patience  = 20 * time.Second
	leastRate = 256
	longest   = 30 * time.Minute
	answering = 5 * time.Minute // left for the answer after the last byte
)

var errSlow = errors.New("the body comes too slowly")

// Deadlines are those of a connection, as http.ResponseController has them.
type Deadlines interface {
	SetReadDeadline(time.Time) error
}

// Pace ends a body that does not keep coming. Once it has ended the connection has no read deadline: one that passes would
// end the request, and those after it.
func Pace(in io.ReadCloser, c Deadlines) io.ReadCloser {
	now := time.Now()
	return &paced{ReadCloser: in, connection: c, begun: now, window: now}
}

type paced struct {
	io.ReadCloser
	connection    Deadlines
	begun, window time.Time
	put           time.Time // when the deadline was put off last
	got           int64     // in this window
	over          bool
}

func (p *paced) Read(b []byte) (int, error) {
	if p.over {
		return p.ReadCloser.Read(b)
	}
	now := time.Now()
	if now.Sub(p.window) >= patience {
		if p.got < int64(patience/time.Second)*leastRate || now.Sub(p.begun) > longest {
			return 0, errSlow
		}
		p.window, p.got = now, 0
	}
	if now.Sub(p.put) > patience/10 {
		p.put = now
		p.until(now.Add(patience), now.Add(patience+answering))
	}
	n, err := p.ReadCloser.Read(b)
	p.got += int64(n)
	if err != nil {
		p.over = true
		if errors.Is(err, io.EOF) {
			p.until(time.Time{}, time.Now().Add(answering))
		}
	}
	return n, err
}

// until sets what a connection has: one in a test has none.
func (p *paced) until(read, write time.Time) {
	_ = p.connection.SetReadDeadline(read)
	if w, ok := p.connection.(*http.ResponseController); ok {
		_ = w.SetWriteDeadline(write)
	}
}
