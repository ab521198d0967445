package basemap

import (
	"container/list"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"doorstep/internal/tile"
)

// What is kept of the squares, in memory alone: which ones were looked at tells where somebody reads.
const (
	roomForSquares = 32 << 20 // bytes
	keptFor        = 24 * time.Hour
)

// Squares keeps what was fetched and asks for what was not, a few at once and each once.
type Squares struct {
	now     func() time.Time
	turns   chan struct{}
	clients map[bool]*http.Client // by whether the tile server may stand inside

	mu     sync.Mutex
	kept   map[asked]*list.Element // of square
	recent *list.List              // the latest first
	bytes  int
	going  map[asked]*going
	rests  map[string]rest // by template
}

// asked is a square of a template.
type asked struct {
	template string
	inside   bool
	at       tile.At
}

type square struct {
	asked
	Image
	until time.Time
}

type going struct {
	done chan struct{}
	got  Image
	err  error
}

type rest struct {
	until time.Time
	why   string
}

// New keeps nothing yet; now is the clock.
func New(now func() time.Time) *Squares {
	return &Squares{now: now, turns: make(chan struct{}, atOnce), clients: map[bool]*http.Client{false: client(false), true: client(true)},
		kept: map[asked]*list.Element{}, recent: list.New(), going: map[asked]*going{}, rests: map[string]rest{}}
}

// Get returns a square of a source that was checked. It fails with ErrNone where there is none, with a Failure where the tile server does
// not give it or gave nothing within the last half minute, and with ctx while somebody else waits for the same square.
func (s *Squares) Get(ctx context.Context, src Source, at tile.At) (Image, error) {
	if !at.Valid() || at.Z > src.LargestZoom {
		return Image{}, ErrNone
	}
	key := asked{src.URL, src.Inside, at}
	s.mu.Lock()
	if e, ok := s.kept[key]; ok && s.now().Before(e.Value.(square).until) {
		s.recent.MoveToFront(e)
		s.mu.Unlock()
		return e.Value.(square).Image, nil
	}
	if r := s.rests[src.URL]; s.now().Before(r.until) {
		s.mu.Unlock()
		return Image{}, &Failure{Why: r.why, Whole: true, Again: true}
	}
	g, others := s.going[key]
	if !others {
		g = &going{done: make(chan struct{}), err: &Failure{Why: "it was not fetched"}}
		s.going[key] = g
	}
	s.mu.Unlock()
	if !others {
		s.fetch(context.WithoutCancel(ctx), src, key, g) // it is kept, and others may wait for it too
		return g.got, g.err
	}
	select {
	case <-g.done:
		return g.got, g.err
	case <-ctx.Done():
		return Image{}, ctx.Err()
	}
}

// fetch asks for a square in its turn, keeps it, and tells who waits.
func (s *Squares) fetch(ctx context.Context, src Source, key asked, g *going) {
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.going, key)
		close(g.done)
	}()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		g.err = &Failure{Why: "too many squares are asked for at once"}
		return
	}
	g.got, g.err = fetch(ctx, s.clients[src.Inside], src, key.at)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch failed := (*Failure)(nil); {
	case g.err == nil:
		s.keep(square{key, g.got, s.now().Add(keptFor)})
	case errors.As(g.err, &failed) && failed.Whole:
		s.rests[src.URL] = rest{s.now().Add(restAfter), failed.Why}
	}
}

// keep makes room for a square by letting go of those that were not asked for longest.
func (s *Squares) keep(q square) {
	if old, ok := s.kept[q.asked]; ok {
		s.drop(old)
	}
	s.kept[q.asked] = s.recent.PushFront(q)
	s.bytes += len(q.Bytes)
	for s.bytes > roomForSquares {
		s.drop(s.recent.Back())
	}
}

func (s *Squares) drop(e *list.Element) {
	q := s.recent.Remove(e).(square)
	delete(s.kept, q.asked)
	s.bytes -= len(q.Bytes)
}
