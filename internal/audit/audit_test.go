package audit_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/testapp"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// chain makes an app with a chain of some rows beside those of its start.
func chain(t *testing.T) (*testapp.App, audit.Head) {
	t.Helper()
	app := testapp.New(t)
	var head audit.Head
	write(t, app, func(db collections.DB) error {
		for i := range 5 {
			if err := audit.Append(db, noon, audit.Entry{Actor: "w1", Role: "field", Action: audit.Read, Collection: "persons", Record: fmt.Sprintf("person-%d", i), Subjects: []string{uuid.NewString()}, Detail: map[string]int{"n": i}}); err != nil {
				return err
			}
		}
		var err error
		head, err = audit.HeadOf(db)
		return err
	})
	return app, head
}

func write(t *testing.T, app *testapp.App, fn func(collections.DB) error) {
	t.Helper()
	if err := collections.Write(t.Context(), app.TestApp, fn); err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, app *testapp.App, anchor string) audit.Report {
	t.Helper()
	r, err := audit.Verify(collections.Read(app.TestApp), anchor)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestChainIsWhole(t *testing.T) {
	app, head := chain(t)
	if r := verify(t, app, head.Hash); !r.Whole() || r.Head != head || !r.Anchored {
		t.Errorf("%+v, want whole up to %v", r, head)
	}
}

// Whoever may drop the triggers can still not change the chain unnoticed.
func TestTampering(t *testing.T) {
	for name, c := range map[string]struct {
		sql    []string
		broken func(last int64) int64 // 0: only the anchor tells
	}{
		"a row changed":               {[]string{`UPDATE audit SET actor='w2' WHERE seq=(SELECT MAX(seq)-2 FROM audit)`}, func(last int64) int64 { return last - 2 }},
		"a detail changed":            {[]string{`UPDATE audit SET detail='{}' WHERE seq=(SELECT MAX(seq) FROM audit)`}, func(last int64) int64 { return last }},
		"a value moved to a column":   {[]string{`UPDATE audit SET collection='', record=collection||record WHERE seq=(SELECT MAX(seq)-1 FROM audit)`}, func(last int64) int64 { return last - 1 }},
		"a row deleted":               {[]string{`DELETE FROM audit WHERE seq=(SELECT MAX(seq)-3 FROM audit)`}, func(last int64) int64 { return last - 3 }},
		"the first row deleted":       {[]string{`DELETE FROM audit WHERE seq=1`}, func(int64) int64 { return 1 }},
		"two rows swapped":            {[]string{`UPDATE audit SET seq=-1 WHERE seq=(SELECT MAX(seq) FROM audit)`, `UPDATE audit SET seq=seq+1 WHERE seq=(SELECT MAX(seq) FROM audit)`, `UPDATE audit SET seq=(SELECT MAX(seq)-1 FROM audit) WHERE seq=-1`}, func(last int64) int64 { return last - 1 }},
		"the tail cut":                {[]string{`DELETE FROM audit WHERE seq>(SELECT MAX(seq)-2 FROM audit)`}, func(int64) int64 { return 0 }},
		"a row inserted at the end":   {[]string{`INSERT INTO audit (id, seq, actor, action, prev, hash) SELECT 'forged', seq+1, 'w1', 'read', hash, 'ffff' FROM audit ORDER BY seq DESC LIMIT 1`}, func(last int64) int64 { return last + 1 }},
		"a row inserted in between":   {[]string{`UPDATE audit SET seq=seq+1000 WHERE seq>2`, `INSERT INTO audit (id, seq, actor, action, prev, hash) SELECT 'forged', 3, 'w1', 'read', hash, 'ffff' FROM audit WHERE seq=2`, `UPDATE audit SET seq=seq-999 WHERE seq>1000`}, func(int64) int64 { return 3 }},
		"a row with another's number": {[]string{`DROP INDEX idx_audit_seq`, `INSERT INTO audit (id, seq, actor, action, prev, hash) SELECT 'forged', seq, 'w1', 'read', prev, 'ffff' FROM audit WHERE seq=2`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			app, head := chain(t)
			unguarded(t, app, c.sql)
			r := verify(t, app, head.Hash)
			if r.Whole() {
				t.Fatalf("not noticed: %+v", r)
			}
			if c.broken != nil && r.Broken != c.broken(head.Seq) {
				t.Errorf("first broken row %d (%s), want %d", r.Broken, r.Why, c.broken(head.Seq))
			}
		})
	}
}

// What is recorded is all kept, and none of it can be changed unnoticed.
func TestEachColumnIsHeld(t *testing.T) {
	app, head := chain(t)
	e := audit.Entry{Actor: "w1", Role: "field", Device: "tablet", Action: audit.Read, Collection: "persons", Record: "person-1", Area: "9901", Purpose: audit.Review, Subjects: []string{"b", "a"}}
	write(t, app, func(db collections.DB) error { return audit.Append(db, noon, e) })
	all, err := audit.After(collections.Read(app.TestApp), head.Seq)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	r := all[0]
	want := audit.Row{Seq: head.Seq + 1, ID: r.ID, At: collections.Stamp(noon), Actor: "w1", Role: "field", Device: "tablet", Action: audit.Read, Collection: "persons", Record: "person-1", Area: "9901",
		Purpose: string(audit.Review), Subjects: audit.Pack(e.Subjects), Detail: "{}", Prev: head.Hash, Hash: r.Hash}
	if r != want || r.ID == "" || r.Hash == "" {
		t.Errorf("%+v, want %+v", r, want)
	}
	last := ` WHERE seq=` + fmt.Sprint(r.Seq)
	for _, column := range []string{"id", "created", "actor", "role", "device", "action", "collection", "record", "area", "purpose", "subjects", "detail", "prev", "hash"} {
		unguarded(t, app, []string{`UPDATE audit SET ` + column + `=` + column + `||' '` + last})
		if got := verify(t, app, ""); got.Broken != r.Seq {
			t.Errorf("another %s is not noticed: %+v", column, got)
		}
		unguarded(t, app, []string{`UPDATE audit SET ` + column + `=substr(` + column + `,1,length(` + column + `)-1)` + last})
	}
	if got := verify(t, app, ""); !got.Whole() {
		t.Errorf("%+v", got)
	}
}

// unguarded runs SQL with the triggers out of the way and puts them back.
func unguarded(t *testing.T, app *testapp.App, statements []string) {
	t.Helper()
	write(t, app, func(db collections.DB) error {
		triggers := map[string]string{}
		err := collections.Each(db, `SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'`, nil, func(rows *sql.Rows) error {
			var name, text string
			err := rows.Scan(&name, &text)
			triggers[name] = text
			return err
		})
		if err != nil {
			return err
		}
		for name := range triggers {
			statements = append([]string{`DROP TRIGGER ` + name}, statements...)
		}
		for _, text := range triggers {
			statements = append(statements, text)
		}
		for _, s := range statements {
			if _, err := db.Exec(s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
}

// A chain that was cut and continued is whole in itself: only a hash from before tells.
func TestAnchorTellsOfACutTail(t *testing.T) {
	app, head := chain(t)
	unguarded(t, app, []string{`DELETE FROM audit WHERE seq>(SELECT MAX(seq)-2 FROM audit)`})
	write(t, app, func(db collections.DB) error { return audit.Append(db, noon, audit.Entry{Action: audit.Read}) })
	if r := verify(t, app, ""); !r.Whole() {
		t.Errorf("without an anchor: %+v", r)
	}
	if r := verify(t, app, head.Hash); r.Whole() {
		t.Error("with the anchor nothing is noticed")
	}
}

func TestTriggersRefuse(t *testing.T) {
	app, head := chain(t)
	for name, statement := range map[string]string{
		"update":              `UPDATE audit SET actor='x'`,
		"delete":              `DELETE FROM audit`,
		"replace":             `INSERT OR REPLACE INTO audit (id, seq, action, prev, hash) SELECT id, seq, 'x', prev, hash FROM audit WHERE seq=1`,
		"a gap":               `INSERT INTO audit (id, seq, action, prev, hash) SELECT 'x', seq+2, 'x', hash, 'f' FROM audit ORDER BY seq DESC LIMIT 1`,
		"not the head before": `INSERT INTO audit (id, seq, action, prev, hash) SELECT 'x', seq+1, 'x', 'abc', 'f' FROM audit ORDER BY seq DESC LIMIT 1`,
		"no hash":             `INSERT INTO audit (id, seq, action, prev, hash) SELECT 'x', seq+1, 'x', hash, '' FROM audit ORDER BY seq DESC LIMIT 1`,
	} {
		t.Run(name, func(t *testing.T) {
			err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
				_, err := db.Exec(statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "audit rows") {
				t.Errorf("error %v", err)
			}
		})
	}
	if r := verify(t, app, head.Hash); !r.Whole() || r.Head != head {
		t.Errorf("%+v", r)
	}
}

func TestMissingTriggersAreNoticed(t *testing.T) {
	app, _ := chain(t)
	write(t, app, func(db collections.DB) error {
		_, err := db.Exec(`DROP TRIGGER audit_no_delete`)
		return err
	})
	if r := verify(t, app, ""); r.Whole() {
		t.Error("a trigger is gone and nobody says so")
	}
}

// A row is only there when what it records is.
func TestRolledBack(t *testing.T) {
	app, head := chain(t)
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		if err := audit.Append(db, noon, audit.Entry{Action: audit.Read}); err != nil {
			return err
		}
		return fmt.Errorf("what it records failed")
	})
	if err == nil {
		t.Fatal("no error")
	}
	if r := verify(t, app, head.Hash); r.Head != head {
		t.Errorf("head %v, want %v", r.Head, head)
	}
}

func TestPack(t *testing.T) {
	a, b := uuid.NewString(), uuid.NewString()
	packed := audit.Pack([]string{b, "plain-id", "", a, b})
	want := []string{a, b, "plain-id"}
	slices.Sort(want)
	got := audit.Unpack(packed)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%q gives %v, want %v", packed, got, want)
	}
	if audit.Pack([]string{""}) != "" {
		t.Error("nobody is somebody")
	}
	if upper := strings.ToUpper(a); !slices.Equal(audit.Unpack(audit.Pack([]string{upper})), []string{upper}) {
		t.Error("an id in capitals is another id")
	}
}

// TestWhicheverStatementFailsTheTrailSaysSo: what is not recorded is told, and what cannot be read is not taken for nothing.
func TestWhicheverStatementFailsTheTrailSaysSo(t *testing.T) {
	app, head := chain(t)
	worker, db := app.Worker(t, "F1", "field", "9901").Id, collections.Read(app.TestApp)
	in := func(fn func(db collections.DB) error) func() error {
		return func() error { return collections.Write(t.Context(), app.TestApp, fn) }
	}
	for name, do := range map[string]func() error{
		"recorded": in(func(db collections.DB) error {
			return audit.Append(db, noon, audit.Entry{Actor: worker, Action: audit.Read}, audit.Entry{Actor: "nobody", Action: audit.Read})
		}),
		"refused":  in(func(db collections.DB) error { return audit.AppendRefusal(db, noon, audit.Entry{Actor: worker}) }),
		"who":      func() error { _, _, err := audit.Who(db, "person-1", nil); return err },
		"after":    func() error { _, err := audit.After(db, 0); return err },
		"verified": func() error { _, err := audit.Verify(db, head.Hash); return err },
		"makers":   func() error { _, err := audit.OneMaker(db, worker, "nobody"); return err },
		"indexed":  func() error { return audit.Index(t.Context(), app.TestApp) },
	} {
		app.FailsAtEach(t, name, do)
	}
	rows, err := audit.After(db, head.Seq)
	roles := map[string]int{}
	for _, r := range rows {
		roles[r.Action+" "+r.Role]++
	}
	if want := map[string]int{"read field": 1, "read ": 1, "refused field": 1}; err != nil || !maps.Equal(roles, want) {
		t.Errorf("%v %v, want %v", err, roles, want)
	}
}
