package work

import (
	"math"
	"testing"

	"doorstep/internal/access"
)

// TestTheEndsOfASample tries what is just within and just beyond: the error names what is wrong, and nothing else is.
func TestTheEndsOfASample(t *testing.T) {
	for _, c := range []struct {
		count   int
		percent float64
		seed    string
		fits    bool
	}{
		{0, 100, "a", true}, {0, 100.1, "a", false}, {0, 0, "a", false}, {0, -1, "a", false}, {0, math.NaN(), "a", false}, {1, 0, "a", true},
		{1, 1, "a", false}, {-1, 1, "a", false}, {mostOfEach, 0, "a", true}, {mostOfEach + 1, 0, "a", false}, {0, 5, "", false},
		{0, 5, string(make([]byte, longSeed)), true}, {0, 5, string(make([]byte, longSeed+1)), false},
	} {
		s := Sample{Count: c.count, Percent: c.percent, Seed: c.seed}
		if err := s.fits(access.Shell()); (err == nil) != c.fits {
			t.Errorf("%d, %v, a seed of %d: %v", c.count, c.percent, len(c.seed), err)
		}
	}
	for _, c := range []struct {
		count   int
		percent float64
		of      int
		want    int
	}{
		{3, 0, 10, 3}, {3, 0, 2, 2}, {0, 100, 7, 7}, {0, 1, 7, 1}, {0, 50, 7, 4}, {0, 50, 0, 0},
	} {
		if got := (&Sample{Count: c.count, Percent: c.percent}).size(c.of); got != c.want {
			t.Errorf("%d or %v%% of %d is %d, want %d", c.count, c.percent, c.of, got, c.want)
		}
	}
}
