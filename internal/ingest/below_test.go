package ingest

import (
	"slices"
	"testing"

	"doorstep/collections"
)

// Rows without an id get that of their place below the row around them.
func TestEachRowBelowIsNamedByWhereItStands(t *testing.T) {
	whole := newRow("f", "")
	room := newRow("f_room", "")
	room.path = "room[1]/"
	bed := newRow("f_room_bed", "")
	bed.path = "room[1]/bed[1]/"
	known := newRow("f_room_bed", "known")
	known.path = "room[1]/bed[2]/"
	room.below["f_room_bed"] = []*row{bed, known}
	whole.below["f_room"] = []*row{room}
	var got []string
	whole.eachBelow("record", "", func(path, id string) { got = append(got, path+id) })
	outer := collections.RowID("record", "f_room", "", 1)
	want := []string{"room[1]/" + outer, "room[1]/bed[1]/" + collections.RowID("record", "f_room_bed", outer, 1), "room[1]/bed[2]/known"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
