package share

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var small = Limits{Work: 2, Open: 4, Line: 50}

// Fifty requests of one name are never worked on more than two at once, while another name's are begun; all come in the end.
func TestOneNameWorksOnLittleAtOnce(t *testing.T) {
	s := New()
	var hog sync.WaitGroup
	var working, most, done atomic.Int64
	free := make(chan struct{})
	begun := make(chan struct{}, 50)
	for range 50 {
		hog.Go(func() {
			turn, ok := s.Begin(t.Context(), "hog", small)
			if !ok {
				t.Error("refused")
				return
			}
			defer turn.End()
			n := working.Add(1)
			for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
			}
			begun <- struct{}{}
			<-free
			working.Add(-1)
			done.Add(1)
		})
	}
	<-begun
	<-begun
	for range 3 {
		turn, ok := s.Begin(t.Context(), "other", small)
		if !ok {
			t.Fatal("the other is refused")
		}
		turn.End()
	}
	close(free)
	hog.Wait()
	if most.Load() > 2 || done.Load() != 50 || s.turns != 0 || len(s.working) != 0 || s.names["hog"].open != 0 {
		t.Errorf("%d at once, %d done, %+v", most.Load(), done.Load(), s)
	}
}

// What waits for the network leaves its place to others of the name, as many as may be open.
func TestTheNetworkIsNoWork(t *testing.T) {
	s := New()
	stalled := make(chan struct{})
	var wait sync.WaitGroup
	for range small.Open - 1 {
		turn, ok := s.Begin(t.Context(), "a", small)
		if !ok {
			t.Fatal("refused")
		}
		inside := make(chan struct{})
		wait.Go(func() {
			turn.wait(func() { close(inside); <-stalled })
			turn.End()
		})
		<-inside
	}
	last, ok := s.Begin(t.Context(), "a", small)
	if !ok {
		t.Fatal("refused")
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if turn, ok := s.Begin(gone, "a", small); ok {
		t.Errorf("%d are open: %+v", small.Open, turn.name)
	}
	if n := s.names["a"]; n.work != 1 || len(n.line) != 0 {
		t.Errorf("%+v", n)
	}
	last.End()
	close(stalled)
	wait.Wait()
	if n := s.names["a"]; n.work != 0 || n.open != 0 || s.turns != 0 {
		t.Errorf("%+v", n)
	}
}

// Who has used up the own part waits for who has not, and only then: until that one is through, or the part has grown.
func TestWhoUsedMoreGivesWay(t *testing.T) {
	s := New()
	s.cores = 2
	now := time.Now()
	s.names["hog"] = &name{limits: small, paid: now.Add(time.Hour)}
	modest, ok := s.Begin(t.Context(), "modest", small)
	if !ok {
		t.Fatal("refused")
	}
	begun := make(chan *Turn)
	go func() {
		turn, _ := s.Begin(t.Context(), "hog", small)
		begun <- turn
	}()
	for !s.waits("hog") {
		runtime.Gosched()
	}
	if s.names["hog"].work != 0 {
		t.Error("the hog is worked on")
	}
	modest.End()
	hog := <-begun
	for _, who := range []string{"modest", "new"} { // a hog at work keeps nobody waiting
		turn, ok := s.Begin(t.Context(), who, small)
		if !ok {
			t.Fatal("refused")
		}
		turn.End()
	}
	hog.End()
}

// Whoever waits for others goes on by itself when the part has grown, also while those are still worked on.
func TestThePartGrowsAgain(t *testing.T) {
	t.Parallel()
	s := New()
	s.cores = 1
	s.names["hog"] = &name{limits: small, paid: time.Now().Add(30 * time.Millisecond)}
	modest, ok := s.Begin(t.Context(), "modest", small)
	if !ok {
		t.Fatal("refused")
	}
	hog, ok := s.Begin(t.Context(), "hog", small)
	if !ok {
		t.Fatal("refused in the end")
	}
	hog.End()
	modest.End()
	if s.behind[s.names["hog"]] || s.names["hog"].wake != nil {
		t.Errorf("%+v", s.names["hog"])
	}
}

func (s *Shares) waits(who string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.behind[s.names[who]]
}

func TestCharges(t *testing.T) {
	now := time.Now()
	for label, c := range map[string]struct {
		paid, took time.Duration // until when, from now on
		turns      int
		want       time.Duration
	}{
		"new":               {-time.Hour, 100 * time.Millisecond, 1, -saved + 200*time.Millisecond},
		"used up":           {time.Second, 100 * time.Millisecond, 1, 1200 * time.Millisecond},
		"beside many":       {time.Second, 100 * time.Millisecond, 8, 1050 * time.Millisecond},
		"not held for ever": {time.Second, time.Hour, 1, inDebt},
	} {
		t.Run(label, func(t *testing.T) {
			s := &Shares{cores: 2, turns: c.turns}
			n := &name{paid: now.Add(c.paid)}
			if s.charge(n, now.Add(-c.took), now); n.paid.Sub(now) != c.want {
				t.Errorf("%v, want %v", n.paid.Sub(now), c.want)
			}
		})
	}
}

// A name whose line is full is refused, and one that has all of its part again is forgotten.
func TestLinesEnd(t *testing.T) {
	s := New()
	one := Limits{Work: 1, Open: 1, Line: 1}
	turn, _ := s.Begin(t.Context(), "a", one)
	second := make(chan *Turn)
	go func() {
		t2, _ := s.Begin(t.Context(), "a", one)
		second <- t2
	}()
	for s.lined("a") == 0 {
		runtime.Gosched()
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, ok := s.Begin(gone, "a", one); ok {
		t.Error("a third is taken")
	}
	turn.End()
	(<-second).End()
	s.mu.Lock()
	s.names["a"].paid = time.Now().Add(-2 * saved)
	s.sweep = time.Time{}
	s.mu.Unlock()
	turn, _ = s.Begin(t.Context(), "b", one)
	if turn.End(); len(s.names) != 1 {
		t.Errorf("names %v", s.names)
	}
}

func (s *Shares) lined(who string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.names[who].line)
}

// A body and an answer give way, and nothing of them is lost.
func TestBodiesAndAnswersGiveWay(t *testing.T) {
	s := New()
	turn, _ := s.Begin(t.Context(), "a", small)
	var working []int
	look := func() { working = append(working, s.names["a"].work) }
	look()
	in := turn.Body(io.NopCloser(&spy{strings.NewReader("question"), look}))
	asked, err := io.ReadAll(in)
	w := httptest.NewRecorder()
	out := turn.Response(&spying{w, look})
	_, failed := io.WriteString(out, "answer")
	Wait(out, look)
	look()
	turn.End()
	late, _ := io.ReadAll(turn.Body(io.NopCloser(strings.NewReader("late"))))
	if string(asked) != "question" || err != nil || w.Body.String() != "answer" || failed != nil || string(late) != "late" {
		t.Errorf("%q %v, %q %v, %q", asked, err, w.Body, failed, late)
	}
	if want := []int{1, 0, 0, 0, 0, 1}; !slices.Equal(working, want) || s.names["a"].work != 0 {
		t.Errorf("worked on %v, want %v", working, want)
	}
}

type spy struct {
	io.Reader
	look func()
}

func (s *spy) Read(p []byte) (int, error) { s.look(); return s.Reader.Read(p) }

type spying struct {
	*httptest.ResponseRecorder
	look func()
}

func (s *spying) Write(p []byte) (int, error) { s.look(); return s.ResponseRecorder.Write(p) }

// While it is full names begin in the order in which they came, as others end or wait for the network; what was begun goes on.
func TestWhoBeginsWaitsWhileItIsFull(t *testing.T) {
	s := New()
	begin := func(who string) *Turn {
		turn, ok := s.Begin(t.Context(), who, small)
		if !ok {
			t.Errorf("%s is refused", who)
		}
		return turn
	}
	var all []*Turn
	for i := range atOnce * s.cores {
		all = append(all, begin(fmt.Sprint(i)))
	}
	began := make(chan string)
	turns := make(chan *Turn, 3)
	for i, who := range []string{"a", "b", "c"} {
		go func() {
			turns <- begin(who)
			began <- who
		}()
		for s.queued() <= i {
			runtime.Gosched()
		}
	}
	all[0].End()
	order := <-began
	all[1].wait(func() { order += <-began })
	if len(began) > 0 || s.queued() != 1 { // the one that waited goes on, whatever waits to begin
		t.Errorf("%d wait", s.queued())
	}
	all[1].End() // one more than may be worked on was
	all[2].End()
	if order += <-began; order != "abc" {
		t.Errorf("order %s", order)
	}
	for _, turn := range append(all[3:], <-turns, <-turns, <-turns) {
		turn.End()
	}
	if s.turns != 0 || s.queued() != 0 {
		t.Errorf("left: %+v", s)
	}
}

func (s *Shares) queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.full)
}
