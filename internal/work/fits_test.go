package work

import (
	"math"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/problem"
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

// TestWhatIsWrongWithASampleIsNamed has one thing wrong at a time, for somebody of one district.
func TestWhatIsWrongWithASampleIsNamed(t *testing.T) {
	boss := access.Actor{ID: "m", Role: access.Manager, Territory: []string{"990101"}}
	for want, s := range map[string]Sample{
		"":        {Count: 1, Seed: "a", Within: "990101001", Due: "2026-12-31"},
		"within":  {Count: 1, Seed: "a", Within: "990102"},
		"count":   {Seed: "a"},
		"percent": {Percent: 101, Seed: "a"},
		"seed":    {Count: 1},
		"due":     {Count: 1, Seed: "a", Due: "2026-02-30"},
	} {
		err := s.fits(boss)
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != problem.New(problem.BadParameter, want).Error()) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// TestTheFirstOfASampleAreKept puts interviews in the order of their keys, whichever comes first, and no more than are wanted; the order
// hangs on the seed and the record alone.
func TestTheFirstOfASampleAreKept(t *testing.T) {
	for most, want := range map[int]string{0: "", 1: "a", 3: "abc", 9: "abcde"} {
		for _, come := range []string{"abcde", "edcba", "cadbe"} {
			var first []*Interview
			for _, key := range come {
				first = keep(first, &Interview{key: string(key)}, most)
			}
			got := ""
			for _, one := range first {
				got += one.key
			}
			if got != want {
				t.Errorf("of %s the first %d are %q", come, most, got)
			}
		}
	}
	one := &Sample{Seed: "a"}
	if one.order("x") != (&Sample{Seed: "a", Count: 5}).order("x") || one.order("x") == one.order("y") || one.order("x") == (&Sample{Seed: "b"}).order("x") {
		t.Error("the order hangs on something else")
	}
}
