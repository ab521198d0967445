package identity_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

// TestMain keeps the usual run short: -rapid.checks or RAPID_CHECKS makes it longer.
func TestMain(m *testing.M) {
	if os.Getenv("RAPID_CHECKS") == "" {
		if err := flag.Set("rapid.checks", "8"); err != nil { // a flag of the command line comes later and wins
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// verdict is what is said of the two people, or households, of some numbers.
type verdict struct {
	table string
	a, b  int
	word  string
}

// several is how many persons and how many households the verdicts are on.
const several = 5

var verdicts = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) verdict {
	a := rapid.IntRange(0, several-2).Draw(t, "a")
	return verdict{rapid.SampledFrom([]string{collections.Persons, collections.Households}).Draw(t, "table"), a, rapid.IntRange(a+1, several-1).Draw(t, "b"),
		rapid.SampledFrom([]string{identity.Same, identity.Same, identity.Different, identity.Unsure}).Draw(t, "word")}
}), 1, 12)

var city = access.Actor{ID: "city", Role: access.Supervisor, Territory: []string{"9901"}}

// TestMergesAndUndos: whatever is said in whichever order, who is merged into whom follows from the last words alone; and when
// everything is taken back, the database is what it was but for its history.
func TestMergesAndUndos(t *testing.T) {
	app := testapp.New(t)
	write(t, app, func(db collections.DB) error {
		for i := range several {
			at := now.Add(time.Duration(i) * time.Second)
			p := somebody(fmt.Sprint("张", i), "", fmt.Sprintf("2015-03-0%d", i+1), "male", fmt.Sprint("h", i))
			r := identity.Register{DB: db, Reach: identity.Everywhere, Now: at}
			if _, err := r.ResolvePerson(p, identity.Person{}, fmt.Sprint("persons", i)); err != nil {
				return err
			}
			home := identity.Household{ID: fmt.Sprint("households", i), Address: fmt.Sprint("示例路", i), Area: p.Area}
			if _, err := identity.SaveHousehold(db, identity.Household{}, home, false, at); err != nil {
				return err
			}
		}
		return nil
	})
	rapid.Check(t, func(run *rapid.T) {
		pairUp(t, app)
		before := app.Picture(t)
		last := map[verdict]string{}
		for _, v := range verdicts.Draw(run, "verdicts") {
			decided := last[verdict{v.table, v.a, v.b, ""}]
			err := say(t, app, v)
			if refused := v.word == identity.Unsure && decided != ""; refused != (err != nil) || refused && problem.As(err).Code != problem.BadDecision {
				run.Fatalf("%v after %q: %v", v, decided, err)
			}
			if v.word != identity.Unsure {
				last[verdict{v.table, v.a, v.b, ""}] = v.word
			}
		}
		merged := into(t, app)
		var same []verdict
		for v, word := range last {
			if v.word = word; word == identity.Same {
				same = append(same, v)
			}
		}
		slices.SortFunc(same, func(a, b verdict) int {
			return slices.Compare([]int{a.a, a.b, len(a.table)}, []int{b.a, b.b, len(b.table)})
		})
		inOrder := func(order []verdict, word string) {
			for _, v := range order {
				if err := say(t, app, verdict{v.table, v.a, v.b, word}); err != nil {
					run.Fatal(err)
				}
			}
		}
		inOrder(rapid.Permutation(same).Draw(run, "taken back"), identity.Different)
		for _, c := range app.Picture(t).Since(before) {
			switch {
			case slices.Contains([]string{"audit", "changes", "coverage_stale", "duplicates", "entity_versions", "meta"}, c.Table):
			case (c.Table == collections.Persons || c.Table == collections.Households) && len(c.Columns()) > 0 && subset(c.Columns(), "rev", "updated"):
			default:
				run.Fatalf("left behind in %s: %v of %s", c.Table, c.Columns(), c.Key)
			}
		}
		inOrder(rapid.Permutation(same).Draw(run, "said again"), identity.Same)
		if again := into(t, app); !slices.Equal(again, merged) {
			run.Fatalf("in another order %v, was %v", again, merged)
		}
		inOrder(same, identity.Different)
		if left := into(t, app); len(left) > 0 {
			run.Fatalf("still merged: %v", left)
		}
	})
}

// Households that are said to be one are asked for once in a campaign, by the task that somebody has; when they are not, each again.
func TestMergedHouseholdsAreAskedForOnce(t *testing.T) {
	app := testapp.New(t)
	write(t, app, func(db collections.DB) error {
		for i := range several {
			home := identity.Household{ID: fmt.Sprint("households", i), Address: fmt.Sprint("示例路", i), Area: "990101001001001"}
			if _, err := identity.SaveHousehold(db, identity.Household{}, home, false, now.Add(time.Duration(i)*time.Second)); err != nil {
				return err
			}
		}
		at := collections.Stamp(now)
		for _, task := range []struct{ id, household, campaign, kind, assignee, status string }{
			{"a", "households0", "c1", "visit", "", "open"}, {"b", "households1", "c1", "visit", "w1", "open"},
			{"c", "households2", "c1", "visit", "", "open"}, {"d", "households1", "c2", "visit", "", "open"},
			{"e", "households0", "c1", "recheck", "", "open"}, {"f", "households2", "c2", "visit", "", "done"},
			{"g", "households3", "c1", "visit", "w2", "open"},
		} {
			if err := collections.Insert(db, collections.Tasks, collections.Row{{Column: "id", Value: task.id}, {Column: "household", Value: task.household},
				{Column: "campaign", Value: task.campaign}, {Column: "kind", Value: task.kind}, {Column: "assignee", Value: task.assignee},
				{Column: "status", Value: task.status}, {Column: "area", Value: "990101001001001"}, {Column: "title", Value: "x"}, {Column: "rev", Value: 1},
				{Column: "created", Value: at}, {Column: "updated", Value: at}}); err != nil {
				return err
			}
		}
		return nil
	})
	pairUp(t, app)
	for _, step := range []struct {
		a, b int
		word string
		open string
	}{
		{0, 1, identity.Same, "b c d e g"},
		{1, 2, identity.Same, "b d e g"},
		{0, 1, identity.Different, "a b d e g"},
		{1, 2, identity.Different, "a b c d e g"},
		{0, 2, identity.Same, "a b d e g"},
		{0, 2, identity.Different, "a b c d e g"},
	} {
		if err := say(t, app, verdict{collections.Households, step.a, step.b, step.word}); err != nil {
			t.Fatal(err)
		}
		var open []string
		for _, row := range app.Clear(t, collections.Tasks, "status='open'", "id") {
			open = append(open, row[0])
		}
		if slices.Sort(open); strings.Join(open, " ") != step.open {
			t.Fatalf("households %d and %d are %s: %v are open, want %s", step.a, step.b, step.word, open, step.open)
		}
	}
}

// pairUp makes a fresh pair of each two people, and of each two households.
func pairUp(t *testing.T, app *testapp.App) {
	t.Helper()
	write(t, app, func(db collections.DB) error {
		if _, err := db.Exec(`DELETE FROM duplicates`); err != nil {
			return err
		}
		for _, table := range []string{collections.Persons, collections.Households} {
			for b := range several {
				for a := range b {
					pair := identity.Pair{Kind: table[:len(table)-1], Rule: identity.Alike, Collection: table, A: fmt.Sprint(table, a), B: fmt.Sprint(table, b), Score: 0.5}
					if _, err := pair.Record(db, now); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// say decides on a pair.
func say(t *testing.T, app *testapp.App, v verdict) error {
	t.Helper()
	pair := app.Clear(t, collections.Duplicates, fmt.Sprintf("a='%s%d' AND b='%s%d'", v.table, v.a, v.table, v.b), "id")
	_, err := identity.Decide(t.Context(), app.TestApp, access.Act{Actor: city, Now: now}, identity.Decision{Pair: pair[0][0], Status: v.word, Comment: "核对"})
	return err
}

// into tells who is merged into whom.
func into(t *testing.T, app *testapp.App) (all []string) {
	t.Helper()
	for _, table := range []string{collections.Persons, collections.Households} {
		for _, row := range app.Clear(t, table, "merged_into!=''", "id", "merged_into") {
			all = append(all, fmt.Sprint(row))
		}
	}
	slices.Sort(all)
	return all
}

func subset(columns []string, of ...string) bool {
	return !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(of, c) })
}
