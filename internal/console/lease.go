package console

import (
	"sync"
	"time"
)

// Reader is somebody who has a record open.
type Reader struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Until string `json:"until"` // when the server takes them for gone, unless they look again
}

// Leases says who reads which record at the moment. They hinder nobody, and are forgotten when the program ends.
type Leases struct {
	mu   sync.Mutex
	held map[string][]lease // by record
}

type lease struct {
	id, name string
	until    time.Time
}

const (
	leaseTime  = 3 * time.Minute
	mostLeased = 5000 // records
)

// NewLeases begins with none.
func NewLeases() *Leases { return &Leases{held: map[string][]lease{}} }

// Read notes that somebody reads a record, and tells who else does.
func (l *Leases) Read(record, id, name string, now time.Time) []Reader {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := []lease{{id, name, now.Add(leaseTime)}}
	others := []Reader{}
	for _, one := range l.held[record] {
		if one.id != id && now.Before(one.until) {
			kept = append(kept, one)
			others = append(others, one.reader())
		}
	}
	if len(l.held) >= mostLeased {
		l.forget(now)
	}
	l.held[record] = kept
	return others
}

// Of tells who reads a record, but for one.
func (l *Leases) Of(record, but string, now time.Time) []Reader {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := []Reader{}
	for _, one := range l.held[record] {
		if one.id != but && now.Before(one.until) {
			all = append(all, one.reader())
		}
	}
	return all
}

// forget drops the records that nobody reads any more; where that frees nothing, all of them.
func (l *Leases) forget(now time.Time) {
	for record, all := range l.held {
		if !now.Before(all[0].until) { // the last who looked stands first
			delete(l.held, record)
		}
	}
	if len(l.held) >= mostLeased {
		clear(l.held)
	}
}

func (l lease) reader() Reader {
	return Reader{ID: l.id, Name: l.name, Until: l.until.UTC().Format(time.RFC3339)}
}
