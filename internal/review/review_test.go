package review_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/testapp"
)

var (
	now  = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	boss = access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{"990101"}}
)

func put(t *testing.T, app *testapp.App, id, state string) {
	t.Helper()
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		return collections.Insert(db, "child_visits", collections.Row{
			{Column: "id", Value: id}, {Column: "form", Value: "child_visit"}, {Column: "worker", Value: "w1"}, {Column: "area", Value: "990101001001001"}, {Column: "review_state", Value: state}, {Column: "rev", Value: 1}, {Column: "issues", Value: "[]"},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTransitions walks every state and decision.
func TestTransitions(t *testing.T) {
	app := testapp.New(t)
	want := map[string]map[string]string{
		"received":   {"approve": "approved", "return": "returned", "reject": "rejected"},
		"has_issues": {"approve": "approved", "return": "returned", "reject": "rejected"},
		"edited":     {"approve": "approved", "return": "returned", "reject": "rejected"},
		"returned":   {"reject": "rejected", "reopen": "received"},
		"approved":   {"reopen": "received"},
		"rejected":   {"reopen": "received"},
	}
	n := 0
	for from, decisions := range want {
		for _, decision := range []string{"approve", "return", "reject", "reopen"} {
			n++
			id := fmt.Sprintf("visit-%02d", n)
			put(t, app, id, from)
			out, err := review.Decide(t.Context(), app.TestApp, collections.Surveys{}, access.Act{Actor: boss, Now: now}, review.Decision{Collection: "child_visits", Record: id, Decision: decision, Comment: "c"})
			if to := decisions[decision]; to != "" && (err != nil || out.ReviewState != to || out.Rev != 2) {
				t.Errorf("%s %s: %+v %v, want %s", from, decision, out, err, to)
			} else if to == "" && problem.As(err).Code != problem.BadTransition {
				t.Errorf("%s %s: %+v %v, want a refusal", from, decision, out, err)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	app := testapp.New(t)
	put(t, app, "visit-1", "received")
	good := review.Decision{Collection: "child_visits", Record: "visit-1", Decision: "approve"}
	for name, c := range map[string]struct {
		actor  access.Actor
		change func(*review.Decision)
		code   problem.Code
	}{
		"another territory":      {access.Actor{ID: "x", Role: access.Supervisor, Territory: []string{"990102"}}, func(*review.Decision) {}, problem.NotFound},
		"a field worker":         {access.Actor{ID: "w1", Role: access.Field, Territory: []string{"990101"}}, func(*review.Decision) {}, problem.NotFound},
		"no such record":         {boss, func(d *review.Decision) { d.Record = "nobody" }, problem.NotFound},
		"a registry collection":  {boss, func(d *review.Decision) { d.Collection = "workers" }, problem.NotFound},
		"an injected collection": {boss, func(d *review.Decision) { d.Collection = `child_visits" --` }, problem.NotFound},
		"an unknown decision":    {boss, func(d *review.Decision) { d.Decision = "burn" }, problem.BadParameter},
		"return without a word":  {boss, func(d *review.Decision) { d.Decision, d.Comment = "return", " " }, problem.CommentNeeded},
		"an old revision":        {boss, func(d *review.Decision) { d.Rev = 7 }, problem.StaleRevision},
	} {
		t.Run(name, func(t *testing.T) {
			d := good
			c.change(&d)
			_, err := review.Decide(t.Context(), app.TestApp, collections.Surveys{}, access.Act{Actor: c.actor, Now: now}, d)
			var p *problem.Problem
			if !errors.As(err, &p) || p.Code != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
	for table, want := range map[string]int64{"reviews": 0, "tasks": 0} {
		if n, err := app.CountRecords(table); err != nil || n != want {
			t.Errorf("refusals left %d rows in %s (%v)", n, table, err)
		}
	}
}

// A returned record is a task of its worker until it is corrected or the decision changes.
func TestReturnMakesATaskAndReopenEndsIt(t *testing.T) {
	app := testapp.New(t)
	put(t, app, "visit-1", "has_issues")
	decide := func(decision string) {
		t.Helper()
		if _, err := review.Decide(t.Context(), app.TestApp, collections.Surveys{}, access.Act{Actor: boss, Now: now}, review.Decision{Collection: "child_visits", Record: "visit-1", Decision: decision, Comment: "请核对"}); err != nil {
			t.Fatal(err)
		}
	}
	decide("return")
	task, err := app.FindFirstRecordByData("tasks", "record", "visit-1")
	if err != nil || task.GetString("assignee") != "w1" || task.GetString("status") != "open" || noteOf(t, app, task.Id) != "请核对" {
		t.Fatalf("task %v (%v)", task, err)
	}
	decide("reopen")
	if task, err = app.FindRecordById("tasks", task.Id); err != nil || task.GetString("status") != "cancelled" {
		t.Errorf("after reopening the task is %s (%v)", task.GetString("status"), err)
	}
}

func noteOf(t *testing.T, app *testapp.App, task string) string {
	t.Helper()
	stored, err := collections.Registry[collections.Tasks].Stored(collections.Read(app.TestApp), collections.Tasks, task)
	if err != nil {
		t.Fatal(err)
	}
	return stored["note"]
}
