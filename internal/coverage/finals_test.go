package coverage_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/coverage"
	"doorstep/internal/testapp"
)

// Whatever becomes of records and of who was merged, before or after cases were counted, what is kept of areas, workers and days tells
// what a look at every visit tells.
func TestFinalsEqualALookAtAllVisits(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	library := app.Doorstep.Library
	in, ok := library.ByTable("child_visits")
	if !ok {
		t.Fatal("no form")
	}
	r := rand.New(rand.NewPCG(3, 4))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	var homes, people, visits []string
	write := func(do func(db collections.DB) error) {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, do); err != nil {
			t.Fatal(err)
		}
	}
	write(func(db collections.DB) error {
		for i := range 5 {
			home, person := fmt.Sprintf("home%011d", i), fmt.Sprintf("person%09d", i)
			homes, people = append(homes, home), append(people, person)
			if err := collections.Insert(db, "households", collections.Row{{Column: "id", Value: home}}); err != nil {
				return err
			}
			if err := collections.Insert(db, "persons", collections.Row{{Column: "id", Value: person}}); err != nil {
				return err
			}
		}
		return nil
	})
	row := func() collections.Row {
		return collections.Row{
			{Column: "outcome", Value: pick("1.1", "1.2", "2.11", "2.2", "9.9")},
			{Column: "review_state", Value: pick("received", "received", "returned", "approved", "rejected")},
			{Column: "household", Value: pick(append(homes, "")...)}, {Column: "person", Value: pick(append(people, "", "", "")...)},
			{Column: "area", Value: pick("990101001001001", "990101001001002", "990101001002001", "990102001001001", "990101001001", "990101001", "9901", "")},
			{Column: "worker", Value: pick("", "w1", "w2", "w3")}, {Column: "campaign", Value: pick("", "c1", "c2")},
			{Column: "form_version", Value: pick(in.Version, "before")},
			{Column: "received_at", Value: "2026-11-" + pick("01", "02", "03") + " " + pick("02:00:00.000Z", "15:59:59.999Z", "16:00:00.000Z")},
		}
	}
	begun := 0 // rounds of those that began with days half counted
	for round := range 240 {
		if round > 0 && round%20 == 0 {
			upgrade(t, app)
		}
		write(func(db collections.DB) error {
			for range 1 + 40*max(0, 1-round) { // many at first, then one for itself
				row := row()
				var err error
				switch r.IntN(8) {
				case 0, 1, 2:
					id := fmt.Sprintf("visit%010d", len(visits))
					visits = append(visits, id)
					err = collections.Insert(db, "child_visits", append(collections.Row{{Column: "id", Value: id}}, row...))
				case 3, 4:
					if len(visits) > 0 {
						at := []int{0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8}[r.IntN(11)]
						err = collections.Update(db, "child_visits", pick(visits...), row[at:at+1])
					}
				case 5:
					if len(visits) > 9 {
						_, err = db.Exec(`DELETE FROM child_visits WHERE id=?`, pick(visits...))
					}
				default: // always into a later one, or into none
					of, table := homes, "households"
					if r.IntN(2) == 0 {
						of, table = people, "persons"
					}
					at := r.IntN(len(of) - 1)
					_, err = db.Exec(`UPDATE `+table+` SET merged_into=? WHERE id=?`, pick("", of[at+1+r.IntN(len(of)-at-1)]), of[at])
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		kept := round%2 == 0 && round%20 > 8
		if round%20 <= 8 {
			if more, err := coverage.KeepOne(t.Context(), app.TestApp, library); err != nil {
				t.Fatal(err)
			} else if more {
				begun++
			}
		}
		if kept {
			if err := coverage.Keep(t.Context(), app.TestApp, library); err != nil {
				t.Fatal(err)
			}
		}
		meaning := coverage.Meanings(library, "child_visits")
		for _, codes := range [][]string{nil, {"9901"}, {"990101"}, {"990101001", "990102001001"}, {"990101001001001"}, {"990101001001", "990101001002001"}} {
			v := coverage.Visits{Table: "child_visits", Ranges: territory.Of(codes), Meaning: meaning, Campaign: pick("", "c1")}
			if codes == nil {
				v.Ranges = territory.Everywhere
			}
			level, worker := r.IntN(territory.Grid+1), r.IntN(2) == 0
			if got, want := finals(t, app, v, level, worker), looked(t, app, v, level, worker); got != want {
				t.Fatalf("round %d, %v at level %d, worker %v, counted before %v: kept\n%s\nall visits\n%s", round, codes, level, worker, kept, got, want)
			} else if paged := inPages(t, app, v, level, worker); paged != want {
				t.Fatalf("round %d, %v at level %d, worker %v, counted before %v: page by page\n%s\nall visits\n%s", round, codes, level, worker, kept, paged, want)
			}
			if got, want := arrived(t, app, v), days(t, app, v); got != want {
				t.Fatalf("round %d, days of %v: kept\n%s\nall visits\n%s", round, codes, got, want)
			}
		}
		if round%20 == 18 {
			recounted(t, app)
		}
	}
	if begun < 50 {
		t.Errorf("%d rounds amid the counting", begun)
	}
}

// upgrade lets the next start of the server find the triggers and tables of a version that did not count days.
func upgrade(t *testing.T, app *testapp.App) {
	t.Helper()
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		text := ""
		const name = `child_visits_coverage_insert`
		if _, err := collections.One(db, `SELECT sql FROM sqlite_master WHERE name=?`, []any{name}, &text); err != nil {
			return err
		}
		before, rest, ok := strings.Cut(text, `INSERT INTO coverage_days`)
		if !ok {
			t.Fatalf("%s counts no days", name)
		}
		_, rest, _ = strings.Cut(rest, `visits=visits+1;`)
		for _, query := range []string{`DROP TRIGGER ` + name, before + rest, `DELETE FROM coverage_days`, `DELETE FROM coverage_finals`,
			`DELETE FROM coverage_ranks`, `DELETE FROM coverage_stale`} {
			if _, err := db.Exec(query); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := collections.EnsureViews(app.TestApp, app.Doorstep.Library.Interviews()); err != nil {
		t.Fatal(err)
	}
}

func finals(t *testing.T, app *testapp.App, v coverage.Visits, level int, worker bool) string {
	t.Helper()
	all := map[string]int64{}
	err := coverage.EachFinal(collections.Read(app.TestApp), v, coverage.Lines{Level: level, Worker: worker}, func(a coverage.Attempt, n int64) { all[line(a, level, worker)] += n })
	return text(t, all, err)
}

// inPages reads one line after the other, as whoever asks for small pages does.
func inPages(t *testing.T, app *testapp.App, v coverage.Visits, level int, worker bool) string {
	t.Helper()
	all := map[string]int64{}
	l := coverage.Lines{Level: level, Worker: worker, Most: 1}
	for begun := false; ; begun = true {
		lines := map[string]map[string]int64{}
		err := coverage.EachFinal(collections.Read(app.TestApp), v, l, func(a coverage.Attempt, n int64) {
			key := a.Worker
			if above := territory.Above(a.Area); !worker && level < len(above) {
				key = above[level]
			} else if !worker {
				key = a.Area
			}
			if begun && key <= l.From {
				return
			}
			if lines[key] == nil {
				lines[key] = map[string]int64{}
			}
			lines[key][line(a, level, worker)] += n
		})
		if err != nil || len(lines) == 0 {
			return text(t, all, err)
		}
		l.From = slices.Min(slices.Collect(maps.Keys(lines)))
		for what, n := range lines[l.From] {
			all[what] += n
		}
	}
}

func looked(t *testing.T, app *testapp.App, v coverage.Visits, level int, worker bool) string {
	t.Helper()
	all := map[string]int64{}
	err := coverage.EachCase(collections.Read(app.TestApp), v, func(a coverage.Attempt) { all[line(a, level, worker)]++ })
	return text(t, all, err)
}

func line(a coverage.Attempt, level int, worker bool) string {
	if above := territory.Above(a.Area); level < len(above) {
		a.Area = above[level]
	}
	if worker {
		a.Area, a.Campaign = "", ""
	} else {
		a.Worker = ""
	}
	return fmt.Sprint(a.Area, " ", a.Campaign, " ", a.Worker, " ", a.Version, " ", a.Outcome, " ", a.Code, " ", a.Class)
}

func arrived(t *testing.T, app *testapp.App, v coverage.Visits) string {
	t.Helper()
	all := map[string]int64{}
	err := coverage.EachArrival(collections.Read(app.TestApp), v, func(day string, a coverage.Attempt, n int64) { all[day+" "+a.Version+" "+a.Outcome] += n })
	return text(t, all, err)
}

// days counts the visits one by one; the tests write 15:59:59 and 16:00, between which a day begins where the surveys take place.
func days(t *testing.T, app *testapp.App, v coverage.Visits) string {
	t.Helper()
	all := map[string]int64{}
	var err error
	for _, r := range v.Ranges {
		var lines []string
		lines, err = texts(collections.Read(app.TestApp), `SELECT substr(received_at,1,8)||substr('0'||(substr(received_at,9,2)+(substr(received_at,12,2)>='16')),-2)||' '||
			form_version||' '||outcome FROM child_visits WHERE review_state!='rejected' AND area>=? AND area<?`, r.Lo, r.Hi)
		for _, l := range lines {
			all[l]++
		}
	}
	return text(t, all, err)
}

func text(t *testing.T, all map[string]int64, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if all[key] != 0 {
			fmt.Fprintln(&b, key, all[key])
		}
	}
	return b.String()
}
