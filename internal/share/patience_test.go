package share

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// single lets one request be worked on and one wait.
var single = Limits{Work: 1, Open: 2, Line: 1}

// TestWaitingHasAnEnd: one too many is refused after a second, and whoever waits is patient for twenty, and leaves nothing behind.
func TestWaitingHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		first, _ := s.Begin(t.Context(), "a", single)
		gone := make(chan time.Time)
		begun := time.Now()
		go func() {
			if _, ok := s.Begin(t.Context(), "a", single); ok {
				t.Error("it begins beside the first")
			}
			gone <- time.Now()
		}()
		synctest.Wait()
		if _, ok := s.Begin(t.Context(), "a", single); ok || time.Since(begun) != refusal {
			t.Errorf("one too many: %t after %v", ok, time.Since(begun))
		}
		if waited := (<-gone).Sub(begun); waited != patience {
			t.Errorf("it waited %v", waited)
		}
		if n := s.names["a"]; len(n.line) != 0 || n.open != 1 {
			t.Errorf("%+v", n)
		}
		first.End()
		second, ok := s.Begin(t.Context(), "a", single)
		if !ok {
			t.Fatal("refused, though nothing is worked on")
		}
		second.End()
	})
}

// TestWhatWasBegunGoesOn beside what came in its place while it waited for the network, when that takes longer than anybody is patient.
func TestWhatWasBegunGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		first, _ := s.Begin(t.Context(), "a", single)
		var second *Turn
		begun := time.Now()
		first.wait(func() { second, _ = s.Begin(context.Background(), "a", single) })
		if n := s.names["a"]; time.Since(begun) != patience || len(n.back) != 0 || n.work != 1 {
			t.Errorf("after %v: %+v", time.Since(begun), n)
		}
		first.End()
		second.End()
		if n := s.names["a"]; n.work != 0 || n.open != 0 || s.turns != 0 || len(s.working) != 0 {
			t.Errorf("left: %+v", n)
		}
	})
}

// TestWorkIsPaidFor by the time that it took, without what the network took of it.
func TestWorkIsPaidFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		s.cores = 1
		turn, _ := s.Begin(t.Context(), "a", single)
		time.Sleep(time.Second)
		turn.wait(func() { time.Sleep(time.Minute) })
		time.Sleep(1500 * time.Millisecond)
		turn.End()
		if debt := time.Until(s.names["a"].paid); debt != 2*time.Second {
			t.Errorf("it pays for %v", debt)
		}
	})
}

// TestWhatControlsAnAnswerReachesIt: flushing gives way as writing does, and the rest is found behind it.
func TestWhatControlsAnAnswerReachesIt(t *testing.T) {
	s := New()
	turn, _ := s.Begin(t.Context(), "a", single)
	w := httptest.NewRecorder()
	out := turn.Response(w)
	if err := http.NewResponseController(out).Flush(); err != nil || !w.Flushed {
		t.Errorf("flushed %t: %v", w.Flushed, err)
	}
	if behind, ok := out.(interface{ Unwrap() http.ResponseWriter }); !ok || behind.Unwrap() != http.ResponseWriter(w) {
		t.Error("another answer is behind it")
	}
	called := 0
	Wait(w, func() { called++ }) // an answer that is nobody's turn
	Wait(out, func() {
		if called++; s.names["a"].work != 0 {
			t.Error("it is worked on while it waits")
		}
	})
	if turn.End(); called != 2 {
		t.Errorf("called %d times", called)
	}
}

// TestWhoOwesWaitsWhileEveryCoreIsBusy, be it with those who owe more; and a name waits once for what is full, with all that it would begin.
func TestWhoOwesWaitsWhileEveryCoreIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		s.cores = 1
		s.names["more"], s.names["less"] = &name{limits: small, paid: time.Now().Add(time.Hour)}, &name{limits: small, paid: time.Now().Add(time.Minute)}
		busy, _ := s.Begin(t.Context(), "more", small)
		if _, ok := s.Begin(t.Context(), "less", small); ok {
			t.Error("it begins beside a busy core")
		}
		busy.End()
		var all []*Turn
		for i := range atOnce {
			turn, _ := s.Begin(t.Context(), string(rune('a'+i)), small)
			all = append(all, turn)
		}
		for range 2 {
			go func() {
				if turn, ok := s.Begin(t.Context(), "new", small); ok {
					turn.End()
				}
			}()
		}
		if synctest.Wait(); s.queued() != 1 || len(s.names["new"].line) != 2 {
			t.Errorf("%d names wait, %d requests", s.queued(), len(s.names["new"].line))
		}
		for _, turn := range all {
			turn.End()
		}
	})
}
