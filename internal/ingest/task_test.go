package ingest

import (
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
)

// TestATaskIsEndedByWhoMay has people say of one task after the other that it is done, beside another's: who may neither is kept aside,
// and the task stays as it is.
func TestATaskIsEndedByWhoMay(t *testing.T) {
	p, _ := withForm(t)
	const area = "990101001001001"
	for _, c := range []struct {
		name string
		by   access.Actor
		may  bool
	}{
		{"the assignee", access.Actor{ID: "w", Role: access.Field, Territory: []string{area}}, true},
		{"the assignee, elsewhere by now", access.Actor{ID: "w", Role: access.Field, Territory: []string{"990102"}}, true},
		{"another worker of the area", access.Actor{ID: "x", Role: access.Field, Territory: []string{area}}, false},
		{"the supervisor", access.Actor{ID: "s", Role: access.Supervisor, Territory: []string{"990101"}}, true},
		{"the supervisor next door", access.Actor{ID: "n", Role: access.Supervisor, Territory: []string{"990102"}}, false},
		{"the manager", access.Actor{ID: "m", Role: access.Manager, Territory: []string{"9901"}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked, beside := collections.NewID(), collections.NewID()
			err := collections.Write(t.Context(), p.app, func(db collections.DB) error {
				for _, id := range []string{asked, beside} {
					row := collections.Row{{Column: "id", Value: id}, {Column: "assignee", Value: "w"}, {Column: "area", Value: area},
						{Column: "status", Value: "open"}, {Column: "rev", Value: 1}}
					if err := collections.Insert(db, collections.Tasks, row); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			op := Operation{Seq: 1, Op: OpTask, ID: asked, Answers: []byte(`{"status":"done"}`), Raw: []byte(`{}`)}
			receipts, err := Accept(t.Context(), p.app, p.intake, Sender{Actor: c.by, Device: "of " + c.name, Channel: Native}, []Operation{op})
			if err != nil {
				t.Fatal(err)
			}
			for id, want := range map[string]string{asked: map[bool]string{true: "done", false: "open"}[c.may], beside: "open"} {
				var status string
				const query = `SELECT status FROM tasks WHERE id=?`
				if _, err := collections.One(collections.Read(p.app), query, []any{id}, &status); err != nil || status != want {
					t.Errorf("it is %s, want %s: %v", status, want, err)
				}
			}
			if got := receipts[0].Status == Stored; got != c.may {
				t.Errorf("%+v", receipts[0])
			}
		})
	}
}
