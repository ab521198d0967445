package promises

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// play is a schedule from beginning to rest.
func play(t *testing.T, f fault, names []string) func(*rapid.T) {
	return func(run *rapid.T) {
		days := schedule(names).Draw(run, "schedule")
		w := newWorld(t, run, f)
		for _, s := range slices.Concat(days...) {
			w.do(s)
		}
		w.settle()
	}
}

// TestSchedule is promises 1, 2, 3, 4, 5, 7, 8, 11 and 14 under everything that can happen at once.
func TestSchedule(t *testing.T) {
	rapid.Check(t, play(t, sound, usual))
}
