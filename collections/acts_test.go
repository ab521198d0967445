package collections_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// counts returns what is counted of records, in lines of a table, its key and its numbers.
func counts(t *testing.T, app *testapp.App) (all []string) {
	t.Helper()
	for _, query := range []string{`SELECT 'case '||household||' '||area||' '||visits||' '||interviews FROM coverage_cases`,
		`SELECT 'work '||area||' '||worker||' '||visits||' '||interviews||' '||returned||' '||approved FROM coverage_work`,
		`SELECT 'area '||level||' '||area||' '||visited||' '||completed||' '||returned||' '||approved FROM coverage_areas WHERE visited+completed+returned+approved>0`,
		`SELECT 'day '||records||' '||district||' '||day||' '||version||' '||code||' '||visits FROM coverage_days`} {
		lines, err := collections.Column[string](collections.Read(app.TestApp), query)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, lines...)
	}
	slices.Sort(all)
	return all
}

// TestWhatIsCountedOfRecords plants, moves and deletes records of two forms, and counts them by hand, as SQLite does, and all anew.
func TestWhatIsCountedOfRecords(t *testing.T) {
	app := testapp.New(t)
	type visit struct {
		table, household, area, worker, state, outcome, version, received string
		done                                                              bool
	}
	visits := map[string]visit{}
	for i, area := range []string{"990101001001001", "990101001001002", "990101001002001", "990101002001001", "990102001001001", "990101001001", ""} {
		for j, state := range []string{"received", "returned", "approved", "rejected"} {
			id := fmt.Sprintf("visit-%d-%d", i, j)
			visits[id] = visit{[]string{"child_visits", "elderly_surveys"}[j%2], []string{"h1", "h2", ""}[(i+j)%3], area, []string{"w1", "w2"}[i%2], state,
				[]string{"1.1", "1.2", "2.1"}[(i*j)%3], "1", []string{"2026-11-22 15:59:59.000Z", "2026-11-22 16:00:00.000Z"}[(i+j)%2], (i*j)%3 != 2}
		}
	}
	write := func(query string, args ...any) {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { _, err := db.Exec(query, args...); return err }); err != nil {
			t.Fatal(err)
		}
	}
	for id, v := range visits {
		write(`INSERT INTO `+v.table+` (id, household, area, worker, review_state, outcome, form_version, received_at) VALUES (?,?,?,?,?,?,?,?)`,
			id, v.household, v.area, v.worker, v.state, v.outcome, v.version, v.received)
	}
	byHand := func() (all []string) {
		type key struct{ a, b, c, d, e string }
		cases, works, areas, days := map[key][2]int{}, map[key][4]int{}, map[key][4]int{}, map[key]int{}
		seen := map[key]bool{}
		one := func(yes bool) int { return map[bool]int{true: 1}[yes] }
		for _, v := range visits {
			if v.state == "rejected" {
				continue
			}
			n, r, a := one(v.done), one(v.state == "returned"), one(v.state == "approved")
			if v.household != "" {
				c := cases[key{a: v.household, b: v.area}]
				cases[key{a: v.household, b: v.area}] = [2]int{c[0] + 1, c[1] + n}
			}
			w := works[key{a: v.area, b: v.worker}]
			works[key{a: v.area, b: v.worker}] = [4]int{w[0] + 1, w[1] + n, w[2] + r, w[3] + a}
			days[key{v.table, v.area[:min(6, len(v.area))], map[bool]string{true: "2026-11-23", false: "2026-11-22"}[v.received > "2026-11-22 16"], v.version, v.outcome}]++
			for level, digits := range []int{4, 6, 9, 12, 15} {
				if len(v.area) < min(digits, 13) {
					continue
				}
				at := key{a: fmt.Sprint(level), b: v.area[:min(len(v.area), digits)]}
				c := areas[at]
				visited, completed := 0, 0
				if home := (key{at.a, at.b, v.household, "v", ""}); v.household != "" && !seen[home] {
					seen[home], visited = true, 1
				}
				if home := (key{at.a, at.b, v.household, "c", ""}); v.household != "" && v.done && !seen[home] {
					seen[home], completed = true, 1
				}
				areas[at] = [4]int{c[0] + visited, c[1] + completed, c[2] + r, c[3] + a}
			}
		}
		for k, n := range cases {
			all = append(all, fmt.Sprint("case ", k.a, " ", k.b, " ", n[0], " ", n[1]))
		}
		for k, n := range works {
			all = append(all, fmt.Sprint("work ", k.a, " ", k.b, " ", n[0], " ", n[1], " ", n[2], " ", n[3]))
		}
		for k, n := range areas {
			all = append(all, fmt.Sprint("area ", k.a, " ", k.b, " ", n[0], " ", n[1], " ", n[2], " ", n[3]))
		}
		for k, n := range days {
			all = append(all, fmt.Sprint("day ", strings.Join([]string{k.a, k.b, k.c, k.d, k.e}, " "), " ", n))
		}
		all = slices.DeleteFunc(all, func(line string) bool { return strings.HasPrefix(line, "area ") && strings.HasSuffix(line, " 0 0 0 0") })
		slices.Sort(all)
		return all
	}
	interviews, tables := app.Doorstep.Library.Interviews(), app.Doorstep.Library.Tables()
	same := func(when string) {
		t.Helper()
		if got, want := counts(t, app), byHand(); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", when, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	anew := func() error {
		return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return collections.Recount(db, interviews, tables) })
	}
	same("planted")
	if err := anew(); err != nil {
		t.Fatal(err)
	}
	same("counted anew")
	for column, change := range map[string]func(v *visit, to string){
		"household": func(v *visit, to string) { v.household = to }, "area": func(v *visit, to string) { v.area = to }, "worker": func(v *visit, to string) { v.worker = to },
		"review_state": func(v *visit, to string) { v.state = to }, "outcome": func(v *visit, to string) { v.outcome, v.done = to, to[0] == '1' },
		"form_version": func(v *visit, to string) { v.version = to }, "received_at": func(v *visit, to string) { v.received = to },
	} {
		to := map[string][]string{"household": {"", "h3"}, "area": {"990102001001001", "990103001001001"}, "worker": {"w3", "w1"}, "review_state": {"rejected", "approved", "received"},
			"outcome": {"2.1", "1.1"}, "form_version": {"2", "1"}, "received_at": {"2026-11-22 16:00:00.000Z", "2026-11-22 10:00:00.000Z"}}[column]
		for i, value := range to {
			for _, id := range []string{fmt.Sprintf("visit-%d-2", i), "visit-0-0", "visit-3-3"} {
				v := visits[id]
				write(`UPDATE `+v.table+` SET `+column+`=? WHERE id=?`, value, id)
				change(&v, value)
				visits[id] = v
			}
			same(column + " becomes " + value)
		}
	}
	for _, id := range []string{"visit-0-0", "visit-1-0", "visit-2-3", "visit-4-1"} {
		write(`DELETE FROM `+visits[id].table+` WHERE id=?`, id)
		delete(visits, id)
	}
	same("deleted")
	write(`INSERT INTO coverage_cases (household, area, visits, interviews) VALUES ('x', '99', 5, 5)`)
	triggers := func() []string {
		t.Helper()
		all, err := collections.Column[string](collections.Read(app.TestApp), `SELECT name||sql FROM sqlite_master WHERE type='trigger' ORDER BY name`)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := triggers()
	app.FailsAtEach(t, "count anew", anew)
	same("counted anew at the end")
	if !slices.Equal(triggers(), before) {
		t.Error("counting has changed the triggers")
	}
}

// TestTasksOfHouseholdsThatAreOne: of two open tasks for one household the one stays that somebody has, else the older; the other is called
// off, and asked again once the households are two.
func TestTasksOfHouseholdsThatAreOne(t *testing.T) {
	app := testapp.New(t)
	for _, id := range []string{"a", "b", "c", "d"} {
		app.Plant(t, collections.Households, map[string]any{"id": id, "area": "990101001001001"})
	}
	task := func(id, household, assignee, created string, other map[string]any) {
		row := map[string]any{"id": id, "household": household, "assignee": assignee, "created": created, "kind": "visit", "status": "open", "campaign": "sweep", "area": "990101001001001", "rev": 1,
			"record": "", "person": ""}
		maps.Copy(row, other)
		app.Plant(t, collections.Tasks, row)
	}
	task("old", "a", "", "2026-01-01", nil)
	task("new", "b", "", "2026-01-02", nil)
	task("had", "c", "w", "2026-01-03", nil)
	task("next", "d", "", "2026-01-01", nil)
	for column, value := range map[string]any{"campaign": "other", "kind": "correct", "status": "done", "record": "r", "person": "p"} {
		task("not-"+column, "b", "", "2026-01-01", map[string]any{column: value})
	}
	task("no-campaign", "b", "", "2026-01-05", map[string]any{"campaign": ""})
	merged := func(into map[string]string) {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) (err error) {
			for id, root := range into {
				_, one := db.Exec(`UPDATE households SET merged_into=? WHERE id=?`, root, id)
				err = errors.Join(err, one)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	join := func() error {
		return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return collections.JoinTasks(db, []string{"a", "b", "c"}, app.Doorstep.Now())
		})
	}
	state := func() string {
		t.Helper()
		said, err := collections.Column[string](collections.Read(app.TestApp), `SELECT id||' '||rev FROM tasks WHERE status='open' ORDER BY id`)
		joins, err2 := collections.Column[string](collections.Read(app.TestApp), `SELECT task||'>'||other FROM task_joins ORDER BY 1`)
		told, err3 := collections.Column[string](collections.Read(app.TestApp), `SELECT record||'@'||target||' '||record_rev FROM changes WHERE collection='tasks' ORDER BY 1`)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		others := slices.DeleteFunc(said, func(s string) bool { return strings.HasPrefix(s, "not-") || strings.HasPrefix(s, "no-") })
		return strings.Join(others, ",") + " " + strings.Join(joins, ",") + " " + strings.Join(told, ",")
	}
	for _, c := range []struct {
		name string
		into map[string]string
		want string
	}{
		{"apart", nil, "had 1,new 1,next 1,old 1  "},
		{"two are one", map[string]string{"b": "a"}, "had 1,next 1,old 1 new>old "},
		{"apart again", map[string]string{"b": ""}, "had 1,new 3,next 1,old 1  "},
		{"below a third", map[string]string{"a": "d", "b": "d"}, "had 1,next 1 new>next,old>next "},
		{"one is had", map[string]string{"a": "c", "b": "c"}, "had 1,next 1 new>had,old>had "},
		{"apart at last", map[string]string{"a": "", "b": ""}, "had 1,new 7,next 1,old 5  "},
	} {
		merged(c.into)
		if strings.HasPrefix(c.name, "one is") { // those that were called off for another are asked again first
			merged(map[string]string{"a": "", "b": ""})
			if err := join(); err != nil {
				t.Fatal(err)
			}
			merged(c.into)
		}
		app.FailsAtEach(t, c.name, join)
		if got := state(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for id, status := range map[string]string{"not-campaign": "open", "not-kind": "open", "not-status": "done", "not-record": "open", "not-person": "open", "no-campaign": "open"} {
		if got := app.Clear(t, collections.Tasks, "id='"+id+"'", "status")[0][0]; got != status {
			t.Errorf("%s is %s", id, got)
		}
	}
}

// TestCorrectionsAreClosed of one record, beside tasks that are of another, of another kind, or not open.
func TestCorrectionsAreClosed(t *testing.T) {
	app := testapp.New(t)
	row := map[string]any{"id": "task", "record": "r", "kind": "correct", "status": "open", "assignee": "w", "rev": 4, "title": "t"}
	app.Plant(t, collections.Tasks, row)
	app.PlantBeside(t, collections.Tasks, row, map[string]any{"record": "other", "kind": "visit", "status": "done", "assignee": ""})
	before := app.Picture(t)
	app.FailsAtEach(t, "close", func() error {
		return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return collections.CloseCorrections(db, "r", "cancelled", app.Doorstep.Now())
		})
	})
	var changes []string
	for _, c := range app.Picture(t).Since(before) {
		if c.Table == collections.Changes {
			changes = append(changes, c.After["record"]+" "+c.After["target"]+" "+c.After["op"]+" "+c.After["record_rev"])
		} else if c.After["status"] != "cancelled" || c.After["rev"] != "5" || c.After["updated"] != collections.Stamp(app.Doorstep.Now()) {
			t.Errorf("%s: %v", c.Key, c.After)
		}
	}
	if moved, want := app.Moved(t, before), []string{"tasks task: rev status updated", "tasks task-assignee: rev status updated"}; !slices.Equal(moved, want) {
		t.Errorf("moved %q, want %q", moved, want)
	}
	if want := []string{"task w:w upsert 5"}; !slices.Equal(changes, want) {
		t.Errorf("told %q, want %q", changes, want)
	}
}

// TestPairsGoWithAPerson to the supervisors of where it lies now, with a word that is one with the other side's, and no other.
func TestPairsGoWithAPerson(t *testing.T) {
	app := testapp.New(t)
	now := app.Doorstep.Now()
	pair := func(id, collection, a, b, verdictA, verdictB string) {
		app.Plant(t, collections.Duplicates, map[string]any{"id": id, "collection": collection, "a": a, "b": b, "area": "990101", "area_b": "990102", "verdict_a": verdictA, "verdict_b": verdictB,
			"kind": "person", "status": "open", "rule": "r", "updated": "2026-01-01 00:00:00.000Z"})
	}
	pair("left", "persons", "p", "q", "same", "")
	pair("right", "persons", "q", "p", "same", "different")
	pair("agreed", "persons", "p", "s", "same", "same")
	pair("beside", "persons", "q", "s", "same", "")
	pair("home", "households", "p", "q", "same", "")
	for _, c := range []struct {
		collection, from, to string
		want                 []string
	}{
		{"persons", "990101", "990101", nil}, {"persons", "", "990103", nil}, {"tasks", "990101", "990103", nil},
		{"persons", "990101", "990103", []string{"agreed 990103 990102 same same", "left 990103 990102  ", "right 990101 990103 same "}},
		{"households", "990101", "990104", []string{"home 990104 990102  "}},
	} {
		before := app.Picture(t)
		move := func() error {
			return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
				return collections.Moved(db, collections.RevisionOf(c.collection, "p", 7), c.from, c.to, now)
			})
		}
		app.FailsAtEach(t, "move "+c.collection, move)
		var got, feed []string
		for _, change := range app.Picture(t).Since(before) {
			switch row := change.After; change.Table {
			case collections.Duplicates:
				got = append(got, strings.Join([]string{change.Key, row["area"], row["area_b"], row["verdict_a"], row["verdict_b"]}, " "))
				if row["updated"] != collections.Stamp(now) {
					t.Errorf("%s was changed at %s", change.Key, row["updated"])
				}
			case collections.Changes:
				feed = append(feed, fmt.Sprint(row["target"], " ", row["op"], " new ", row["first"] != "0"))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %q", c, got)
		}
		want := []string{c.to + " upsert new " + fmt.Sprint(c.from != c.to)}
		if c.from != "" && c.from != c.to {
			want = append(want, c.from+" leave new false")
		}
		slices.Sort(want)
		slices.Sort(feed)
		if c.collection == "persons" && c.to == "990103" && c.from != "" { // it came there before
			want[1] = "990103 upsert new true"
		}
		if !slices.Equal(feed, want) {
			t.Errorf("%v is told as %q, want %q", c, feed, want)
		}
	}
}

// TestWorkIsQueuedOnce per kind and record.
func TestWorkIsQueuedOnce(t *testing.T) {
	app := testapp.New(t)
	at := app.Doorstep.Now()
	enqueue := func(kind, record, says string) error {
		return collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return collections.Enqueue(db, kind, record, map[string]string{"n": says}, at)
		})
	}
	app.FailsAtEach(t, "enqueue", func() error { return enqueue("k", "r", "1") })
	at = at.Add(time.Hour)
	if err := errors.Join(enqueue("k", "r", "later"), enqueue("k2", "r", "other kind"), enqueue("k", "r2", "other record")); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := collections.Each(collections.Read(app.TestApp), `SELECT kind||' '||record||' '||payload||' '||due||' '||done_at||created||updated FROM outbox ORDER BY kind, record`, nil, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		got = append(got, line)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	then, now := collections.Stamp(at.Add(-time.Hour)), collections.Stamp(at)
	if want := []string{`k r {"n":"1"} ` + then + " " + then + then, `k r2 {"n":"other record"} ` + now + " " + now + now, `k2 r {"n":"other kind"} ` + now + " " + now + now}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
