package console

import (
	"testing"

	"doorstep/internal/grid"
)

// TestLevelAt: a map that goes nearer shows finer areas, each level at the zooms where it fits.
func TestLevelAt(t *testing.T) {
	levels := []grid.Level{grid.City, grid.District, grid.Street, grid.Community, grid.Grid}
	for zoom, want := range [...]int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4} {
		if got := levelAt(zoom); got != levels[want] {
			t.Errorf("zoom %d: %s, not %s", zoom, got, levels[want])
		}
	}
}
