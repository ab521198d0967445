package hooks_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
)

// An app that knows no tasks gets the worker's own as a list: what is to do, and no more once it was taken back or is done.
func TestTasksReachODKAsAList(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "")
	server := c.Serve(t)
	phone, other := newCollect(t, c.App, server, c.workers[0].Id), newCollect(t, c.App, server, c.workers[1].Id)
	push(t, c.field[1], operation(1, uuid.NewString(), home(7, "oral")))
	var house string
	if found, err := collections.One(collections.Read(c.TestApp), `SELECT id FROM households`, nil, &house); err != nil || !found {
		t.Fatal(found, err)
	}
	mine := func(p *collect) (m media) {
		m = p.manifest("child_visit")["households.csv"]
		m.DownloadURL = strings.Replace(m.DownloadURL, "/households/", "/tasks/", 1)
		m.IntegrityURL = strings.Replace(m.IntegrityURL, "/households/", "/tasks/", 1)
		return m
	}
	if got := phone.rows(mine(phone)); len(got) != 0 {
		t.Fatalf("%v", got)
	}
	part := map[string]any{"household": house, "worker": "F-one"}
	c.assign(c.boss, false, piece(gridA, "F-one", 10), piece(gridNext, "F-two", 5), part)
	got := phone.rows(mine(phone))
	theirs := other.rows(mine(other))
	if len(got) != 2 || len(theirs) != 1 {
		t.Fatalf("%v", got)
	}
	named := func(grid string) string {
		name, _, err := collections.AreaName(collections.Read(c.TestApp), grid)
		if err != nil || name == "" {
			t.Fatalf("%q %v", name, err)
		}
		return name + " " + grid
	}
	for _, row := range theirs {
		if !strings.HasSuffix(row["label"], named(gridNext)) {
			t.Errorf("%v", row)
		}
	}
	var ids []string
	for id, row := range got {
		ids = append(ids, id)
		switch {
		case row["household"] == house && !strings.HasSuffix(row["label"], "示例路 7 号"),
			row["household"] == "" && (!strings.HasSuffix(row["label"], named(gridA)) || row["target"] != "10"):
			t.Errorf("%v", row)
		}
	}
	c.boss.Want(204, post, workList+"/"+c.work(c.boss, "&area="+gridA+"&worker="+c.workers[0].Id)[0].ID+"/take-back", nil, nil)
	push(t, c.field[0], operation(1, uuid.NewString(), home(7, "oral")))
	if left := phone.rows(mine(phone)); len(left) != 0 {
		t.Errorf("what was taken back and what is done is still there: %v", left)
	}
	for id, gone := range phone.integrity(mine(phone), ids...) {
		if !gone {
			t.Errorf("%s is still to do", id)
		}
	}
	if len(other.rows(mine(other))) != 1 {
		t.Error("the other worker's list changed")
	}
}
