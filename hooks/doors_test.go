package hooks_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// ownOfDoor are the columns that must differ: chance, the door itself, and what arrived through it.
var ownOfDoor = map[string][]string{
	"child_visits": {"device"},
	"submissions":  {"id", "channel", "device", "seq", "raw", "sha256", "receipt", "device_time"},
	"changes":      {"id"},
	"duplicates":   {"id"},
	"edits":        {"id"},
}

// The bulk path has SQL of its own and the record hooks save through the framework: the same visits, two in one
// household and a correction, must leave the same rows.
func TestBothDoorsLeaveTheSameRows(t *testing.T) {
	t.Parallel()
	first, second := uuid.NewString(), uuid.NewString()
	steps := []struct {
		id, address, head, phone string
		base                     int
	}{
		{first, "示例路 1 号", "王大明", "13800000000", 0}, {second, "示例路 1 号", "王大明", "", 0}, {first, "示例路 1 号", "王二明", "13800000001", 1},
	}

	pushed := testapp.New(t)
	pushed.City(t)
	worker := pushed.Worker(t, "F1", "field", "990101001001")
	tablet := pushed.Client(t, pushed.Serve(t), worker).Register()
	for i, s := range steps {
		answers := childVisit(testapp.Inside(gridA), s.address)
		delete(answers, "start")
		delete(answers, "end")
		delete(answers, "today")
		house := answers["household"].(map[string]any)
		house["head_name"], house["household_phone"] = s.head, s.phone
		op := operation(i+1, s.id, answers)
		op["base_rev"], op["version"] = s.base, pushed.Doorstep.Library.Current()["child_visit"].Version
		if r := push(t, tablet, op)[0]; r.Status != "stored" {
			t.Fatalf("push: %+v", r)
		}
		pushed.Advance(time.Minute)
	}

	saved := testapp.New(t)
	saved.City(t)
	same := saved.Worker(t, "F1", "field", "990101001001")
	for _, s := range steps {
		record := recordOf(t, saved, s.id)
		for column, value := range map[string]any{
			"form": "child_visit", "worker": same.Id, "contact_method": "household_visit", "attempt": 1, "outcome": "1.2", "consent": "oral", "informant_relation": "mother",
			"visit_location": columnOf(t, pushed, s.id, "visit_location"), "address": s.address, "residents": 4, "children_count": 0, "head_name": s.head, "household_phone": s.phone,
		} {
			record.Set(column, value)
		}
		if err := saved.Save(record); err != nil {
			t.Fatal(err)
		}
		saved.Advance(time.Minute)
	}

	for _, table := range []string{"child_visits", "child_visit_children", "households", "persons", "changes", "duplicates", "edits", "tasks", "outbox", "attachments", "submissions"} {
		bulk, hooked := tableOf(t, pushed, table, worker.Id), tableOf(t, saved, table, same.Id)
		if len(bulk) != len(hooked) {
			t.Errorf("%s: %d rows by push, %d by the hooks: %v\n%v", table, len(bulk), len(hooked), bulk, hooked)
			continue
		}
		for i := range bulk {
			for _, column := range slices.Sorted(maps.Keys(bulk[i])) {
				if bulk[i][column] != hooked[i][column] {
					t.Errorf("%s row %d, %s: %s by push, %s by the hooks", table, i, column, bulk[i][column], hooked[i][column])
				}
			}
		}
	}
}

func recordOf(t *testing.T, app *testapp.App, id string) *core.Record {
	t.Helper()
	if known, err := app.FindRecordById("child_visits", id); err == nil {
		return known
	}
	c, err := app.FindCollectionByNameOrId("child_visits")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(c)
	r.Id = id
	return r
}

func columnOf(t *testing.T, app *testapp.App, id, column string) string {
	t.Helper()
	return app.Find(t, "child_visits", id).GetString(column)
}

// tableOf reads a table in the order of writing, with the worker's id replaced.
func tableOf(t *testing.T, app *testapp.App, table, worker string) (all []map[string]string) {
	t.Helper()
	err := collections.Each(collections.Read(app.TestApp), `SELECT * FROM "`+table+`" WHERE 1 ORDER BY rowid`, nil, func(rows *sql.Rows) error {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row := map[string]string{}
		for i, n := range names {
			if n == "created" || n == "updated" || slices.Contains(ownOfDoor[table], n) {
				continue
			}
			switch v := values[i]; v {
			case worker:
				row[n] = "worker"
			case "w:" + worker:
				row[n] = "w:worker"
			default:
				row[n] = fmt.Sprintf("%T %v", v, v)
			}
		}
		if at := slices.Index(names, collections.SealedColumn); at >= 0 {
			opened, err := collections.Open(collections.Read(app.TestApp), table, fmt.Sprint(values[slices.Index(names, "id")]), fmt.Sprint(values[at]))
			if err != nil {
				return err
			}
			delete(row, collections.SealedColumn)
			for _, v := range opened {
				if !slices.Contains(ownOfDoor[table], v.Column) {
					row["sealed "+v.Column] = v.Text
				}
			}
		}
		if table == "changes" && row["collection"] != "string child_visits" && row["collection"] != "string households" {
			return nil // forms and areas, whose ids are of chance
		}
		all = append(all, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
