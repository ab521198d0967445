package collections

import (
	"slices"
	"sync"

	"modernc.org/libc"
)

// spare is memory that SQLite's allocator does not give back to the system. A statement that fires a trigger first copies every
// page that it changes, some hundred kilobytes, and lets go of all when it ends; a connection lets go of its pages whenever another
// one has written. The allocator would unmap that memory, map it anew for the next statement, and the system would clear it each
// time: half of what storing a record cost (decision 594). It keeps an arena of which a piece is in use, so one of each is held.
type spare struct {
	tls  *libc.TLS
	mu   sync.Mutex
	held []uintptr
}

// The allocator takes memory from the system by arenas, each for pieces of one size. SQLite asks for these: a text that is bound, a
// kilobyte of a copy, what a trigger calculates with, a page, and a wide row, with what it adds to them.
const arena = 64 << 10

var spareOf = []struct{ size, pieces int }{
	{14, 200}, {30, 200}, {60, 200}, {120, 100}, {250, 100},
	{500, 130}, {1000, 64}, {2000, 250}, {4000, 30}, {8000, 56}, {16000, 9},
}

func keepSpare() *spare {
	s := &spare{tls: libc.NewTLS()}
	s.renew()
	return s
}

// renew holds arenas with room for a statement. Those that were held may be full: pages that are kept and prepared statements ask
// for the same sizes, and a statement would then ask the system again. So each transaction begins with it, which costs it some
// microseconds.
func (s *spare) renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.held
	s.held = nil
	for _, of := range spareOf {
		keep(s, libc.Xmalloc, of.pieces, of.size)
	}
	s.release(before)
}

// keep asks for so many pieces and gives all back but one of each arena. What malloc takes has a name of its own on each system.
func keep[size ~uint32 | ~uint64](s *spare, malloc func(*libc.TLS, size) uintptr, pieces, bytes int) {
	rest, arenas := make([]uintptr, 0, pieces), make([]uintptr, 0, 16)
	for range pieces {
		p := malloc(s.tls, size(bytes))
		if at := p &^ (arena - 1); p != 0 && !slices.Contains(arenas, at) {
			arenas, s.held = append(arenas, at), append(s.held, p)
		} else {
			rest = append(rest, p)
		}
	}
	s.release(rest)
}

func (s *spare) release(pieces []uintptr) {
	for _, p := range pieces {
		libc.Xfree(s.tls, p)
	}
}

// free lets the allocator give everything back.
func (s *spare) free() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(s.held)
	s.held = nil
	s.tls.Close()
}
