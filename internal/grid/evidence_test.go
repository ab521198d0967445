package grid

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Near a border the point alone decides nothing for certain, and what else is known counts.
func TestEvidenceIsWeighed(t *testing.T) {
	const g1, g2 = "440301001001001", "440301001001002"
	const lat, border = 22.5015, 114.003
	const meter = 1 / metersPerDegree / 0.924
	house := func(area string) string { return area + strings.Repeat("1", 25-len(area)) }
	near := Input{HasPoint: true, Lon: border - 2*meter, Lat: lat, AccuracyM: 30}
	with := func(change func(*Input)) Input { in := near; change(&in); return in }
	clear := with(func(in *Input) { in.Lon = 114.0015; in.AccuracyM = 10 })
	cases := []struct {
		name      string
		in        Input
		area      string
		method    Method
		low, high float64
		reasons   []string
		warnings  []string
	}{
		{"the point alone", near, g1, ByGPS, 0.5, 0.6, []string{NearAnother}, []string{NearBorder}},
		{"the household beyond", with(func(in *Input) { in.HouseholdArea = g2 }), g2, ByHousehold, 0.6, 0.7, []string{NearAnother, "household_agrees"}, []string{NearBorder}},
		{"the household here", with(func(in *Input) { in.HouseholdArea = g1 }), g1, ByGPS, 0.7, 0.8, []string{NearAnother, "household_agrees"}, nil},
		{"house code and household beyond", with(func(in *Input) { in.HouseholdArea, in.HouseCode = g2, house(g2) }), g2, ByHouseCode, 0.85, 0.95,
			[]string{NearAnother, "house_code_agrees", "household_agrees"}, []string{NearBorder}},
		{"house code against household", with(func(in *Input) { in.HouseholdArea, in.HouseCode = g1, house(g2) }), g2, ByHouseCode, 0.5, 0.7,
			[]string{NearAnother, "house_code_agrees", "household_differs"}, []string{NearBorder}},
		{"the worker's own grid beyond", with(func(in *Input) { in.WorkerTerritory = []string{g2} }), g2, ByWorkerGrid, 0.5, 0.6,
			[]string{NearAnother, "worker_grid_agrees"}, []string{NearBorder}},
		{"a worker of the whole community says nothing of the two", with(func(in *Input) { in.WorkerTerritory = []string{"440301001001"} }), g1, ByGPS, 0.5, 0.6,
			[]string{NearAnother, "worker_grid_agrees"}, []string{NearBorder}},
		{"clear of the border nothing moves it", with(func(in *Input) {
			*in = clear
			in.HouseholdArea, in.HouseCode, in.WorkerTerritory = g2, house(g2), []string{g2}
		}), g1, ByGPS, 0.5, 0.75, []string{PointClear, "house_code_differs", "household_differs", "worker_grid_differs"},
			[]string{HouseCodeMismatch, HouseholdMismatch, NearBorder, OutsideTerritory}},
		{"clear of the border, the household elsewhere", with(func(in *Input) { *in = clear; in.HouseholdArea = g2 }), g1, ByGPS, 0.85, 0.95,
			[]string{PointClear, "household_differs"}, []string{HouseholdMismatch}},
		{"the table of house codes counts before the digits", Input{HouseCode: house(g2), HouseArea: g1}, g1, ByHouseCode, 0.8, 0.8,
			[]string{PointNone, "house_code_agrees"}, nil},
		{"a table that names no area is not asked", Input{HouseCode: house(g2), HouseArea: "440309"}, g2, ByHouseCode, 0.8, 0.8,
			[]string{PointNone, "house_code_agrees"}, nil},
		{"nothing", Input{}, "", Unassigned, 0, 0, []string{PointNone, Nothing}, nil},
	}
	idx := town()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Assign(idx, c.in)
			if got.Area != c.area || got.Method != c.method || got.Confidence < c.low || got.Confidence > c.high {
				t.Errorf("%+v", got)
			}
			if !slices.Equal(got.Reasons, c.reasons) || !slices.Equal(got.Warnings, c.warnings) {
				t.Errorf("because of %v, warning of %v", got.Reasons, got.Warnings)
			}
			if len(got.Words()) != len(got.Reasons) {
				t.Errorf("%v has no words for all", got.Reasons)
			}
		})
	}
}

// At a corner of four grids each is as likely: no more than a quarter is claimed.
func TestACornerIsAQuarter(t *testing.T) {
	const x, y, side = 114.0, 22.5, 0.003
	idx := NewIndex([]Area{
		{Code: "440301001001001", Level: Grid, Boundary: one(square(x, y, side))}, {Code: "440301001001002", Level: Grid, Boundary: one(square(x+side, y, side))},
		{Code: "440301001001003", Level: Grid, Boundary: one(square(x, y+side, side))}, {Code: "440301001001004", Level: Grid, Boundary: one(square(x+side, y+side, side))},
	})
	a := Assign(idx, Input{HasPoint: true, Lon: x + side, Lat: y + side, AccuracyM: 20})
	if len(a.Candidates) != 4 || a.Confidence < 0.24 || a.Confidence > 0.26 {
		t.Errorf("%+v", a)
	}
}

// Whatever is known, the candidates together are no more than certain, the chosen one is among them, and more evidence for an area
// never makes it less likely.
func TestEvidenceIsMonotone(t *testing.T) {
	const g1, g2 = "440301001001001", "440301001001002"
	idx := town()
	rapid.Check(t, func(t *rapid.T) {
		in := Input{HasPoint: true, Lon: rapid.Float64Range(114.0001, 114.0059).Draw(t, "lon"), Lat: rapid.Float64Range(22.5001, 22.5029).Draw(t, "lat"), AccuracyM: rapid.Float64Range(1, 120).Draw(t, "accuracy")}
		some := rapid.SampledFrom([]string{"", g1, g2})
		in.HouseholdArea = some.Draw(t, "household")
		before := Assign(idx, in)
		sum, among := 0.0, false
		for _, c := range before.Candidates {
			sum, among = sum+c.P, among || c.Area == before.Area
		}
		if sum > 1.05 || len(before.Candidates) > 0 && !among { // they are rounded
			t.Fatalf("%+v", before)
		}
		in.HouseArea = before.Area
		if after := Assign(idx, in); after.Area != before.Area || after.Confidence < before.Confidence-1e-9 {
			t.Fatalf("%+v\n%+v", before, after)
		}
	})
}
