package dataset

import (
	"testing"

	"doorstep/internal/disclosure"
)

// As many persons, and as many different answers, as are asked for are enough.
func TestWhatAClassLacks(t *testing.T) {
	r, x := &risk{sel: Selection{K: 5, L: 2}}, &exposed{sensitive: []string{"illness", "income"}}
	for _, c := range []struct {
		persons   int
		diversity []uint8
		want      string
	}{
		{5, []uint8{2, 2}, ""}, {4, []uint8{2, 2}, "k"}, {5, []uint8{1, 2}, "l:illness"}, {5, []uint8{2, 1}, "l:income"}, {4, []uint8{1, 1}, "k l:illness l:income"},
	} {
		if got := r.below(x, disclosure.Class{Persons: c.persons, Diversity: c.diversity}); got != c.want {
			t.Errorf("%d persons, %v: %q, want %q", c.persons, c.diversity, got, c.want)
		}
	}
}
