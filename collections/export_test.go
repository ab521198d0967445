package collections

import (
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"
)

// Prepared is what write transactions have asked for.
func Prepared(app core.App) []string {
	s := statementsOf(app)
	s.mu.Lock()
	defer s.mu.Unlock()
	all := maps.Clone(s.wanted)
	for q := range s.ready {
		all[q] = true
	}
	return slices.Sorted(maps.Keys(all))
}
