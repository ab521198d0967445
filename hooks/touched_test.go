package hooks_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/testapp"
)

// touched says what a door did to the database: a line for each table and kind of change.
func touched(changes []testapp.Change) string {
	lines := map[string]int{}
	for _, c := range changes {
		switch columns := c.Columns(); {
		case c.Before == nil:
			lines[c.Table+" new"]++
		case c.After == nil:
			lines[c.Table+" gone"]++
		default:
			lines[c.Table+" changed: "+strings.Join(columns, " ")]++
		}
	}
	var b strings.Builder
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&b, "  %d %s\n", lines[line], line)
	}
	return b.String()
}

// What a door does for one family is written down, table by table and column by column, and no row of the family next door moves.
func TestEachDoorTouchesItsOwnRows(t *testing.T) {
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
		fmt.Fprintf(&said, "%s\n%s", d.name, touched(changes))
		for _, c := range changes {
			if c.Before != nil && !d.both && c.Names(other.ids()) && !c.Names(own.ids()) {
				t.Errorf("%s: a row of the neighbour's in %s: %v", d.name, c.Table, c.Columns())
			}
		}
		before = after
	}
	const golden = "testdata/touched.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(said.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || string(want) != said.String() {
		t.Errorf("a door touches other rows than %s says (%v); -update writes it anew:\n%s", golden, err, said.String())
	}
}
