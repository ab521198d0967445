package hooks_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/testapp"
)

// A tablet that takes a map's coordinates for the earth's is told with its numbers, and its records stay as they were sent; one that is
// honest, and one whose points are off in another way, are not.
func TestATabletInAnotherDatumIsTold(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "9901"))
	other := app.Client(t, server, app.Worker(t, "S2", "supervisor", "990102002"))
	visits := func(staff string, d grid.Datum, from float64) (worker string) {
		t.Helper()
		w := app.Worker(t, staff, "field", gridA)
		tablet := app.Client(t, server, w).Register()
		for i := range 12 {
			lon, lat := d.FromWGS84(from+0.0003*float64(i), 22.55)
			point := fmt.Sprintf("%.7f %.7f 0 5", lat, lon)
			if r := push(t, tablet, operation(i+1, uuid.NewString(), childVisit(point, fmt.Sprintf("%s路 %d 号", staff, i))))[0]; r.Status != "stored" {
				t.Fatalf("%+v", r)
			}
		}
		return w.Id
	}
	gcj, bd := visits("F1", grid.GCJ02, 114.0062), visits("F2", grid.BD09, 114.0062)
	visits("F3", grid.WGS84, 114.0062)
	visits("F4", grid.WGS84, 114.05) // at home, far from all of their grids
	// The households of these are known to lie next door, by a record that is not of this tablet or by an import.
	for staff, source := range map[string]string{
		"F5": `'elsewhere'`,
		"F8": `m.id, area_method='import'`,
		"F6": `(SELECT MIN(id) || '-worker' FROM child_visits WHERE worker=m.worker)`,
		"F7": `(SELECT MIN(id) || '-device' FROM child_visits WHERE worker=m.worker)`,
	} {
		worker := visits(staff, grid.GCJ02, 114.0062)
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			_, err := db.Exec(`INSERT INTO child_visits (id, worker, device) SELECT MIN(id) || '-device', worker, 'another' FROM child_visits
				WHERE worker=?1 UNION ALL SELECT MIN(id) || '-worker', 'another', device FROM child_visits WHERE worker=?1`, worker)
			_, also := db.Exec(`UPDATE households SET area=?, source=`+source+` FROM child_visits m
				WHERE m.household=households.id AND m.worker=?`, gridNext, worker)
			return errors.Join(err, also)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	before := app.Picture(t)
	var told struct{ Items []oddDatum }
	boss.Want(200, get, "/api/doorstep/v1/quality/datums?form=child_visit", nil, &told)
	if len(told.Items) != 2 {
		t.Fatalf("%+v", told.Items)
	}
	for _, one := range told.Items {
		if want := map[string]string{gcj: "gcj02", bd: "bd09"}[one.Worker]; one.Looks != want || one.Device == "" || one.Points != 12 || one.Inside > 1 || one.Then != 12 ||
			one.EastM < 300 || one.EastM > 1300 {
			t.Errorf("%+v, not %s", one, want)
		}
	}
	if other.Want(200, get, "/api/doorstep/v1/quality/datums?form=child_visit", nil, &told); len(told.Items) != 0 {
		t.Errorf("another territory reads %+v", told.Items)
	}
	for _, c := range app.Picture(t).Since(before) {
		if c.Table == "child_visits" || c.Table == "households" {
			t.Errorf("looking changed %s: %v", c.Table, c.Columns())
		}
	}
}

type oddDatum struct {
	Device, Worker string
	Points, Inside int
	Looks          string  `json:"looks_like"`
	Then           int     `json:"inside_then"`
	EastM          float64 `json:"east_m"`
	NorthM         float64 `json:"north_m"`
}
