package reveal_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/reveal"
	"doorstep/internal/sensitive"
	"doorstep/internal/testapp"
)

const here, there, reason = "990101001001001", "990102001001001", "家长来电核对身份所需"

func boss(territory ...string) access.Actor {
	return access.Actor{ID: "boss", Role: access.Supervisor, Territory: territory}
}

func show(t *testing.T, app *testapp.App, by access.Actor, collection, id string, fields ...string) (map[string]string, problem.Code) {
	t.Helper()
	shown, err := reveal.Show(t.Context(), app.TestApp, app.Doorstep.Library, access.Act{Actor: by, Now: app.Doorstep.Now()},
		reveal.Request{Collection: collection, ID: id, Fields: fields, Reason: reason})
	if err != nil {
		return nil, problem.As(err).Code
	}
	return shown, ""
}

// TestWhatIsShownWholeIsNotRevealed asks for each column that is sealed of the tables that every Doorstep has: those that are masked are
// shown to who reviews there, and to nobody else; of a column that is shown whole to who may read its rows there is nothing to reveal,
// which would show it to who may not.
func TestWhatIsShownWholeIsNotRevealed(t *testing.T) {
	app := testapp.New(t)
	own := []string{collections.Jobs, collections.SavedQueues, collections.Duplicates} // pairs have a test of their own
	for table, columns := range collections.Registry {
		if slices.Contains(own, table) {
			continue
		}
		app.Plant(t, table, map[string]any{"id": "one", "area": here})
		for _, s := range columns {
			want := map[bool]problem.Code{true: problem.BadParameter}[s.Shape == sensitive.Whole]
			if _, code := show(t, app, boss("990101"), table, "one", s.Column); code != want {
				t.Errorf("%s.%s: %q, want %q", table, s.Column, code, want)
			}
			if _, code := show(t, app, boss("990102"), table, "one", s.Column); code != problem.NotFound {
				t.Errorf("%s.%s of next door: %q", table, s.Column, code)
			}
		}
	}
}

// TestASideOfAPairIsRevealedToItsOwn: what was written on a side of a pair may name somebody there.
func TestASideOfAPairIsRevealedToItsOwn(t *testing.T) {
	app := testapp.New(t)
	app.Plant(t, collections.Duplicates, map[string]any{"id": "pair", "kind": "person", "collection": "persons", "a": "a", "b": "b", "area": here,
		"area_b": there, "comment": "here", "comment_b": "there", "status": "open"})
	for name, c := range map[string]struct {
		by    access.Actor
		shown map[string]string
	}{
		"the one side":  {boss("990101"), map[string]string{"comment": "here"}},
		"the other":     {boss("990102"), map[string]string{"comment_b": "there"}},
		"both":          {boss("9901"), map[string]string{"comment": "here", "comment_b": "there"}},
		"somebody else": {boss("990103"), nil},
	} {
		for column, said := range map[string]string{"comment": "here", "comment_b": "there"} {
			shown, code := show(t, app, c.by, collections.Duplicates, "pair", column)
			want := map[bool]problem.Code{false: problem.BadParameter}[c.shown[column] != ""]
			if c.shown == nil {
				want = problem.NotFound
			}
			if code != want || code == "" && shown[column] != said {
				t.Errorf("%s asks for %s: %v %q, want %q", name, column, shown, code, want)
			}
		}
	}
	if _, code := show(t, app, boss("9901"), collections.Duplicates, "none", "comment"); code != problem.NotFound {
		t.Errorf("no such pair: %q", code)
	}
}

// TestTheTrailNamesEachRevealedColumnOnce: the trail never forgets, so nobody may make its entries long.
func TestTheTrailNamesEachRevealedColumnOnce(t *testing.T) {
	app := testapp.New(t)
	app.Plant(t, collections.Persons, map[string]any{"id": "one", "area": here, "name": "王小明", "phone": "13800000000"})
	fields := append(slices.Repeat([]string{"phone"}, 1000), "name")
	if shown, code := show(t, app, boss("990101"), collections.Persons, "one", fields...); code != "" || len(shown) != 2 {
		t.Fatalf("%v %q", shown, code)
	}
	var named string
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT json_extract(detail,'$.fields') FROM audit WHERE action='reveal'`, nil,
		&named); err != nil || named != `["name","phone"]` {
		t.Errorf("the trail names %.80s %v", named, err)
	}
}

// TestWhoIsSeenIsOnRecord: whom a record and its rows are about stands in the trail with what was shown, and the reason sealed; where that
// cannot be written nothing is shown.
func TestWhoIsSeenIsOnRecord(t *testing.T) {
	app := testapp.New(t)
	app.Plant(t, collections.Persons, map[string]any{"id": "p1", "area": here, "name": "王小明", "birth_date": "2015-03-01"})
	app.Plant(t, "child_visits", map[string]any{"id": "v1", "area": here, "person": "p1", "household": "h1", "form": "child_visit", "outcome_note": "没有说完"})
	app.Plant(t, "child_visit_children", map[string]any{"id": "r1", "visit": "v1", "area": here, "person": "p1", "household": "h2", "child_name": "王小明", "child_birth_date": "2015-03-01"})
	for _, c := range []struct {
		table, id, fields, shown string
		about                    []string
		code                     problem.Code
	}{
		{collections.Persons, "p1", "birth_date name", "birth_date=2015-03-01 name=王小明", []string{"p1"}, ""},
		{"child_visits", "v1", "outcome_note", "outcome_note=没有说完", []string{"h1", "p1", "v1"}, ""},
		{"child_visit_children", "r1", "child_birth_date child_name", "child_birth_date=2015-03-01 child_name=王小明", []string{"h2", "p1", "r1"}, ""},
		{"child_visit_children", "r1", "", "", nil, problem.BadParameter}, {"child_visit_children", "r1", "visit", "", nil, problem.BadParameter},
		{"child_visits", "v1", "outcome", "", nil, problem.BadParameter},
		{collections.Persons, "p1", "sex", "", nil, problem.BadParameter}, {"child_visits", "v1", "outcome_note outcome", "", nil, problem.BadParameter},
		{collections.Workers, "p1", "name", "", nil, problem.NotFound}, {"sqlite_master", "p1", "name", "", nil, problem.NotFound}, {collections.Jobs, "p1", "given", "", nil, problem.NotFound},
	} {
		before := app.Picture(t)
		shown, code := show(t, app, boss("990101"), c.table, c.id, strings.Fields(c.fields)...)
		var said []string
		for _, column := range slices.Sorted(maps.Keys(shown)) {
			said = append(said, column+"="+shown[column])
		}
		if got := strings.Join(said, " "); got != c.shown || code != c.code {
			t.Errorf("%s %s: %s %q", c.table, c.id, got, code)
		}
		var entries int
		for _, change := range app.Picture(t).Since(before) {
			if change.Table == collections.Audit {
				entries++
				about := strings.Fields(strings.ReplaceAll(change.After["subjects"], "=", ""))
				if slices.Sort(about); !slices.Equal(about, c.about) || change.After["area"] != here || strings.Contains(change.After["detail"], reason) {
					t.Errorf("%s %s: the trail says %v", c.table, c.id, change.After)
				}
			} else if change.Table != "meta" && change.Table != "audit_seen" {
				t.Errorf("%s %s: it moved %s", c.table, c.id, change.Table)
			}
		}
		if (entries == 1) != (code == "") {
			t.Errorf("%s %s: %d entries", c.table, c.id, entries)
		}
		if code != "" {
			continue
		}
		app.FailsAtEach(t, c.table, func() error {
			shown, err := reveal.Show(t.Context(), app.TestApp, app.Doorstep.Library, access.Act{Actor: boss("990101"), Now: app.Doorstep.Now()},
				reveal.Request{Collection: c.table, ID: c.id, Fields: strings.Fields(c.fields), Reason: reason})
			if err != nil && len(shown) > 0 {
				t.Errorf("%s: it shows %v, and says %v", c.table, shown, err)
			}
			return err
		})
	}
	if _, err := reveal.Show(t.Context(), app.TestApp, app.Doorstep.Library, access.Act{Actor: boss("990101"), Now: app.Doorstep.Now()},
		reveal.Request{Collection: collections.Persons, ID: "p1", Fields: []string{"name"}, Reason: "why"}); err == nil || problem.As(err).Code != problem.ReasonNeeded {
		t.Errorf("without a reason: %v", err)
	}
}
