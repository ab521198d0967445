package reassign_test

import (
	"fmt"
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/reassign"
	"doorstep/internal/testapp"
)

// TestWaysEndAtTheBorder: who reads a job is told of the moves that begin or end in the own territory, counted by areas and tables, and of no others.
func TestWaysEndAtTheBorder(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	for n, m := range []struct{ job, collection, from, to string }{
		{"1", "child_visits", "990101001001001", "990101001001003"},
		{"1", "child_visits", "990101001001001", "990101001001003"},
		{"1", "households", "990101001001001", "990101001001003"},
		{"1", "households", "990101001001001", "990102001001001"},
		{"1", "households", "990102001001001", "990102001001002"},
		{"2", "households", "990101001001001", "990101001001003"},
	} {
		app.Plant(t, "area_moves", map[string]any{"id": fmt.Sprint("m", n), "job": m.job, "collection": m.collection, "record": fmt.Sprint("r", n),
			"area_from": m.from, "area": m.to, "moved": "2026-11-23 03:00:00.000Z"})
	}
	db := collections.Read(app.TestApp)
	within := reassign.Way{From: "990101001001001", To: "990101001001003", Collection: "child_visits", N: 2}
	houses := reassign.Way{From: "990101001001001", To: "990101001001003", Collection: "households", N: 1}
	across := reassign.Way{From: "990101001001001", To: "990102001001001", Collection: "households", N: 1}
	beside := reassign.Way{From: "990102001001001", To: "990102001001002", Collection: "households", N: 1}
	for _, c := range []struct {
		job, territory string
		want           []reassign.Way
	}{
		{"1", "9901", []reassign.Way{within, houses, across, beside}},
		{"1", "990101", []reassign.Way{within, houses, across}},
		{"1", "990102", []reassign.Way{across, beside}},
		{"1", "990101001001003", []reassign.Way{within, houses}},
		{"2", "9901", []reassign.Way{houses}},
		{"1", "990103", []reassign.Way{}},
		{"3", "9901", []reassign.Way{}},
	} {
		ways, err := reassign.Ways(db, c.job, territory.Of([]string{c.territory}))
		if err != nil || ways == nil || !slices.Equal(ways, c.want) {
			t.Errorf("job %s in %s: %+v %v", c.job, c.territory, ways, err)
		}
	}
	for _, c := range []struct {
		b     reassign.Between
		after string
		most  int
		want  []string
	}{
		{reassign.Between{Job: "1", From: "990101001001001", To: "990101001001003"}, "", 10, []string{"r0", "r1", "r2"}},
		{reassign.Between{Job: "1", From: "990101001001001", To: "990101001001003"}, "", 2, []string{"r0", "r1"}},
		{reassign.Between{Job: "1", From: "990101001001001", To: "990101001001003"}, "child_visits/m1", 10, []string{"r2"}},
		{reassign.Between{Job: "2", From: "990101001001001", To: "990101001001003"}, "", 10, []string{"r5"}},
		{reassign.Between{Job: "1", From: "990101001001001", To: "990101001001002"}, "", 10, nil},
	} {
		moves, err := reassign.List(db, c.b, c.after, c.most)
		var records []string
		for _, m := range moves {
			records = append(records, m.Record)
		}
		if err != nil || moves == nil || !slices.Equal(records, c.want) {
			t.Errorf("%+v after %q: %q %v", c.b, c.after, records, err)
		}
	}
}

// TestWhatAnAreaWas: each area is told with its own past, the oldest first, without what was never in use, and with what it is while it is
// in use.
func TestWhatAnAreaWas(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	const made, first, second = "2026-01-01 00:00:00.000Z", "2026-02-01 00:00:00.000Z", "2026-03-01 00:00:00.000Z"
	const used, gone, beside = "990101001001001", "990101001001002", "990101001001003"
	for _, code := range []string{used, gone, beside} {
		app.Plant(t, "areas", map[string]any{"id": code, "code": code, "name": "今", "level": "grid", "active": code != gone, "created": made})
	}
	for n, r := range []struct{ code, from, to, kind string }{
		{used, first, second, "redrawn"}, {used, made, first, "redrawn"}, {used, made, first, "unused"}, {gone, made, second, "merged"},
	} {
		app.Plant(t, "area_revisions", map[string]any{"id": fmt.Sprint("r", n), "code": r.code, "name": "昔", "level": "grid",
			"parent": "990101001001", "expected_households": 0, "valid_from": r.from, "valid_to": r.to, "kind": r.kind, "became": "[]", "boundary": "null"})
	}
	for code, want := range map[string][]string{
		used:   {"昔 " + made + " " + first + " redrawn", "昔 " + first + " " + second + " redrawn", "今 " + second + "  "},
		gone:   {"昔 " + made + " " + second + " merged"},
		beside: {"今 " + made + "  "},
	} {
		all, err := reassign.History(collections.Read(app.TestApp), code)
		var past []string
		for _, r := range all {
			past = append(past, r.Name+" "+r.ValidFrom+" "+r.ValidTo+" "+r.Kind)
		}
		if err != nil || !slices.Equal(past, want) {
			t.Errorf("%s: %q %v, want %q", code, past, err, want)
		}
	}
}
