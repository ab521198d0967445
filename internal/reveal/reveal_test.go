package reveal_test

import (
	"slices"
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
