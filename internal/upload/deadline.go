package upload

import (
	"net/http"
	"sync"
	"time"
)

// limited keeps what is done to a connection within one request. Where another request wants the same upload, its read
// deadline is set into the past, perhaps late, and a connection whose read deadline has passed cancels every request that
// comes after on it.
type limited struct {
	http.ResponseWriter
	mu          sync.Mutex
	answered    bool // what the body still brings does not matter
	interrupted bool // the connection is of no use for another request
}

// WriteHeader tells the client to leave a connection that was interrupted.
func (l *limited) WriteHeader(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answered = l.answered || status >= http.StatusOK
	if l.interrupted {
		l.Header().Set("Connection", "close")
	}
	l.ResponseWriter.WriteHeader(status)
}

// SetReadDeadline is what http.ResponseController looks for. Once it has passed it is not put off again.
func (l *limited) SetReadDeadline(at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.answered || l.interrupted {
		return nil
	}
	l.interrupted = !at.After(time.Now())
	return http.NewResponseController(l.ResponseWriter).SetReadDeadline(at)
}

// Unwrap is how http.ResponseController finds the rest.
func (l *limited) Unwrap() http.ResponseWriter { return l.ResponseWriter }
