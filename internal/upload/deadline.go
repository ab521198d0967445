package upload

import (
	"net/http"
	"sync"
	"time"
)

// limited is a response writer whose deadlines end with the request. The tus handler sets them on the connection, one
// of them from a goroutine that may be late: the next request on a kept-alive connection would be cut by it.
type limited struct {
	http.ResponseWriter
	mu    sync.Mutex
	ended bool
}

// SetReadDeadline is what http.ResponseController looks for.
func (l *limited) SetReadDeadline(at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil
	}
	return http.NewResponseController(l.ResponseWriter).SetReadDeadline(at)
}

// SetWriteDeadline is what http.ResponseController looks for.
func (l *limited) SetWriteDeadline(at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return nil
	}
	return http.NewResponseController(l.ResponseWriter).SetWriteDeadline(at)
}

// end takes the deadlines back; the HTTP server itself renews only that for reading.
func (l *limited) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	c := http.NewResponseController(l.ResponseWriter)
	c.SetReadDeadline(time.Time{})  // a connection that cannot is closed already
	c.SetWriteDeadline(time.Time{}) // likewise
}
