package turn

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// Slots go round by worker, and a waiter that leaves does not keep one.
func TestSlotsGoRound(t *testing.T) {
	turn := New(1)
	if err := turn.Take(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	got := make(chan string)
	wait := func(ctx context.Context, who string, before int) {
		go func() {
			if turn.Take(ctx, who) == nil {
				got <- who
			}
		}()
		for queued(turn) <= before {
			time.Sleep(time.Millisecond)
		}
	}
	gone, leave := context.WithCancel(t.Context())
	for i, who := range []string{"a", "a", "a", "b", "c"} {
		wait(t.Context(), who, i)
	}
	wait(gone, "d", 5)
	leave()
	var order []string
	for range 5 {
		turn.Give()
		order = append(order, <-got)
	}
	if fmt.Sprint(order) != "[a b c a a]" {
		t.Errorf("order %v", order)
	}
	turn.Give()
	for range 2 { // nobody waits: the slot is free again
		if err := turn.Take(t.Context(), "e"); err != nil {
			t.Fatal(err)
		}
		turn.Give()
	}
}

func queued(t *Turns) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, w := range t.waiting {
		n += len(w)
	}
	return n
}
