package hooks_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/console"
	"doorstep/internal/testapp"
)

// attempt sends what the first worker found at an address of the first grid, and returns its household.
func (c *crew) attempt(seq int, id, outcome, start string) (household string) {
	c.t.Helper()
	v := childVisit(testapp.Inside(gridA), "示例路 1 号")
	v["start"], v["end"] = start, start
	v["visit"].(map[string]any)["outcome"], v["household"].(map[string]any)["house_code"] = outcome, "9901010010010010000000001"
	r := push(c.t, c.field[0], operation(seq, id, v))[0]
	if r.Status != "stored" || r.Household == "" {
		c.t.Fatalf("%+v", r)
	}
	return r.Household
}

// setColumn changes one column of a row behind the program's back.
func setColumn(t *testing.T, app *testapp.App, table, id, column, value string) {
	t.Helper()
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		return collections.Update(db, table, id, collections.Row{{Column: column, Value: value}})
	}); err != nil {
		t.Fatal(err)
	}
}

// tasksMoved are the ids of the tasks that differ from a picture.
func tasksMoved(t *testing.T, app *testapp.App, before testapp.Picture) string {
	t.Helper()
	var ids []string
	for _, change := range app.Picture(t).Since(before) {
		if change.Table == collections.Tasks {
			ids = append(ids, change.Key)
		}
	}
	return strings.Join(ids, " ")
}

// TestAVisitEndsItsTasksAlone visits a household beside tasks and visits that differ from its own in one column.
func TestAVisitEndsItsTasksAlone(t *testing.T) {
	t.Parallel()
	c := newCrew(t, `{"attempts":9,"days":2}`)
	const nobody, interview = "2.22", "1.1"
	house := c.attempt(1, uuid.NewString(), nobody, "2026-11-23T09:00:00.000+08:00")
	made := c.work(c.boss, "&kind=revisit")
	if len(made) != 1 {
		t.Fatalf("%+v", made)
	}
	setColumn(t, c.App, collections.Tasks, made[0].ID, "status", "cancelled")
	own := map[string]any{"household": house, "assignee": c.workers[0].Id, "status": "open", "area": gridA, "rev": 1}
	with := func(more map[string]any) map[string]any {
		row := map[string]any{}
		for _, part := range []map[string]any{own, more} {
			for column, value := range part {
				row[column] = value
			}
		}
		return row
	}
	among := func(table string, row, others map[string]any) {
		c.PlantBeside(t, table, row, others)
		c.Plant(t, table, row)
	}
	last := uuid.NewString()
	among(collections.Tasks, with(map[string]any{"id": "again", "kind": "revisit", "campaign": c.campaign}),
		map[string]any{"household": "elsewhere", "campaign": "another", "kind": "correct", "status": "done"})
	among(collections.Tasks, with(map[string]any{"id": "asked", "kind": "visit", "form": "child_visit"}),
		map[string]any{"household": "elsewhere", "assignee": c.workers[1].Id, "kind": "follow_up", "status": "cancelled",
			"form": "elderly_survey", "record": last})
	c.Plant(t, collections.Tasks, with(map[string]any{"id": "checked", "kind": "recheck"}))
	among("child_visits", map[string]any{"id": "second", "household": house, "campaign": c.campaign, "outcome": nobody,
		"area": gridA, "worker": c.workers[1].Id, "review_state": "received", "received_at": "2026-11-23 02:00:00.000Z", "rev": 1,
		"form": "child_visit"}, map[string]any{"household": "elsewhere", "campaign": "another", "review_state": "rejected"})
	for seq, step := range []struct{ outcome, moved string }{{nobody, "again"}, {interview, "again asked checked"}, {nobody, ""}} {
		before := c.Picture(t)
		c.attempt(seq+2, []string{uuid.NewString(), last, uuid.NewString()}[seq], step.outcome, "2026-11-25T19:00:00.000+08:00")
		if moved := tasksMoved(t, c.App, before); moved != step.moved {
			t.Errorf("a visit that ended in %s moved the tasks %q, want %q", step.outcome, moved, step.moved)
		}
		if causes := c.Picture(t)[collections.Tasks]["again"]["causes"]; !strings.Contains(causes, `"attempt 4"`) {
			t.Errorf("two visits before and this one: %s", causes)
		}
	}
	if done := c.Picture(t)[collections.Tasks]["again"]["status"]; done != "done" {
		t.Errorf("an attempt after an interview is %s", done)
	}
}

// TestATaskOfAnotherKindIsNoReport turns a record's report and its appointment into tasks of other kinds: a correction that says the same
// opens both again.
func TestATaskOfAnotherKindIsNoReport(t *testing.T) {
	t.Parallel()
	app, tablet, boss := nightRound(t)
	id := uuid.NewString()
	said := sleeper("老周", "yes", "yes", "no")
	push(t, tablet, round(1, id, 0, said))
	first := tasksOf(t, boss, id)
	if len(first) != 2 || len(reports(first)) != 1 {
		t.Fatalf("a report and an appointment: %+v", first)
	}
	push(t, tablet, round(2, id, 1, sleeper("老周", "yes", "yes", "no"), sleeper("小何", "no", "no", "no")))
	if same := tasksOf(t, boss, id); len(same) != 2 {
		t.Fatalf("the same again: %+v", same)
	}
	for _, task := range first {
		setColumn(t, app, collections.Tasks, task.ID, "kind", "recheck")
	}
	before := app.Picture(t)
	push(t, tablet, round(3, id, 2, said))
	if all := tasksOf(t, boss, id); len(all) != 4 || len(reports(all)) != 2 {
		t.Errorf("tasks of another kind stand for a report: %+v", all)
	}
	for _, task := range first {
		if strings.Contains(tasksMoved(t, app, before), task.ID) {
			t.Errorf("a task of another kind moved: %+v", task)
		}
	}
}

// TestACorrectionTakesBackItsOwnProposalsAlone corrects a visit beside edits that differ from its open proposal in one column.
func TestACorrectionTakesBackItsOwnProposalsAlone(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	id := uuid.NewString()
	visit := childVisit(testapp.Inside(gridA), "示例路 1 号", kid("钱大一", "2014-01-02", "male"))
	push(t, tablet, operation(1, id, visit))
	own := map[string]any{"id": "own", "collection": collections.Persons, "record": "somebody", "field": "sex", "source": id,
		"kind": "proposal", "status": "open", "area": gridA}
	app.PlantBeside(t, collections.Edits, own, map[string]any{"source": uuid.NewString(), "kind": "conflict", "status": "applied"})
	app.Plant(t, collections.Edits, own)
	before := app.Picture(t)
	push(t, tablet, based(operation(2, id, visit), 1))
	for _, line := range app.Moved(t, before) {
		if strings.HasPrefix(line, "edits own") && line != "edits own: status updated" {
			t.Error(line)
		}
	}
	if got := app.Find(t, collections.Edits, "own").GetString("status"); got != "withdrawn" {
		t.Errorf("what it proposed before is %s", got)
	}
}

// TestReportsOfTodayAreThoseOfTheStreet counts an open report for the supervisor of a street, beside tasks that differ in one column.
func TestReportsOfTodayAreThoseOfTheStreet(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	street := d.Client(t, d.Serve(t), d.Worker(t, "S-street", "supervisor", "990101001"))
	own := map[string]any{"id": "own", "kind": "follow_up", "priority": "urgent", "status": "open", "area": gridA, "rev": 1,
		"created": "2026-11-23 01:00:00.000Z", "updated": "2026-11-23 01:00:00.000Z"}
	d.PlantBeside(t, collections.Tasks, own, map[string]any{"kind": "visit", "priority": "high", "status": "done", "area": "990102001001001"})
	d.Plant(t, collections.Tasks, own)
	own["id"], own["area"] = "below", "990100001001001"
	d.Plant(t, collections.Tasks, own)
	var today console.Today
	if d.get(street, "/today", &today); today.Reports.Open.N != 1 || len(today.Reports.First) != 1 || today.Reports.First[0].Task != "own" {
		t.Errorf("%+v", today.Reports)
	}
}
