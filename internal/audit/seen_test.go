package audit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/testapp"
)

// What the index finds is what the trail says: of somebody, of the neighbour, and of rows that came after; and it can be made again.
func TestWhoIsFoundByTheIndex(t *testing.T) {
	app := testapp.New(t)
	person, neighbour := uuid.NewString(), "plain-neighbour"
	of := map[string][]int64{}
	entries := make([]audit.Entry, 8_500)
	for i := range entries {
		entries[i] = audit.Entry{Actor: "w1", Role: "field", Action: audit.ReadMany, Collection: collections.Persons, Subjects: []string{uuid.NewString()}}
		switch i {
		case 7, 3_000, 8_400:
			entries[i].Subjects = append(entries[i].Subjects, person, neighbour)
		case 5_000:
			entries[i].Subjects = append(entries[i].Subjects, person)
		case 5_001:
			entries[i].Record, entries[i].Action = person, audit.Read
		case 6_000, 8_499:
			entries[i].Record, entries[i].Action = neighbour, audit.Read
		}
	}
	var before audit.Head
	write(t, app, func(db collections.DB) (err error) {
		if before, err = audit.HeadOf(db); err != nil {
			return err
		}
		return audit.Append(db, noon, entries...)
	})
	for i, e := range entries {
		for _, id := range []string{person, neighbour} {
			if e.Record == id || slices.Contains(e.Subjects, id) {
				of[id] = append(of[id], before.Seq+1+int64(i))
			}
		}
	}
	compare := func(when string) {
		t.Helper()
		for id, want := range of {
			trace, found, err := audit.Who(collections.Read(app.TestApp), id, nil)
			if err != nil || !found {
				t.Fatal(when, found, err)
			}
			var got []int64
			for _, l := range trace.Lines {
				got = append(got, l.Seq)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: rows %v of %s, want %v", when, got, id, want)
			}
		}
		if r := verify(t, app, ""); !r.Whole() {
			t.Errorf("%s: %+v", when, r)
		}
	}
	compare("without an index")
	for _, statement := range []string{"INSERT INTO audit_seen", "INSERT INTO meta"} {
		picture, err := app.Picture(t), error(nil)
		failed := app.Failing(2, func(query string) bool { return !strings.HasPrefix(query, statement) }, func() { err = audit.Index(t.Context(), app.TestApp) })
		if moved := app.Moved(t, picture); failed == "" || err == nil || len(moved) > 0 {
			t.Errorf("%q fails: %v, and %d rows moved", failed, err, len(moved))
		}
	}
	for _, when := range []string{"indexed", "indexed again"} {
		if err := audit.Index(t.Context(), app.TestApp); err != nil {
			t.Fatal(err)
		}
		compare(when)
	}
	noticed(t, app, person, len(of[person]))
	write(t, app, func(db collections.DB) error { return collections.SetMeta(db, "audit.seen", "far") })
	db := collections.Read(app.TestApp)
	_, _, whoFails := audit.Who(db, person, nil)
	_, verifyFails := audit.Verify(db, "")
	if indexFails := audit.Index(t.Context(), app.TestApp); whoFails == nil || verifyFails == nil || indexFails == nil {
		t.Errorf("of an index that says nobody knows how far it has come: %v, %v, %v", whoFails, verifyFails, indexFails)
	}
}

// A piece of the index ends where so many ids stand in it, however few rows they are in.
func TestAPieceHoldsSoManyIDs(t *testing.T) {
	app := testapp.New(t)
	ids := make([]string, 100_000)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	for _, pieces := range []string{"", "1 "} {
		write(t, app, func(db collections.DB) error {
			return audit.Append(db, noon, audit.Entry{Action: audit.ReadMany, Subjects: ids})
		})
		if err := audit.Index(t.Context(), app.TestApp); err != nil {
			t.Fatal(err)
		}
		head, err := audit.HeadOf(collections.Read(app.TestApp))
		if pieces != "" {
			pieces += fmt.Sprint(head.Seq)
		}
		if got, failed := collections.MetaValue(collections.Read(app.TestApp), "audit.seen"); err != nil || failed != nil || got != pieces {
			t.Errorf("%q %v %v, want %q", got, err, failed, pieces)
		}
	}
}

// noticed damages the index in each way and looks whether anybody notices. A row that is lost is lost for who asks: it is the index that
// answers.
func noticed(t *testing.T, app *testapp.App, person string, lines int) {
	lost := 0
	for name, statement := range map[string]string{
		"a piece is gone":          `DELETE FROM audit_seen WHERE id<4096`,
		"a slot is empty":          `UPDATE audit_seen SET rows=x'' WHERE id=(SELECT MAX(id) FROM audit_seen)`,
		"a row too many":           `UPDATE audit_seen SET rows=rows||x'0000000000000001' WHERE id=(SELECT MIN(id) FROM audit_seen)`,
		"it says it has come far":  `UPDATE meta SET value='2 8400' WHERE "key"='audit.seen'`,
		"it says it has more":      `UPDATE meta SET value='3 8500' WHERE "key"='audit.seen'`,
		"nothing, as a comparison": `SELECT 1`,
	} {
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			if _, err := db.Exec(statement); err != nil {
				return err
			}
			r, err := audit.Verify(db, "")
			if err != nil {
				return err
			}
			if r.Whole() != (statement == `SELECT 1`) {
				t.Errorf("%s: %+v", name, r)
			}
			trace, _, err := audit.Who(db, person, nil)
			if err != nil {
				return err
			}
			if len(trace.Lines) < lines {
				lost++
			}
			return errBack
		})
		if err != errBack {
			t.Fatal(name, err)
		}
	}
	if lost == 0 {
		t.Error("the index answers nothing")
	}
}

var errBack = errors.New("taken back")

// TestWhoFollowsMergesAndRecords: of whom somebody is, as far as one may see, with their households and every record that names them, once;
// of an id that is only in the trail, and of one that is nowhere.
func TestWhoFollowsMergesAndRecords(t *testing.T) {
	app := testapp.New(t)
	worker := app.Worker(t, "F1", "field", "9901").Id
	for id, of := range map[string][3]string{"a": {"990101", "h1", ""}, "b": {"990102", "h2", "a"}, "c": {"990101", "h1", "b"}, "d": {"990101", "h3", ""}} {
		app.Plant(t, collections.Persons, map[string]any{"id": id, "area": of[0], "household": of[1], "merged_into": of[2]})
	}
	app.Plant(t, "elderly_surveys", map[string]any{"id": "v1", "person": "a"})
	app.Plant(t, "child_visits", map[string]any{"id": "v2"})
	for id, person := range map[string]string{"r1": "c", "r2": "c", "r3": "d"} {
		app.Plant(t, "child_visit_children", map[string]any{"id": id, "visit": "v2", "person": person})
	}
	write(t, app, func(db collections.DB) error {
		return audit.Append(db, noon, audit.Entry{Actor: worker, Action: audit.Read, Record: "v2"}, audit.Entry{Actor: worker, Action: audit.Read, Record: "b"},
			audit.Entry{Actor: worker, Action: audit.Read, Record: "gone"}, audit.Entry{Actor: worker, Action: audit.Read, Record: "v3"})
	})
	for _, c := range []struct {
		person string
		sees   func(area string) bool
		found  bool
		want   string
	}{
		{"a", nil, true, "[a b c] [h1 h2] [v1 v2] 990101 v2[v2] b[b]"}, {"a", func(area string) bool { return area == "990101" }, true, "[a c] [h1] [v1 v2] 990101 v2[v2]"},
		{"b", func(string) bool { return false }, true, "[b] [h2] [] 990102 b[b]"}, {"d", nil, true, "[d] [h3] [v2] 990101 v2[v2]"},
		{"gone", nil, true, "[gone] [] []  gone[gone]"}, {"never", nil, false, "[never] [] [] "},
	} {
		trace, found, err := audit.Who(collections.Read(app.TestApp), c.person, c.sees)
		got := fmt.Sprint(trace.Persons, " ", trace.Households, " ", trace.Records, " ", trace.Area)
		for _, l := range trace.Lines {
			if got += fmt.Sprint(" ", l.Record, l.Concerns); l.StaffNo != "F1" || l.Name != "测试 F1" {
				t.Errorf("%s: %+v", c.person, l)
			}
		}
		if trace.Count != len(trace.Lines) || trace.Lines == nil || len(trace.People) != min(1, len(trace.Lines)) {
			t.Errorf("%s: %d lines, of %+v", c.person, trace.Count, trace.People)
		}
		if err != nil || found != c.found || got != c.want {
			t.Errorf("%s: %t %s, want %s: %v", c.person, found, got, c.want, err)
		}
	}
}
