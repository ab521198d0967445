package hooks_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/console"
	"doorstep/internal/job"
)

// explaining looks at the plan of every query before it is asked.
type explaining struct {
	collections.DB
	t     *testing.T
	asked map[string]bool
}

// mayScan are the plans that read a whole table or index: what is as small as what waits, the forms and the campaigns.
var mayScan = []string{"CONSTANT ROW", "VALUES CLAUSE", "json_each", "(subquery", "(join", "idx_duplicates_open", "idx_duplicates_doubt", "idx_duplicates_score", "idx_tasks_reports", "idx_tasks_settled", "idx_devices_contact", "SCAN forms", "SCAN campaigns", "SCAN retention_reports", "SCAN _superusers"}

// planOf returns the steps by which SQLite would run a statement.
func planOf(db collections.DB, query string, args []any) (steps []string, err error) {
	return steps, collections.Each(db, "EXPLAIN QUERY PLAN "+query, args, func(rows *sql.Rows) error {
		var id, parent, unused int
		var step string
		err := rows.Scan(&id, &parent, &unused, &step)
		steps = append(steps, step)
		return err
	})
}

func (e explaining) Query(query string, args ...any) (*sql.Rows, error) {
	e.t.Helper()
	if !e.asked[query] {
		e.asked[query] = true
		steps, err := planOf(e.DB, query, args)
		if err != nil {
			return nil, err
		}
		for _, step := range steps {
			fine := slices.ContainsFunc(mayScan, func(part string) bool { return strings.Contains(step, part) })
			sorts := strings.HasPrefix(step, "USE TEMP B-TREE") && strings.Contains(query, `substr(v.area`)
			if strings.HasPrefix(step, "SCAN") && !fine || sorts {
				e.t.Errorf("%s\n\t%s", query, step)
			}
		}
	}
	return e.DB.Query(query, args...)
}

// Every statement of the console goes along an index, whoever asks and whatever for; the queue is not sorted either.
func TestConsoleReadsNoWholeTable(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.visit(0, "990101001001001", "示例路 1 号", "王小明", number1)
	d.visit(0, "990101001001002", "示例路 2 号", "王晓明", number1)
	home := list(t, collections.Read(d.TestApp), `SELECT household FROM child_visits WHERE id='`+id+`'`)[0]
	db := explaining{collections.Read(d.TestApp), t, map[string]bool{}}
	known := console.Known{Library: d.Doorstep.Library, Sheets: console.NewSheets(), Areas: d.Doorstep.Areas.Index()}
	for _, codes := range [][]string{{"9901"}, {"990101"}, {"990101001", "990102001001"}} {
		actor := access.Actor{ID: "m", Role: access.Manager, Territory: codes}
		for _, f := range []console.Filter{{}, {Form: "child_visit", From: "2026-11-20", To: "2026-11-24"}, {Worker: "x"}, {Code: "cn_id.division"}, {Campaign: "x", Photo: true, Returned: true}, {Returned: true, Area: "990101001"}, {Photo: true, Area: "990101001"}, {Code: "cn_id.division", ClockOff: true, Sort: console.Oldest}, {ClockOff: true}, {Sort: console.Oldest}, {States: []string{"approved"}, Area: "990101001"}} {
			page, err := console.Queue(db, known, actor, f)
			if err != nil {
				t.Fatal(err)
			}
			if page.Next != nil {
				if f.Cursor = *page.Next; f.Cursor == "" {
					t.Fatal("an empty cursor")
				}
			}
		}
		_, subjects, err := console.Read(t.Context(), db, known, actor, console.Ref{Collection: "child_visits", ID: id})
		if err != nil || len(subjects) < 3 {
			t.Fatalf("%v %v", subjects, err)
		}
		if _, _, err := console.ReadHousehold(db, known, actor, home); err != nil {
			t.Fatal(err)
		}
		for _, by := range console.WorkerSorts {
			if _, err := console.Workers(db, known, actor, console.WorkersAsked{Sort: by, Limit: 10}); err != nil {
				t.Fatal(err)
			}
		}
		for _, w := range []job.Which{{}, {Oldest: true}, {Kind: "export"}, {Kind: "export", Oldest: true}} {
			w.Limit = 50
			if _, err := job.List(db, actor, w); err != nil {
				t.Fatal(err)
			}
		}
		for _, by := range console.PairSorts {
			if _, err := console.Pairs(db, known, actor, console.PairsAsked{Sort: by, Limit: 10}); err != nil {
				t.Fatal(err)
			}
		}
		pairs, err := console.Pairs(db, known, actor, console.PairsAsked{Kind: "person", Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pairs.Items {
			if _, err := console.ReadPair(db, known, actor, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		for name, err := range map[string]error{
			"today":     errorOf(console.ReadToday(db, known, access.Act{Actor: actor, Now: d.Doorstep.Now()})),
			"counts":    errorOf(console.CountQueue(db, known.Library, actor, "", "")),
			"areas":     errorOf(console.Areas(db, actor, "9901")),
			"outlines":  errorOf(console.ReadOutlines(db, known, actor, "")),
			"workers":   errorOf(console.Workers(db, known, actor, console.WorkersAsked{Words: "F", Limit: 10})),
			"forms":     errorOf(console.Forms(db, known, actor)),
			"pace":      errorOf(console.ReadPace(db, known, access.Act{Actor: actor, Now: d.Doorstep.Now()}, "child_visit", "")),
			"outcomes":  errorOf(console.ReadOutcomes(db, known, actor, console.OutcomeFilter{By: console.ByWorker})),
			"reports":   errorOf(console.ListReports(db, known, actor, console.ReportsAsked{})),
			"settled":   errorOf(console.ListReports(db, known, actor, console.ReportsAsked{Settled: true})),
			"clean":     errorOf(console.CleanSet(db, known, actor, console.Filter{Worker: "x"}, "2027")),
			"watch":     errorOf(console.ReadWatch(db, known, access.Act{Actor: actor, Now: d.Doorstep.Now()})),
			"campaigns": errorOf(console.Campaigns(db, known, actor)),
		} {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if len(db.asked) < 40 {
		t.Errorf("only %d statements", len(db.asked))
	}
}

func errorOf[T any](_ T, err error) error { return err }

// The codes of findings are those of the records, whoever wrote them and whatever became of them since.
func TestCodesOfFindingsAreThoseOfTheRecords(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.visit(0, "990101001001001", "示例路 1 号", "王小明", "990000201503010019")
	d.visit(1, "990102001001001", "示例路 9 号", "李小红", "990000201503010019")
	same := func(when string, least int) {
		t.Helper()
		const stored = `SELECT record||' '||area||' '||code FROM record_issues WHERE collection='child_visits' ORDER BY 1`
		const derived = `SELECT DISTINCT v.id||' '||v.area||' '||json_extract(value,'$.code') FROM child_visits v, json_each(v.issues) ORDER BY 1`
		db := collections.Read(d.TestApp)
		got, want := list(t, db, stored), list(t, db, derived)
		if !slices.Equal(got, want) || len(got) < least {
			t.Errorf("%s:\n got %v\nwant %v", when, got, want)
		}
	}
	same("after intake", 4)
	write := func(query string, args ...any) {
		t.Helper()
		if err := collections.Write(t.Context(), d.TestApp, func(db collections.DB) error { _, err := db.Exec(query, args...); return err }); err != nil {
			t.Fatal(err)
		}
	}
	write(`UPDATE child_visits SET area='990101001002001' WHERE id=?`, first)
	same("after a move", 4)
	var page queuePage
	if d.get(d.boss, "/queue?code=cn_id.checksum&area=990101001002", &page); !slices.Equal(page.ids(), []string{first}) {
		t.Errorf("found by the code: %v", page.ids())
	}
	write(`UPDATE child_visits SET issues='no json' WHERE id=?`, first)
	if n := list(t, collections.Read(d.TestApp), fmt.Sprintf(`SELECT id FROM record_issues WHERE record='%s'`, first)); len(n) > 0 {
		t.Errorf("codes of what is no JSON: %v", n)
	}
	write(`UPDATE child_visits SET issues='[]' WHERE id=?`, first)
	same("after an erasure", 2)
	write(`DELETE FROM child_visits WHERE id=?`, first)
	same("after a deletion", 2)
}
