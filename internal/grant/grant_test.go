package grant_test

import (
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/corpora"
	"doorstep/internal/grant"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

const here = "990101001001001"

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func at(d time.Duration) string { return collections.Stamp(now.Add(d)) }

func manager(id string, territory ...string) access.Act {
	return access.Act{Actor: access.Actor{ID: id, Role: access.Manager, Territory: territory}, Now: now}
}

// plantAmong inserts a grant among those that differ from it in one column.
func plantAmong(t *testing.T, app *testapp.App, row, others map[string]any) {
	t.Helper()
	app.PlantBeside(t, grant.Table, row, others)
	app.Plant(t, grant.Table, row)
}

// TestAGrantOpensForItsOwnerAlone has grants that differ from one that opens in a single column.
func TestAGrantOpensForItsOwnerAlone(t *testing.T) {
	app := testapp.New(t)
	plantAmong(t, app, map[string]any{"id": "look", "kind": "break_glass", "worker": "asker", "collection": "persons",
		"record": "somebody", "area": here, "status": "approved", "until": at(time.Millisecond)},
		map[string]any{"kind": "export", "worker": "other", "until": at(0)})
	before := app.Picture(t)
	for id, code := range map[string]problem.Code{"look": "", "look-kind": problem.NotFound, "look-worker": problem.NotFound,
		"look-until": problem.NotFound, "nothing": problem.NotFound} {
		g, err := grant.Open(collections.Read(app), manager("asker", "9901"), id)
		if got := codeOf(err); got != code || err == nil && (g.Record != "somebody" || g.Collection != "persons" || g.Area != here) {
			t.Errorf("%s: %+v %q, want %q", id, g, got, code)
		}
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("a look moved %q", moved)
	}
}

// TestAnEmergencyOpensOneRecord asks for a household among its neighbours: the grant is of its place and its id, and of nothing that
// is no record.
func TestAnEmergencyOpensOneRecord(t *testing.T) {
	app := testapp.New(t)
	const there = "990102001001001"
	for id, area := range map[string]string{"a-before": here, "home": there, "z-after": here} {
		app.Plant(t, collections.Households, map[string]any{"id": id, "area": area, "rev": 1, "address": "示例路 1 号"})
	}
	app.Plant(t, "forms", map[string]any{"id": "bare", "form_id": "bare", "version": "1", "tablename": ""}) // published without a table
	for _, step := range []struct {
		of   grant.Record
		code problem.Code
	}{
		{grant.Record{Collection: collections.Households, ID: "home"}, ""},
		{grant.Record{Collection: collections.Households, ID: "nothing"}, problem.NotFound},
		{grant.Record{Collection: collections.Workers, ID: "home"}, problem.NotFound},
		{grant.Record{Collection: "", ID: "home"}, problem.NotFound},
	} {
		before := app.Picture(t)
		g, err := grant.BreakGlass(t.Context(), app.TestApp, manager("asker", "9901"), step.of, "为查明险情 for a danger")
		want := ""
		if step.code == "" {
			want = grant.Table + " " + g.ID + " came"
		}
		if codeOf(err) != step.code || err == nil && (g.Area != there || g.Record != "home") {
			t.Errorf("%v: %+v %q, want %q", step.of, g, codeOf(err), step.code)
		}
		movedIs(t, app, before, want)
	}
}

// TestAnExportIsApprovedByAnotherManager has requests that differ from one that can be approved in a single column.
func TestAnExportIsApprovedByAnotherManager(t *testing.T) {
	app := testapp.New(t)
	plantAmong(t, app, map[string]any{"id": "ask", "kind": "export", "worker": "asker", "area": here, "status": "asked",
		"until": at(time.Millisecond)},
		map[string]any{"kind": "break_glass", "worker": "second", "area": "990102001001001", "status": "approved", "until": at(0)})
	made := audit.Entry{Actor: "asker", Action: audit.Configure, Collection: collections.Workers, Record: "made"}
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return audit.Append(db, now, made) }); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		by    access.Act
		id    string
		code  problem.Code
		moved string
	}{
		{manager("second", "990101"), "nothing", problem.NotFound, ""},
		{manager("second", "990101"), "ask-kind", problem.NotFound, ""},
		{manager("second", "990101"), "ask-area", problem.NotFound, ""},
		{manager("second", "990101"), "ask-worker", problem.GrantState, ""},
		{manager("second", "990101"), "ask-status", problem.GrantState, ""},
		{manager("second", "990101"), "ask-until", problem.GrantState, ""},
		{access.Act{Actor: access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{"990101"}}, Now: now}, "ask",
			problem.NotFound, ""},
		{manager("made", "990101"), "ask", problem.OwnColleague, ""},
		{manager("second", "990101"), "ask", "", "access_grants ask: approved_by status until updated"},
		{manager("third", "990101"), "ask", problem.GrantState, ""},
	} {
		before := app.Picture(t)
		err := grant.ApproveExport(t.Context(), app.TestApp, step.by, step.id)
		if got := codeOf(err); got != step.code {
			t.Errorf("%s by %s: %q, want %q", step.id, step.by.ID, got, step.code)
		}
		movedIs(t, app, before, step.moved)
	}
}

// TestAnApprovalIsSpentOnce has approvals that differ from one that can be spent in a single column.
func TestAnApprovalIsSpentOnce(t *testing.T) {
	app := testapp.New(t)
	asked := grant.Export{Form: "child_visit", States: "approved"}
	filter := "form=child_visit states=approved campaign="
	plantAmong(t, app, map[string]any{"id": "may", "kind": "export", "worker": "asker", "area": "9901", "status": "approved",
		"until": at(time.Millisecond), "filter": filter},
		map[string]any{"kind": "break_glass", "worker": "other", "area": "990101", "status": "asked", "until": at(0), "filter": filter + "spring"})
	for _, step := range []struct{ id, moved string }{
		{"may-kind", ""}, {"may-worker", ""}, {"may-status", ""}, {"may-until", ""}, {"may-filter", ""}, {"may-area", ""}, {"nothing", ""},
		{"may", "access_grants may: status updated"}, {"may", ""},
	} {
		before := app.Picture(t)
		err := grant.SpendExport(t.Context(), app.TestApp, manager("asker", "9901"), step.id, asked)
		if want := map[bool]problem.Code{true: problem.ApprovalNeeded}[step.moved == ""]; codeOf(err) != want {
			t.Errorf("%s: %q, want %q", step.id, codeOf(err), want)
		}
		movedIs(t, app, before, step.moved)
	}
}

// TestExceptionsAreOnRecord writes down all that an exception leaves in the database, and lets each statement fail: nothing is opened then.
func TestExceptionsAreOnRecord(t *testing.T) {
	app := testapp.New(t)
	app.Plant(t, collections.Households, map[string]any{"id": "home", "area": here, "rev": 1})
	var g grant.Grant
	asked, names, out := grant.Export{Form: "child_visit", States: "approved", Campaign: "spring"}, testapp.Names{}, ""
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"break glass", func() (err error) {
			g, err = grant.BreakGlass(t.Context(), app.TestApp, manager("asker", "990102"), grant.Record{Collection: collections.Households, ID: "home"}, "为查明险情 for a danger")
			return err
		}},
		{"open", func() error {
			_, err := grant.Open(collections.Read(app), manager("asker", "990102"), g.ID)
			return err
		}},
		{"ask", func() (err error) {
			g, err = grant.AskExport(t.Context(), app.TestApp, manager("asker", "990101"), asked, "统计所需 for statistics")
			return err
		}},
		{"approve", func() error { return grant.ApproveExport(t.Context(), app.TestApp, manager("second", "9901"), g.ID) }},
		{"spend", func() error {
			return grant.SpendExport(t.Context(), app.TestApp, manager("asker", "990101"), g.ID, asked)
		}},
	} {
		before := app.Picture(t)
		app.FailsAtEach(t, act.name, act.do)
		out += "# " + act.name + "\n" + app.Told(t, before, names)
	}
	corpora.Golden(t, "testdata/exceptions.txt", out)
	before := app.Picture(t)
	for _, reason := range []string{"", "short"} {
		_, broken := grant.BreakGlass(t.Context(), app.TestApp, manager("asker", "9901"), grant.Record{Collection: collections.Households, ID: "home"}, reason)
		_, export := grant.AskExport(t.Context(), app.TestApp, manager("asker", "9901"), asked, reason)
		if codeOf(broken) != problem.ReasonNeeded || codeOf(export) != problem.ReasonNeeded || len(app.Moved(t, before)) > 0 {
			t.Errorf("%q: %v, %v, moved %q", reason, broken, export, app.Moved(t, before))
		}
	}
}

func codeOf(err error) problem.Code {
	if err == nil {
		return ""
	}
	return problem.As(err).Code
}

func movedIs(t *testing.T, app *testapp.App, before testapp.Picture, want string) {
	t.Helper()
	moved := app.Moved(t, before)
	if want == "" && len(moved) > 0 || want != "" && (len(moved) != 1 || moved[0] != want) {
		t.Errorf("moved %q, want %q", moved, want)
	}
}
