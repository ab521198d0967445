package body

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"doorstep/internal/problem"
)

func read(t *testing.T, room *Room, who string, n int) (*Body, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("x", n)))
	if err != nil {
		t.Fatal(err)
	}
	return Read(r, 1<<20, room, who)
}

// One who takes all that can be had leaves as much as that for the next, and what is small always finds room.
func TestNobodyTakesAllTheRoom(t *testing.T) {
	room := NewRoom(400 << 10)
	var greedy []*Body
	taken := 0
	for range 20 {
		b, err := read(t, room, "greedy", 30<<10)
		greedy = append(greedy, b)
		if err == nil {
			taken++
		} else if problem.As(err).Code != problem.Busy {
			t.Fatal(err)
		}
	}
	if taken == 0 || taken > 7 { // half of it
		t.Errorf("%d bodies of 30 kB in a room of 400 kB", taken)
	}
	for _, n := range []int{0, firstRead, 60 << 10} {
		b, err := read(t, room, "modest", n)
		if err != nil || len(b.Bytes) != n {
			t.Errorf("%d bytes beside it: %v", n, err)
		}
		b.Release()
	}
	if b, err := read(t, room, "greedy", firstRead-1); err != nil || len(b.Bytes) != firstRead-1 {
		t.Errorf("what is small: %v", err)
	}
	for _, b := range greedy {
		b.Release()
	}
	if room.free != 400<<10 || len(room.held) != 0 {
		t.Errorf("%d bytes are free in the end, held %v", room.free, room.held)
	}
}

// What somebody else's parser reads is counted in the same room, as often as it weighs.
func TestAReaderTakesRoom(t *testing.T) {
	room := NewRoom(1 << 20)
	tell := func(err error) error { return errors.Join(io.ErrClosedPipe, err) }
	for name, c := range map[string]struct {
		bytes int
		code  problem.Code
	}{"small": {firstRead, ""}, "fits": {30 << 10, ""}, "weighs too much": {60 << 10, problem.Busy}, "too long": {70 << 10, problem.TooLarge}} {
		t.Run(name, func(t *testing.T) {
			held := room.For("a")
			in := held.Reader(io.NopCloser(strings.NewReader(strings.Repeat("x", c.bytes))), 64<<10, 16, tell)
			if c.code == problem.TooLarge {
				held.room = NewRoom(1 << 30)
			}
			got, err := io.ReadAll(in)
			if c.code == "" && (err != nil || len(got) != c.bytes) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if c.code != "" && (problem.As(err).Code != c.code || !errors.Is(err, io.ErrClosedPipe)) {
				t.Errorf("%v, want %s", err, c.code)
			}
			held.Release()
		})
	}
}

// TestRoomAtItsEdges holds as much as is left for others and not a byte more, and a body that is as long as it may be.
func TestRoomAtItsEdges(t *testing.T) {
	room := NewRoom(100)
	a, b := room.For("a"), room.For("a")
	if err := a.Take(20); err != nil {
		t.Fatal(err)
	}
	if err := b.Take(31); problem.As(err).Code != problem.Busy || b.took != 0 { // 51 held, 49 free
		t.Errorf("more than is left: %v", err)
	}
	if err := b.Take(30); err != nil { // 50 and 50
		t.Errorf("as much as is left: %v", err)
	}
	a.Release()
	if a.Release(); room.free != 70 || room.held["a"] != 30 {
		t.Errorf("released twice: %d free, %v", room.free, room.held)
	}
	b.Release()
	for _, n := range []int{0, firstRead - 1, firstRead, firstRead + 1, 2*firstRead + 1} {
		for _, more := range []int{0, 1} {
			room := NewRoom(1 << 20)
			held := room.For("a")
			got, err := held.ReadAll(strings.NewReader(strings.Repeat("x", n+more)), int64(n))
			if more == 0 && (err != nil || len(got) != n) || more == 1 && problem.As(err).Code != problem.TooLarge {
				t.Errorf("%d bytes of %d: %d, %v", n+more, n, len(got), err)
			}
			if want := max(n+1-firstRead, 0); more == 0 && held.took > int64(want) {
				t.Errorf("%d bytes hold %d of the room", n, held.took)
			}
			held.Release()
			passed := room.For("b")
			read, err := io.ReadAll(passed.Reader(io.NopCloser(strings.NewReader(strings.Repeat("x", n+more))), int64(n), 3, func(err error) error { return err }))
			if more == 0 && (err != nil || len(read) != n) || more == 1 && problem.As(err).Code != problem.TooLarge {
				t.Errorf("%d bytes of %d passed on: %d, %v", n+more, n, len(read), err)
			}
			if want := 3 * max(n-firstRead, 0); more == 0 && passed.took != int64(want) {
				t.Errorf("%d bytes passed on hold %d of the room, want %d", n, passed.took, want)
			}
		}
	}
	begins := &rereading{}
	held := NewRoom(1).For("a")
	for _, in := range []io.ReadCloser{begins, io.NopCloser(strings.NewReader(""))} {
		held.Reader(in, 1, 1, nil).(interface{ Reread() }).Reread()
	}
	if begins.times != 1 {
		t.Errorf("began again %d times", begins.times)
	}
}

type rereading struct {
	io.ReadCloser
	times int
}

func (r *rereading) Reread() { r.times++ }

// connection keeps what its read deadline was set to.
type connection struct{ read []time.Time }

func (c *connection) SetReadDeadline(at time.Time) error {
	c.read = append(c.read, at)
	return nil
}

type reader func(p []byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }
func (reader) Close() error                 { return nil }

func TestPace(t *testing.T) {
	long := int64(patience/time.Second) * leastRate
	for name, c := range map[string]struct {
		window time.Duration // how long ago it began
		got    int64         // in it
		begun  time.Duration
		slow   bool
	}{
		"just begun":         {},
		"fast":               {patience, long, patience, false},
		"drop by drop":       {patience, long - 1, patience, true},
		"not yet to be told": {patience / 2, 1, patience / 2, false},
		"for ever":           {patience, long, longest + time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			line := &connection{}
			p := &paced{ReadCloser: reader(func(p []byte) (int, error) { return 1, nil }), connection: line, begun: now.Add(-c.begun), window: now.Add(-c.window), got: c.got}
			_, err := p.Read(make([]byte, 9))
			if errors.Is(err, errSlow) != c.slow {
				t.Errorf("%v, slow %v", err, c.slow)
			}
			want := c.got + 1 // what is read counts, in a window of its own once one is over
			if c.window == patience {
				want = 1
			}
			if !c.slow && (p.got != want || (c.window == patience) != p.window.After(now)) {
				t.Errorf("%d bytes in the window, want %d", p.got, want)
			}
			if !c.slow && (len(line.read) != 1 || line.read[0].Before(now.Add(patience-time.Second))) {
				t.Errorf("deadlines %v", line.read)
			}
		})
	}
}

// TestADeadlineIsPutOffNowAndThen asks nothing of the connection at every byte, nor after the end.
func TestADeadlineIsPutOffNowAndThen(t *testing.T) {
	line := &connection{}
	var end error
	p := Pace(reader(func([]byte) (int, error) { return 1, end }), line).(*paced)
	for _, step := range []struct {
		since time.Duration // the last time that it was put off
		end   error
		sets  int
	}{{0, nil, 1}, {patience / 20, nil, 1}, {patience / 5, nil, 2}, {0, io.EOF, 3}, {patience / 5, nil, 3}} {
		p.put, end = p.put.Add(-step.since), step.end
		if n, err := p.Read(make([]byte, 9)); n != 1 || err != step.end || len(line.read) != step.sets {
			t.Errorf("%+v: %d, %v, %d deadlines", step, n, err, len(line.read))
		}
	}
}

// The read deadline goes with the body: one that passed later would end the request. One that was cut keeps it.
func TestPaceEndsWithTheBody(t *testing.T) {
	for _, end := range []error{io.EOF, os.ErrDeadlineExceeded} {
		line := &connection{}
		p := Pace(reader(func([]byte) (int, error) { return 0, end }), line)
		for range 2 {
			if _, err := p.Read(make([]byte, 9)); !errors.Is(err, end) {
				t.Errorf("%v, want %v", err, end)
			}
		}
		if off := line.read[len(line.read)-1].IsZero(); off != errors.Is(end, io.EOF) {
			t.Errorf("after %v: %v", end, line.read)
		}
	}
}
