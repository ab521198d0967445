package identity_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/testapp"
)

// visits are records about two households and their people, as TestVisitsToAHousehold and TestTheLastInterview say.
var visits = []struct{ id, household, campaign, worker, person, row, started, received, outcome, state string }{
	{"a1", "h1", "c1", "w1", "", "", "2026-11-01 02", "2026-11-01 09", "2.22", ""},
	{"a2", "h1", "c1", "w1", "", "", "2026-11-01 02", "2026-11-01 09", "2.22", ""},
	{"a3", "h1", "c1", "w1", "", "", "2026-11-02 02", "2026-11-02 09", "1.1", collections.Rejected},
	{"a4", "h1 merged", "c1", "w1", "", "", "2026-11-03 02", "2026-11-03 09", "2.22", ""},
	{"b1", "h1", "c2", "w1", "p1", "", "2026-11-04 02", "2026-11-04 09", "1.1", ""},
	{"b2", "h1", "c2", "w1", "p9", "", "2026-11-04 03", "2026-11-05 09", "2.22", ""},       // of the same day
	{"b3", "h1", "c2", "w1", "", "p1 merged", "2026-11-05 02", "2026-11-05 09", "1.1", ""}, // of the whole household
	{"b4", "h1", "c2", "w1", "p1 merged", "", "", "2026-11-06 09", "1.1", ""},
	{"b5", "h1", "c2", "w2", "p1", "", "2026-11-06 09", "2026-11-07 10", "1.2", ""}, // as late, and received later
	{"b6", "h1", "c2", "w2", "p1", "", "2026-11-06 09", "2026-11-07 10", "1.1", ""},
	{"b7", "h1", "c2", "w2", "p1", "", "2026-11-08 09", "2026-11-08 10", "2.11", ""}, // a refusal
	{"d1", "h2", "c2", "w1", "p2", "p3", "2026-11-09 02", "2026-11-09 09", "1.1", ""},
}

// visited plants them, with p3, who lives elsewhere, and p4, who is damaged.
func visited(t *testing.T, app *testapp.App) {
	t.Helper()
	for _, row := range []struct{ table, id, into, area, last string }{
		{collections.Households, "h1", "", near, ""}, {collections.Households, "h1 merged", "h1", near, ""}, {collections.Households, "h2", "", near, ""},
		{collections.Persons, "p1", "", near, "b5"}, {collections.Persons, "p1 merged", "p1", near, "b5"}, {collections.Persons, "p2", "", near, "d1"},
		{collections.Persons, "p3", "", away, "d1"}, {collections.Persons, "p4", "", near, "d1"},
	} {
		of := map[string]any{"id": row.id, "merged_into": row.into, "area": row.area, "active": true, "rev": 1}
		if row.table == collections.Persons {
			of["name"], of["last_record"] = row.id, row.last
		}
		app.Plant(t, row.table, of)
	}
	for i, v := range visits {
		at := func(hour string) string {
			if hour == "" {
				return ""
			}
			return hour + ":00:00.000Z"
		}
		app.Plant(t, "child_visits", map[string]any{"id": v.id, "household": v.household, "campaign": v.campaign, "worker": v.worker, "person": v.person, "area": near,
			"started_at": at(v.started), "received_at": at(v.received), "outcome": v.outcome, "review_state": cmp.Or(v.state, "received"), "rev": 1})
		if v.row != "" {
			app.Plant(t, "child_visit_children", map[string]any{"id": fmt.Sprint("row", i), "visit": v.id, "person": v.row})
		}
	}
	app.Plant(t, "child_visit_children", map[string]any{"id": "damaged", "visit": "d1", "person": "p4"})
	write(t, app, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE persons SET sealed='x'||sealed WHERE id='p4'`)
		return err
	})
}

var surveys = collections.Surveys{Rows: map[string][]string{"child_visits": {"child_visit_children"}}}

// TestVisitsToAHousehold counts each visit once: what was rejected is none, records of one worker's day about its people are one, and those to
// a household that was merged count.
func TestVisitsToAHousehold(t *testing.T) {
	app := testapp.New(t)
	visited(t, app)
	read := collections.Read(app.TestApp)
	for _, c := range []struct {
		household string
		tables    []string
		also      []identity.Visit
		want      string
	}{
		{"h1", []string{"child_visits"}, nil, `{"c1":3,"c2":5}`},
		{"h1", []string{"child_visits"}, []identity.Visit{{Record: "a2", Campaign: "c3"}}, `{"c1":2,"c2":5,"c3":1}`},
		{"h1", []string{"child_visits"}, []identity.Visit{{Record: "new", Campaign: "c2", Worker: "w1", At: "2026-11-04T20:00", Person: true}}, `{"c1":3,"c2":5}`},
		{"h1", []string{"child_visits", "elderly_surveys"}, nil, `{"c1":3,"c2":5}`},
		{"h1 merged", []string{"child_visits"}, nil, `{"c1":1}`}, {"h2", []string{"child_visits"}, nil, `{"c2":1}`},
		{"", []string{"child_visits"}, []identity.Visit{{Record: "new", Campaign: "c2"}}, `{"c2":1}`}, {"h1", nil, nil, `{}`},
	} {
		if got, err := identity.Attempts(read, c.tables, c.household, c.also...); err != nil || got != c.want {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
	before := app.Picture(t)
	recount := func(id string, may bool) func() error {
		return func() error {
			return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
				return identity.Recount(db, []string{"child_visits"}, id, func(h identity.Household) bool { return may && h.ID == "h1" }, now)
			})
		}
	}
	if err := errors.Join(recount("h1", false)(), recount("h2", true)(), recount("nobody", true)()); err != nil || len(app.Moved(t, before)) > 0 {
		t.Errorf("%v: %q", err, app.Moved(t, before))
	}
	app.FailsAtEach(t, "recount", recount("h1 merged", true))
	if got := app.Clear(t, collections.Households, "id='h1'", "attempts"); got[0][0] != `{"c1":3,"c2":5}` || len(app.Moved(t, before)) != 1 {
		t.Errorf("%q, %q", got, app.Moved(t, before))
	}
}

// TestTheLastInterview takes interviews with one person back, the newest first, and then in again: the next is the last, and who lives
// elsewhere or is damaged stays as they are.
func TestTheLastInterview(t *testing.T) {
	app := testapp.New(t)
	visited(t, app)
	step := func(record, state string, do func(identity.Register, string, string) error) func() error {
		return func() error {
			return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
				if _, err := db.Exec(`UPDATE child_visits SET review_state=? WHERE id=?`, state, record); err != nil {
					return err
				}
				r := identity.Register{DB: db, Surveys: func() collections.Surveys { return surveys }, Reach: within, Now: now}
				return do(r, "child_visits", record)
			})
		}
	}
	order := []string{"b5", "b6", "b4", "b3", "b1", ""}
	last := func() string { return app.Clear(t, collections.Persons, "id='p1'", "last_record")[0][0] }
	for i, record := range order[:5] {
		if err := step(record, collections.Rejected, identity.Register.Discount)(); err != nil || last() != order[i+1] {
			t.Errorf("without %s: %s, %v", record, last(), err)
		}
	}
	for i, record := range slices.Backward(order[:5]) {
		if err := step(record, "received", identity.Register.Count)(); err != nil || last() != order[i] {
			t.Errorf("with %s again: %s, %v", record, last(), err)
		}
	}
	before := app.Picture(t)
	for _, record := range []string{"b5", "b1", "b7"} { // the last itself, one before it, and no interview
		if err := step(record, "received", identity.Register.Count)(); err != nil || len(app.Moved(t, before)) > 0 {
			t.Errorf("%s counts already: %q, %v", record, app.Moved(t, before), err)
		}
	}
	app.FailsAtEach(t, "discount", step("d1", collections.Rejected, identity.Register.Discount))
	app.FailsAtEach(t, "count", step("d1", "received", identity.Register.Count))
	if got := app.Moved(t, before); !slices.Equal(got, []string{"households h2: attempts rev updated", "persons p2: rev updated"}) {
		t.Errorf("%q", got)
	}
}
