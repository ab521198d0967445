// Package turn shares slots between those who want them, in turn.
package turn

import (
	"context"
	"sync"
)

// Turns shares a few slots between workers: those who wait get one in turn, so that a worker who asks a thousand times is
// not ahead of one who asks once.
type Turns struct {
	mu      sync.Mutex
	free    int
	waiting map[string][]chan struct{} // by worker
	order   []string                   // workers who wait
}

// New makes so many slots.
func New(slots int) *Turns { return &Turns{free: slots, waiting: map[string][]chan struct{}{}} }

// Take waits for a slot, which must be given back. It fails only when ctx ends.
func (t *Turns) Take(ctx context.Context, who string) error {
	t.mu.Lock()
	if t.free > 0 {
		t.free--
		t.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	if len(t.waiting[who]) == 0 {
		t.order = append(t.order, who)
	}
	t.waiting[who] = append(t.waiting[who], mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
		go func() { <-mine; t.Give() }() // the turn comes all the same, and goes to the next
		return ctx.Err()
	}
}

// Give hands a slot to the next who waits.
func (t *Turns) Give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.order) == 0 {
		t.free++
		return
	}
	who := t.order[0]
	t.order = t.order[1:]
	next := t.waiting[who][0]
	if t.waiting[who] = t.waiting[who][1:]; len(t.waiting[who]) > 0 {
		t.order = append(t.order, who)
	} else {
		delete(t.waiting, who)
	}
	close(next)
}
