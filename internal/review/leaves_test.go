package review_test

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/corpora"
	"doorstep/internal/problem"
	"doorstep/internal/review"
	"doorstep/internal/testapp"
)

// TestWhatDecisionsLeave writes down, row by row, what each decision about a record leaves, beside a record of the same worker's in the same
// household that nobody decides on; and while any statement fails, nothing is left.
func TestWhatDecisionsLeave(t *testing.T) {
	app := testapp.New(t)
	const area, at = "990101001001001", "2026-11-22 01:00:00.000Z"
	app.Plant(t, collections.Households, map[string]any{"id": "home", "area": area, "source": "visit", "active": true, "rev": 1})
	app.Plant(t, collections.Persons, map[string]any{"id": "child", "area": area, "household": "home", "name": "王小明", "source": "x", "active": true, "rev": 1})
	for _, id := range []string{"visit", "beside"} {
		app.Plant(t, "child_visits", map[string]any{"id": id, "form": "child_visit", "worker": "w1", "area": area, "household": "home", "rev": 3,
			"review_state": "has_issues", "issues": `[{"code":"range","field":"age","severity":"warning"}]`, "received_at": at, "outcome": "met"})
		app.Plant(t, collections.Edits, map[string]any{"id": "proposal of " + id, "kind": "proposal", "collection": collections.Persons, "record": "child",
			"worker": "w1", "field": "name", "source": id, "before": "王小明", "after": "王晓明", "status": "open", "area": area, "created": at})
		app.Plant(t, collections.Tasks, map[string]any{"id": "task of " + id, "kind": "correct", "assignee": "w1", "record": id, "area": area, "status": "open",
			"rev": 1})
	}
	var said strings.Builder
	names := testapp.Names{}
	then := func(what string, do func() error) {
		t.Helper()
		before := app.Picture(t)
		app.FailsAtEach(t, what, do)
		fmt.Fprintf(&said, "%s\n%s", what, app.Told(t, before, names))
	}
	for _, d := range []review.Decision{
		{Decision: review.Return, Comment: "请核对", Fields: []review.Remark{{Ref: "basic/age", Comment: "再问一次"}}, Rev: 3}, {Decision: review.Reject, Comment: "不是走访"},
		{Decision: review.Reopen, Comment: "再核对"}, {Decision: review.Approve}, {Decision: review.Reopen, Comment: "还要核对"},
	} {
		d.Collection, d.Record = "child_visits", "visit"
		then(d.Decision, func() error {
			_, err := review.Decide(t.Context(), app.TestApp, collections.Surveys{}, access.Act{Actor: boss, Now: now}, d)
			return err
		})
	}
	second := boss
	second.ID = "second"
	flag := func(who access.Actor, record, flag string) func() error {
		return func() error {
			return review.SetFlag(t.Context(), app.TestApp, who, review.Flag{Collection: "child_visits", Record: record, Flag: flag}, now)
		}
	}
	then("a flag beside", flag(second, "beside", review.FlagTeam))
	then("a flag of another's own", flag(second, "visit", review.FlagOwn))
	then("a flag", flag(boss, "visit", review.FlagOwn))
	then("a flag of the team", flag(boss, "visit", review.FlagTeam))
	then("no flag", flag(boss, "visit", ""))
	corpora.Golden(t, "testdata/decisions.txt", said.String())

	before := app.Picture(t)
	far := access.Actor{ID: "far", Role: access.Supervisor, Territory: []string{"990102"}}
	for what, c := range map[string]struct {
		do   func() error
		want problem.Code
	}{
		"an unknown flag":            {flag(boss, "visit", "mine"), problem.BadParameter},
		"a flag on what is nowhere":  {flag(boss, "nobody", review.FlagOwn), problem.NotFound},
		"a flag from elsewhere":      {flag(far, "visit", review.FlagOwn), problem.NotFound},
		"a flag off, from elsewhere": {flag(far, "beside", ""), problem.NotFound},
		"a history from elsewhere": {func() error {
			_, _, err := review.History(app.TestApp, far, "child_visits", "visit", review.Page{Limit: 9})
			return err
		}, problem.NotFound},
		"hindrances from elsewhere": {func() error {
			_, err := review.Hindrances(collections.Read(app.TestApp), far, "child_visits", "visit")
			return err
		}, problem.NotFound},
	} {
		if err := c.do(); err == nil || problem.As(err).Code != c.want {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("refused, and %q moved", moved)
	}
}
