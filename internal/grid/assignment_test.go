package grid

import (
	"reflect"
	"strings"
	"testing"
)

// town is two districts of Shenzhen's size and place: 440301 has a community of two 300 m grids side by side and one
// community without grids, 440302 lies 100 km to the north-east and has no outline.
func town() *Index {
	const x, y = 114.0, 22.5
	const side = 0.003
	wgsLon, wgsLat := GCJ02.ToWGS84(x+side/2, y+side/2)
	return NewIndex([]Area{
		{Code: "440301", Level: District, Boundary: one(square(x-0.1, y-0.1, 0.2))},
		{Code: "440301001001", Level: Community, Boundary: one(square(x, y, 2*side))},
		{Code: "440301001001001", Level: Grid, Boundary: one(square(x, y, side))},
		{Code: "440301001001002", Level: Grid, Boundary: one(square(x+side, y, side))},
		{Code: "440301001002", Level: Community, Boundary: one(square(x, y+2*side, 2*side))},
		{Code: "440301001003001", Level: Grid, Boundary: one(square(wgsLon-side/2, wgsLat-side/2, side))},
		{Code: "440302001001001", Level: Grid},
	})
}

func TestAssign(t *testing.T) {
	const g1, g2 = "440301001001001", "440301001001002"
	const lon, lat = 114.0015, 22.5015 // the middle of g1
	const far = "440301001003001"      // where g1 comes to lie when its middle is read as GCJ-02
	gcjLon, gcjLat := GCJ02.FromWGS84(lon, lat)
	house := func(area string) string { return area + strings.Repeat("1", 25-len(area)) }
	cases := []struct {
		name     string
		in       Input
		area     string
		method   Method
		outside  bool
		warnings []string
	}{
		{"point in a grid", Input{HasPoint: true, Lon: lon, Lat: lat, AccuracyM: 10}, g1, ByGPS, false, nil},
		{"point given as GCJ-02", Input{HasPoint: true, Lon: gcjLon, Lat: gcjLat, Datum: GCJ02, AccuracyM: 10}, g1, ByGPS, false, nil},
		{"point wins over household", Input{HasPoint: true, Lon: lon, Lat: lat, AccuracyM: 10, HouseholdArea: g2}, g1, ByGPS, false,
			[]string{HouseholdMismatch}},
		{"point just across the border is no mismatch", Input{HasPoint: true, Lon: 114.0029, Lat: lat, AccuracyM: 10, HouseholdArea: g2},
			g1, ByGPS, false, nil},
		{"vague point gives way to the household", Input{HasPoint: true, Lon: lon, Lat: lat, AccuracyM: 2000, HouseholdArea: g2},
			g2, ByHousehold, false, []string{AccuracyLow}},
		{"vague point is better than nothing", Input{HasPoint: true, Lon: lon, Lat: lat, AccuracyM: 2000}, g1, ByGPS, false,
			[]string{AccuracyLow}},
		{"point in a community without grids", Input{HasPoint: true, Lon: lon, Lat: 22.5075, AccuracyM: 10}, "440301001002", ByGPS, false, nil},
		{"point between grids, made precise by the household", Input{HasPoint: true, Lon: 114.0015, Lat: 22.4995, AccuracyM: 50, HouseholdArea: g1},
			g1, ByHousehold, false, nil},
		{"point in the district only, household elsewhere", Input{HasPoint: true, Lon: 113.95, Lat: 22.45, AccuracyM: 10, HouseholdArea: "440302001001001"},
			"440301", ByGPS, false, []string{HouseholdMismatch}},
		{"beside the city", Input{HasPoint: true, Lon: 114.10003, Lat: 22.5, AccuracyM: 10}, "440301", ByGPSNear, false, nil},
		{"far outside", Input{HasPoint: true, Lon: 115, Lat: 22.5, AccuracyM: 10, HouseholdArea: g1}, g1, ByHousehold, false,
			[]string{PointOutside, HouseholdMismatch}},
		{"receiver without a fix", Input{HasPoint: true, HouseholdArea: g1}, g1, ByHousehold, false, []string{PointInvalid}},
		{"latitude first", Input{HasPoint: true, Lon: 22.5, Lat: 114, HouseholdArea: g1}, g1, ByHousehold, false, []string{PointInvalid}},
		{"house code of a grid before the household", Input{HouseCode: house(g2), HouseholdArea: g1}, g2, ByHouseCode, false, nil},
		{"house code of a community", Input{HouseCode: house("440301001002")}, "440301001002", ByHouseCode, false, nil},
		{"house code of nowhere", Input{HouseCode: house("110101001001001")}, "", Unassigned, false, nil},
		{"house code cut short", Input{HouseCode: g2}, "", Unassigned, false, nil},
		{"household area no longer there", Input{HouseholdArea: "440301001009"}, "", Unassigned, false, nil},
		{"the worker's only grid", Input{WorkerTerritory: []string{g2}}, g2, ByWorkerGrid, false, nil},
		{"a worker of two grids", Input{WorkerTerritory: []string{g1, g2}}, "", Unassigned, false, nil},
		{"a worker of a community", Input{WorkerTerritory: []string{"440301001001"}}, "", Unassigned, false, nil},
		{"nothing known", Input{}, "", Unassigned, false, nil},
		{"outside the territory", Input{HasPoint: true, Lon: 114.001, Lat: lat, AccuracyM: 10, WorkerTerritory: []string{g2}}, g1, ByGPS, true,
			[]string{OutsideTerritory}},
		{"inside the territory", Input{HasPoint: true, Lon: lon, Lat: lat, WorkerTerritory: []string{"440302", "440301"}}, g1, ByGPS, false, nil},
		{"GCJ-02 sent as WGS-84, household known", Input{HasPoint: true, Lon: gcjLon, Lat: gcjLat, AccuracyM: 10, HouseholdArea: g1},
			g1, ByHousehold, false, []string{HouseholdMismatch, DatumSuspect}},
		{"GCJ-02 sent as WGS-84, territory known", Input{HasPoint: true, Lon: gcjLon, Lat: gcjLat, AccuracyM: 10, WorkerTerritory: []string{g1}},
			g1, ByWorkerGrid, false, []string{DatumSuspect}},
		{"GCJ-02 sent as WGS-84 lands in another grid", Input{HasPoint: true, Lon: lon, Lat: lat, AccuracyM: 10, HouseholdArea: far},
			g1, ByGPS, false, []string{HouseholdMismatch, DatumSuspect}},
		{"GCJ-02 rightly labelled raises no suspicion", Input{HasPoint: true, Lon: gcjLon, Lat: gcjLat, Datum: GCJ02, AccuracyM: 10, HouseholdArea: g1},
			g1, ByGPS, false, nil},
	}
	idx := town()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Assign(idx, c.in)
			if got.Area != c.area || got.Method != c.method || got.OutsideTerritory != c.outside || !reflect.DeepEqual(got.Warnings, c.warnings) {
				t.Errorf("got %+v", got)
			}
			if !reflect.DeepEqual(got.Territory, c.in.WorkerTerritory) {
				t.Errorf("it was judged by the territory %v, and %v is kept", c.in.WorkerTerritory, got.Territory)
			}
			if got.Confidence < 0 || got.Confidence > 1 || (got.Area == "") != (got.Confidence == 0) {
				t.Errorf("confidence %v for area %q", got.Confidence, got.Area)
			}
			for _, w := range got.Warnings {
				if i := Issue(w, "visit/location"); i.ZH == "" || i.EN == "" || i.Code != w {
					t.Errorf("warning %q has no words", w)
				}
			}
		})
	}
}
