package devicesync

import (
	"errors"
	"fmt"
	"net/http"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
)

// Sizes of a page, in changes, and how many bytes it has but for its last change. What a page costs in memory is a line of ids and one
// visit; its other data is read and sent in portions.
const (
	DefaultPage = 500
	maxPage     = 5000
	portion     = 64
)

// Pull is one worker's request for a page.
type Pull struct {
	DB      collections.DB
	Library *instrument.Library
	Actor   access.Actor
	Cursor  string // "" begins a full sync
	Limit   int
	Sums    *territory.Kept[*Sums]   // of digests; nil makes each anew
	Seen    func(ids []string) error // of people, households and visits; called before they are sent, and what fails there sends nothing
	Log     func(error)              // of what breaks a page off
}

// Serve writes the page after the cursor while it is read. It fails with problem.BadCursor, ErrAhead, or another error
// before the answer has begun; one that comes later cuts the connection.
func (q Pull) Serve(w http.ResponseWriter) error {
	epoch, err := Epoch(q.DB)
	if err != nil {
		return err
	}
	p := q.puller()
	p.limit, p.most = min(max(q.Limit, 1), maxPage), collections.PageBytes
	if p.cipher, err = newCursorCipher(q.DB, q.Actor.ID); err != nil {
		return err
	}
	c, reset, err := p.start(epoch, q.Cursor)
	if err != nil {
		return err
	}
	p.page = begin(w, epoch, reset)
	if c, err = p.advance(c); err != nil {
		return p.page.fail(err, q.Log)
	}
	more := p.more
	if c.mode == feeding && !more {
		if more, err = p.anyAfter(c.seq); err != nil {
			return p.page.fail(err, q.Log)
		}
	}
	return p.page.fail(p.page.end(c.text(p.cipher), more || c.mode != feeding), q.Log)
}

// ErrAhead is the error of a cursor that this server made and its feed has not come to yet: the database is older than
// what the tablet holds.
var ErrAhead = errors.New("the tablet is ahead of the database")

type puller struct {
	db      collections.DB
	library *instrument.Library
	actor   access.Actor
	limit   int
	most    int            // bytes of a page; 0 for any number
	feed    territory.Feed // what it tells the worker
	phases  []phase        // the worker's scope
	cipher  cursorCipher
	seen    func([]string) error
	page    *page
	written int
	more    bool
}

func (q Pull) puller() *puller {
	p := &puller{db: q.DB, library: q.Library, actor: q.Actor, seen: q.Seen, feed: territory.Feed{Ranges: territory.Of(q.Actor.Territory),
		Also: []string{collections.Everyone, collections.ToWorker(q.Actor.ID)}}}
	p.phases = p.scope()
	return p
}

// start finds where the page begins, and whether the client starts over.
func (p *puller) start(epoch, at string) (c cursor, reset bool, err error) {
	here := ScopeKey(p.actor.Territory)
	if at != "" {
		if c, err = parseCursor(at, epoch, p.cipher); err != nil {
			return c, false, err
		}
		if c.epoch == epoch {
			if head, err := FeedHead(p.db); err != nil || c.seq > head {
				return c, false, errors.Join(err, ErrAhead)
			}
		}
		if c.epoch == epoch && c.scope == here && c.mode != crossing {
			return c, false, nil
		}
		if c.epoch == epoch && c.scope != here && c.mode == feeding {
			c = cursor{epoch: epoch, scope: here, mode: crossing, seq: c.seq, from: c.scope}
		}
		if c.epoch == epoch && c.scope == here {
			if _, known, err := formerTerritory(p.db, p.actor.ID, c.from); known || err != nil {
				return c, false, err
			}
		}
	}
	c = cursor{epoch: epoch, scope: here, mode: walking}
	c.seq, err = p.feed.Head(p.db) // of the worker's own feed: that of the whole one would move with what happens elsewhere
	return c, true, err
}

// advance fills the page from the cursor on, and returns where it ends.
func (p *puller) advance(c cursor) (cursor, error) {
	switch c.mode {
	case walking:
		return p.walk(c, p.phases)
	case crossing:
		f, known, err := formerTerritory(p.db, p.actor.ID, c.from)
		if err != nil || !known {
			return c, fmt.Errorf("former territory %s: known %v, %w", c.from, known, err)
		}
		return p.walk(c, p.crossing(f))
	default:
		return p.follow(c)
	}
}
