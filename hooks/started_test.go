package hooks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// TestTheRegisterIsBlockedAnew: a server that starts on a register whose keys were made otherwise makes them anew beside its work.
func TestTheRegisterIsBlockedAnew(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Plant(t, collections.Persons, map[string]any{"id": "p1", "name": "王小明", "birth_date": "2015-03-01", "area": gridA, "active": true, "rev": 1})
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return collections.SetMeta(db, "blocking.state", "0 earlier done") }); err != nil {
		t.Fatal(err)
	}
	app.Handler(t)
	state := ""
	for until := time.Now().Add(time.Minute); !strings.HasSuffix(state, " done") || strings.HasPrefix(state, "0 "); time.Sleep(10 * time.Millisecond) {
		var err error
		if state, err = collections.MetaValue(collections.Read(app.TestApp), "blocking.state"); err != nil || time.Now().After(until) {
			t.Fatal(state, err)
		}
	}
	var keys int
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM blocking_keys WHERE who='p1'`, nil, &keys); err != nil || keys == 0 {
		t.Error("nobody is looked up by anything", err)
	}
}

// TestWhatIsNotStoredLeavesNothing: a row that is refused when it is stored is told to be so, and what goes with it does not stay either.
func TestWhatIsNotStoredLeavesNothing(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	ids := map[string]string{collections.Workers: app.Worker(t, "F1", "field", gridA).Id, collections.Households: uuid.NewString(), collections.Tasks: uuid.NewString()}
	app.Plant(t, collections.Households, map[string]any{"id": ids[collections.Households], "area": gridA, "active": true, "rev": 1})
	app.Plant(t, collections.Persons, map[string]any{"id": uuid.NewString(), "household": ids[collections.Households], "area": gridA, "active": true, "rev": 1})
	app.Plant(t, collections.Tasks, map[string]any{"id": ids[collections.Tasks], "kind": "visit", "status": "open", "area": gridA, "rev": 1})
	for table, wrong := range map[string]map[string]any{
		collections.Workers: {"role": "nobody", "territory": []string{gridB}}, collections.Households: {"area_method": "nothing", "area": gridB},
		collections.Tasks: {"status": "nothing", "assignee": ids[collections.Workers]},
	} {
		row, before := app.Find(t, table, ids[table]), app.Picture(t)
		row.Load(wrong)
		if err := app.Save(row); err == nil || len(app.Picture(t).Since(before)) > 0 {
			t.Errorf("%s: %v, moved %q", table, err, app.Moved(t, before))
		}
	}
}
