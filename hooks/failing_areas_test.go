package hooks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/grid"
)

// TestWhatIsLeftInAnAreaMovesLater gives a grid another code while what takes along the rest of it fails: that is told, and the next time
// nothing lies in the grid that is no more.
func TestWhatIsLeftInAnAreaMovesLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, gridB, "示例路 5 号", "钱大一", "")
	push(t, d.tablets[0], operation(90, "not an id", map[string]any{}))
	codes := []byte("房屋编码,区划代码\n4403000000010001," + gridB + "\n")
	o := grid.Options{Datum: grid.WGS84, Replace: true, Anyway: true, By: "x", Now: d.Doorstep.Now()}
	if _, err := grid.ImportHouseCodes(t.Context(), d.TestApp, grid.File{Name: "codes.csv", Data: codes}, o); err != nil {
		t.Fatal(err)
	}
	move := func() error {
		d.Advance(2 * time.Minute) // a job whose runner failed is another's by then
		return d.Doorstep.Reassign(t.Context(), d.TestApp)
	}
	was := gridB
	for n, statement := range []string{"UPDATE house_codes SET area=? WHERE area", "UPDATE submissions SET area=? WHERE area"} {
		code := fmt.Sprintf("990101001001%03d", 100+n)
		file := parcels(parcel(gridA, "甲", 114, 114.01), parcel(code, "乙", 114.01, 114.02))
		if _, err := grid.Import(t.Context(), d.TestApp, grid.File{Name: "grids.geojson", Data: []byte(file)}, o); err != nil {
			t.Fatal(err)
		}
		var err error
		failed := d.Failing(2, func(query string) bool { return !strings.HasPrefix(query, statement) }, func() { err = move() })
		if failed == "" || err == nil {
			t.Errorf("nothing was said, though this failed: %q", failed)
		}
		if err := move(); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"house_codes", "submissions", "child_visits", "households"} {
			if left := list(t, collections.Read(d.TestApp), `SELECT area FROM `+table+` WHERE area='`+was+`'`); len(left) > 0 {
				t.Errorf("%d rows of %s stayed behind after this had failed: %s", len(left), table, failed)
			}
		}
		was = code
	}
}
