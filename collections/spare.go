package collections

import "modernc.org/libc"

// spare is memory that SQLite's allocator does not give back to the system. A statement that fires a trigger first copies every
// page that it changes, some hundred kilobytes, and lets go of all when it ends; a connection lets go of its pages whenever another
// one has written. The allocator would unmap that memory, map it anew for the next statement, and the system would clear it each
// time: half of what storing a record cost (decision 594). It keeps an arena of which a piece is in use, so one of each is held.
type spare struct {
	tls  *libc.TLS
	held []uintptr
}

// The allocator takes memory from the system by arenas, each for pieces of one size. SQLite asks for these most: a kilobyte of a
// copy, and a page, with what it adds to them.
const (
	arena       = 64 << 10
	spareOfEach = 8 * arena
	copied      = 2000
	page        = 8000
)

func keepSpare() *spare {
	s := &spare{tls: libc.NewTLS()}
	s.keep(spareOfEach/copied, func() uintptr { return libc.Xmalloc(s.tls, copied) })
	s.keep(spareOfEach/page, func() uintptr { return libc.Xmalloc(s.tls, page) })
	return s
}

// keep asks for so many pieces and gives all back but one of each arena.
func (s *spare) keep(n int, ask func() uintptr) {
	rest, known := make([]uintptr, 0, n), map[uintptr]bool{}
	for range n {
		p := ask()
		if at := p &^ (arena - 1); p != 0 && !known[at] {
			known[at], s.held = true, append(s.held, p)
		} else {
			rest = append(rest, p)
		}
	}
	for _, p := range rest {
		libc.Xfree(s.tls, p)
	}
}

// free lets the allocator give everything back.
func (s *spare) free() {
	for _, p := range s.held {
		libc.Xfree(s.tls, p)
	}
	s.held = nil
	s.tls.Close()
}
