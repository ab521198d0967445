package body

import (
	"io"
	"sync"

	"doorstep/internal/problem"
)

// Room bounds what the bodies of all requests hold in memory together, from their first byte until they are answered.
// Whoever holds as much as is still free gets no more: one alone may fill half of it, two a third each, and there is
// always something left for the next.
type Room struct {
	mu   sync.Mutex
	free int64
	held map[string]int64 // by worker or address
}

// NewRoom makes room for so many bytes.
func NewRoom(bytes int64) *Room { return &Room{free: bytes, held: map[string]int64{}} }

// Held is what one request holds of a room.
type Held struct {
	room *Room
	who  string
	took int64
}

// For begins to hold nothing, in somebody's name.
func (r *Room) For(who string) *Held { return &Held{room: r, who: who} }

// Take holds so many bytes more. It fails with problem.Busy.
func (h *Held) Take(n int64) error {
	r := h.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held[h.who]+n > r.free-n {
		return problem.New(problem.Busy, "")
	}
	r.free -= n
	r.held[h.who] += n
	h.took += n
	return nil
}

// Release gives back everything.
func (h *Held) Release() {
	r := h.room
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free += h.took
	if r.held[h.who] -= h.took; r.held[h.who] == 0 {
		delete(r.held, h.who)
	}
	h.took = 0
}

// firstRead is how much of a body takes no room, whoever holds how much: a sign-in, a question, an empty push. A connection
// costs as much.
const firstRead = 4 << 10

// ReadAll takes room before it takes memory, as the bytes arrive. More than limit bytes are problem.TooLarge.
func (h *Held) ReadAll(in io.Reader, limit int64) ([]byte, error) {
	var b []byte
	for {
		if len(b) == cap(b) {
			if int64(len(b)) > limit {
				return nil, tooLong(limit)
			}
			grown := min(max(2*cap(b), firstRead), int(limit)+1)
			if more := int64(grown - max(cap(b), firstRead)); more > 0 {
				if err := h.Take(more); err != nil {
					return nil, err
				}
			}
			b = append(make([]byte, 0, grown), b...)
		}
		n, err := in.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > limit:
			return nil, tooLong(limit)
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, err
		}
	}
}

// Reader passes a body on to somebody else's parser, and holds weight bytes of room for each byte of it. Its end is an
// error of tell's making, from a problem.
func (h *Held) Reader(in io.ReadCloser, limit, weight int64, tell func(error) error) io.ReadCloser {
	return &metered{ReadCloser: in, held: h, left: limit, weight: weight, tell: tell}
}

type metered struct {
	io.ReadCloser
	held         *Held
	got          int64
	left, weight int64
	tell         func(error) error
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	if m.left -= int64(n); m.left < 0 {
		return 0, m.tell(problem.New(problem.TooLarge, ""))
	}
	m.got += int64(n)
	if more := min(m.got-firstRead, int64(n)); more > 0 {
		if busy := m.held.Take(more * m.weight); busy != nil {
			return 0, m.tell(busy)
		}
	}
	return n, err
}

// Reread is what the framework looks for, which reads bodies twice.
func (m *metered) Reread() {
	if again, ok := m.ReadCloser.(interface{ Reread() }); ok {
		again.Reread()
	}
}
