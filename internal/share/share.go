// Package share gives everybody who asks the server for something a fair part of it. What one name, an account or an address
// without a sign-in, asks for at once is worked on little at a time, and the rest waits in a line of its own. A name that has
// used up its part of the processor gives way to those who have not, until its part has grown again.
package share

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Limits are what one name may have at the same time.
type Limits struct {
	Work int // requests that are worked on; what waits for the network is not
	Open int // requests that were begun
	Line int // requests that wait to begin
}

// The part of the processor that a name has for certain is a quarter, and it may use a second of the whole at once. What nobody
// wants who has used less it may have too.
const (
	price  = 4 // how long a name pays for a second of the whole processor, in seconds
	saved  = price * time.Second
	inDebt = saved // at most, so that an hour on a quiet server is not held against anybody
)

// Waiting has ends.
const (
	patience = 20 * time.Second // a request begins within it, or is refused; one that was begun goes on in any case
	refusal  = time.Second      // before it is told to who has too much waiting, and would else ask again at once
	swept    = 10 * time.Second // how often names are forgotten that have all of their part again
)

// atOnce is how many requests for each core are worked on when another begins. An answer that is made holds some megabytes; one that
// waits to begin holds nothing, and all of them together are not done sooner for being begun.
const atOnce = 16

// Shares knows everybody's requests.
type Shares struct {
	cores int

	mu      sync.Mutex
	names   map[string]*name
	working map[*name]bool // names of which something is worked on
	behind  map[*name]bool // names that have used up their part, and wait for others
	full    []*name        // names that would begin something and wait until less is worked on, in their order
	turns   int            // that are worked on
	sweep   time.Time
}

// New makes the shares of a server that nobody has asked yet.
func New() *Shares {
	return &Shares{cores: runtime.GOMAXPROCS(0), names: map[string]*name{}, working: map[*name]bool{}, behind: map[*name]bool{}}
}

// name is one name's part.
type name struct {
	limits     Limits
	open, work int
	line, back []*wait   // to begin, and to go on
	began      bool      // whose turn was last
	queued     bool      // among those for whom it is full
	paid       time.Time // until when its work is paid for; the part is used up while that lies ahead
	wake       *time.Timer
}

// wait is a request that waits to be worked on.
type wait struct {
	turn  *Turn
	ready chan struct{}
}

// Turn is one request that was begun.
type Turn struct {
	shares *Shares
	name   *name
	since  time.Time // it is worked on; zero while it is not
	waits  int       // for the network
	ended  bool
}

// Begin waits for the turn of a request in somebody's name; End must be called then. It reports false where too much waits
// already, or for too long.
func (s *Shares) Begin(ctx context.Context, who string, l Limits) (*Turn, bool) {
	s.mu.Lock()
	n := s.named(who, l)
	if len(n.line) >= l.Line {
		s.mu.Unlock()
		pause(ctx, refusal)
		return nil, false
	}
	t := &Turn{shares: s, name: n}
	w := &wait{turn: t, ready: make(chan struct{})}
	n.line = append(n.line, w)
	s.serve(n)
	s.mu.Unlock()
	if !w.until(ctx) && s.gaveUp(w) {
		return nil, false
	}
	return t, true
}

// End gives the turn to the next.
func (t *Turn) End() {
	s := t.shares
	s.mu.Lock()
	defer s.mu.Unlock()
	t.ended = true
	t.name.open--
	s.stop(t)
}

// Wait lets others be worked on while f waits for the network. After it the request goes on in its turn.
func (t *Turn) wait(f func()) {
	s := t.shares
	s.mu.Lock()
	if t.waits++; t.waits == 1 {
		s.stop(t)
	}
	s.mu.Unlock()
	f()
	if w := t.goOn(); w != nil && !w.until(context.Background()) {
		s.gaveUp(w)
	}
}

func (t *Turn) goOn() *wait {
	s := t.shares
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.waits--; t.waits > 0 || t.ended {
		return nil
	}
	w := &wait{turn: t, ready: make(chan struct{})}
	t.name.back = append(t.name.back, w)
	s.serve(t.name)
	return w
}

// named is the part of a name, under the lock.
func (s *Shares) named(who string, l Limits) *name {
	now := time.Now()
	if now.Sub(s.sweep) > swept {
		s.sweep = now
		for who, n := range s.names {
			if n.open == 0 && len(n.line) == 0 && now.Sub(n.paid) > saved {
				delete(s.names, who)
			}
		}
	}
	n := s.names[who]
	if n == nil {
		n = &name{limits: l}
		s.names[who] = n
	}
	return n
}

// serve starts what may start of a name.
func (s *Shares) serve(n *name) {
	for n.work < n.limits.Work {
		w := n.next(s.turns >= atOnce*s.cores)
		if w == nil {
			break
		}
		now := time.Now()
		if debt := n.paid.Sub(now); debt > 0 && s.giveWay(n, debt, now) {
			s.behind[n] = true
			if n.wake == nil {
				n.wake = time.AfterFunc(debt, func() { s.woken(n) })
			}
			return
		}
		s.start(n, w, now)
	}
	delete(s.behind, n)
	if !n.queued && n.work < n.limits.Work && n.mayBegin() { // it is full
		n.queued = true
		s.full = append(s.full, n)
	}
}

// giveWay reports whether a name in debt waits: while every core is busy, or somebody is worked on who owes less than half.
func (s *Shares) giveWay(n *name, debt time.Duration, now time.Time) bool {
	if s.turns >= s.cores {
		return true
	}
	for other := range s.working {
		if other != n && other.paid.Sub(now) < debt/2 {
			return true
		}
	}
	return false
}

func (s *Shares) woken(n *name) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n.wake = nil
	s.serve(n)
}

func (s *Shares) start(n *name, w *wait, now time.Time) {
	if n.began = len(n.line) > 0 && n.line[0] == w; n.began {
		n.line = n.line[1:]
		n.open++
	} else {
		n.back = n.back[1:]
	}
	n.work++
	s.turns++
	s.working[n] = true
	w.turn.since = now
	close(w.ready)
}

func (n *name) mayBegin() bool { return len(n.line) > 0 && n.open < n.limits.Open }

// next is the request that comes next, nil for none: in turn one that goes on, and one that begins where it is not full.
func (n *name) next(full bool) *wait {
	if n.mayBegin() && !full && (!n.began || len(n.back) == 0) {
		return n.line[0]
	}
	if len(n.back) > 0 {
		return n.back[0]
	}
	return nil
}

// stop ends the work on a turn, for now or for good, and starts what waited for that.
func (s *Shares) stop(t *Turn) {
	n := t.name
	if !t.since.IsZero() {
		s.charge(n, t.since, time.Now())
		t.since = time.Time{}
		s.turns--
		if n.work--; n.work == 0 {
			delete(s.working, n)
		}
	}
	for len(s.full) > 0 && s.turns < atOnce*s.cores {
		first := s.full[0]
		s.full = s.full[1:]
		first.queued = false
		s.serve(first)
	}
	s.serve(n)
	for other := range s.behind {
		s.serve(other)
	}
}

// charge lets a name pay for work. Turns that are worked on together share the cores.
func (s *Shares) charge(n *name, since, now time.Time) {
	from := now.Add(-saved)
	if n.paid.After(from) {
		from = n.paid
	}
	n.paid = from.Add(price * now.Sub(since) / time.Duration(max(s.cores, s.turns)))
	if most := now.Add(inDebt); n.paid.After(most) {
		n.paid = most
	}
}

// until reports whether the turn came.
func (w *wait) until(ctx context.Context) bool {
	select {
	case <-w.ready:
		return true
	default:
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-w.ready:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	return false
}

// gaveUp takes a request out of its line. It reports false where the turn has come in the meantime.
func (s *Shares) gaveUp(w *wait) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-w.ready:
		return false
	default:
		n := w.turn.name
		this := func(in *wait) bool { return in == w }
		n.line, n.back = slices.DeleteFunc(n.line, this), slices.DeleteFunc(n.back, this)
		return true
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
