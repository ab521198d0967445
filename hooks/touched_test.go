package hooks_test

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/corpora"
)

// What a door does for one family is written down, row by row, and no row of the family next door moves.
func TestEachDoorTouchesItsOwnRows(t *testing.T) {
	t.Parallel()
	s := writeStreet(t)
	var said strings.Builder
	own, other := s.twins[0], s.twins[1]
	before := s.app.Picture(t)
	for _, d := range theDoors(sealedCollections()) {
		if status, body := d.of(t, s, own); status >= 400 {
			t.Fatalf("%s: %d %.300s", d.name, status, body)
		}
		after := s.app.Picture(t)
		changes := after.Since(before)
		fmt.Fprintf(&said, "%s\n%s", d.name, touched(changes, idsOf(before, after)))
		for _, c := range changes {
			if c.Before != nil && !d.both && c.Names(other.ids()) && !c.Names(own.ids()) {
				t.Errorf("%s: a row of the neighbour's in %s: %v", d.name, c.Table, c.Columns())
			}
		}
		before = after
	}
	corpora.Golden(t, "testdata/touched.txt", said.String())
}
