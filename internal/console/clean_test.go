package console_test

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/console"
	"doorstep/internal/testapp"
)

// A set is the clean records of others that somebody covers, without those of each worker's whose lot is low, and at least one of them.
func TestWhatIsApprovedTogether(t *testing.T) {
	app := testapp.New(t)
	db := collections.Read(app)
	known := console.Known{Library: app.Doorstep.Library, Sheets: console.NewSheets(), Areas: app.Doorstep.Areas.Index()}
	me := access.Actor{ID: app.Worker(t, "S1", "supervisor", "990101").Id, Role: access.Supervisor, Territory: []string{"990101"}}
	low := func(id string) bool {
		sum := sha256.Sum256([]byte(db.Keys().Index("review.sample", id)))
		return binary.BigEndian.Uint64(sum[:]) < math.MaxUint64/10
	}
	planted := 0
	plant := func(worker string, lots ...bool) (ids []string) {
		for _, wanted := range lots {
			id := ""
			for id == "" || low(id) != wanted {
				planted++
				id = fmt.Sprint("visit-", planted)
			}
			app.Plant(t, "child_visits", map[string]any{"id": id, "worker": worker, "area": "990101001001001", "review_state": collections.Received, "complete": true,
				"issues": `[{"code":"x","severity":"info"}]`, "received_at": "2026-11-20 00:00:00.000Z", "form": "child_visit", "rev": 7})
			ids = append(ids, id)
		}
		return ids
	}
	first, second := app.Worker(t, "F2", "field", "990101001001").Id, app.Worker(t, "F1", "field", "990101001001").Id
	want := plant(first, true, true, false, false, false)[2:]
	plant(second, false)
	row := map[string]any{"id": "beside", "worker": "w", "area": "990101001001001", "review_state": collections.Received, "complete": true, "received_at": "2026-11-20 00:00:00.000Z"}
	app.PlantBeside(t, "child_visits", row, map[string]any{"worker": me.ID, "area": "990102001001001", "review_state": collections.HasIssues, "complete": false,
		"received_at": "2026-11-22 00:00:00.000Z", "issues": `[{"code":"x","severity":"warning"}]`, "household": "of a record that was returned"})
	row["id"] = "other"
	app.PlantBeside(t, "child_visits", row, map[string]any{"issues": `[{"code":"x","severity":"error"}]`})
	row["id"] = "third"
	app.PlantBeside(t, "child_visits", row, map[string]any{"issues": `{}`}) // broken by hand
	app.Plant(t, collections.Reviews, map[string]any{"id": "r", "record": "beside-household", "decision": "return"})
	app.Plant(t, collections.Reviews, map[string]any{"id": "s", "record": want[0], "decision": "reopen"})
	set, err := console.CleanSet(db, known, me, console.Filter{}, "2026-11-21 00:00:00.000Z")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(set.N, set.Held, set.More, set.Before, set.Workers)
	if want := fmt.Sprint(3, 3, false, "2026-11-21 00:00:00.000Z", []console.CleanShare{{second, "测试 F1", 0, 1}, {first, "测试 F2", 3, 2}}); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	var ids []string
	for _, one := range set.First(9) {
		if ids = append(ids, one.ID); one.Collection != "child_visits" || one.Rev != 7 {
			t.Errorf("%+v", one)
		}
	}
	slices.Sort(ids)
	slices.Sort(want)
	if !slices.Equal(ids, want) || len(set.First(2)) != 2 {
		t.Errorf("%v, want %v", ids, want)
	}
}
