package seed_test

import (
	"database/sql"
	"fmt"
	"hash/fnv"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/corpora"
	"doorstep/internal/demo"
	"doorstep/internal/identity"
	"doorstep/internal/seed"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

// TestLife holds what somebody who looks at the demo for the first time finds in it.
func TestLife(t *testing.T) {
	app := testapp.New(t)
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	city, err := demo.NewCity(8, demo.Scale{Districts: 2, Streets: 4, Communities: 12, Grids: 60, Workers: 34, HouseholdsPerGrid: 12, Today: now})
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	show := func(what string, done, total int) {
		if done == total {
			steps = append(steps, what)
		}
	}
	setting := seed.Setting{City: city, Password: testapp.Password, Now: now, Show: show}
	err = collections.Write(t.Context(), app, func(db collections.DB) error { return collections.SetMeta(db, "blocking.state", "") })
	if err != nil { // as in a database in which nobody was looked for yet
		t.Fatal(err)
	}
	if err := seed.City(t.Context(), app, app.Doorstep.Areas, setting); err != nil {
		t.Fatal(err)
	}
	if err := identity.Backfill(t.Context(), app, func(int) { t.Error("not everybody has the keys by whom they are looked up") }); err != nil {
		t.Fatal(err)
	}
	if err := seed.Life(t.Context(), app, app.Doorstep.Intake(), setting, seed.Weeks); err != nil {
		t.Fatal(err)
	}
	if len(steps) != 4 {
		t.Errorf("steps that ended: %q", steps)
	}
	db := collections.Read(app)
	for what, query := range map[string]string{
		"received visits":               `SELECT COUNT(*) FROM child_visits WHERE review_state='received'`,
		"visits with issues":            `SELECT COUNT(*) FROM child_visits WHERE review_state='has_issues'`,
		"returned visits":               `SELECT COUNT(*) FROM child_visits WHERE review_state='returned'`,
		"corrected visits":              `SELECT COUNT(*) FROM child_visits WHERE review_state='edited'`,
		"approved visits":               `SELECT COUNT(*) FROM child_visits WHERE review_state='approved'`,
		"rejected visits":               `SELECT COUNT(*) FROM child_visits WHERE review_state='rejected'`,
		"approved interviews":           `SELECT COUNT(*) FROM elderly_surveys WHERE review_state='approved'`,
		"corrections to do":             `SELECT COUNT(*) FROM tasks WHERE kind='correct' AND status='open'`,
		"visits to make":                `SELECT COUNT(*) FROM tasks WHERE kind='visit' AND status='open'`,
		"re-interviews to make":         `SELECT COUNT(*) FROM tasks WHERE kind='recheck' AND status='open'`,
		"re-interviews that were made":  `SELECT COUNT(*) FROM tasks t WHERE kind='recheck' AND status='done' AND assignee!=(SELECT worker FROM child_visits v WHERE v.id=t.record)`,
		"mandatory reports":             `SELECT COUNT(*) FROM tasks WHERE kind='follow_up' AND priority='urgent'`,
		"pairs":                         `SELECT COUNT(*) FROM duplicates WHERE status='open'`,
		"photos":                        `SELECT COUNT(*) FROM attachments WHERE state='stored' AND mime='image/jpeg'`,
		"photos still on a tablet":      `SELECT COUNT(*) FROM attachments WHERE state='declared'`,
		"submissions in quarantine":     `SELECT COUNT(*) FROM submissions WHERE outcome='quarantined'`,
		"visits of more than two weeks": `SELECT COUNT(*) FROM child_visits WHERE received_at < '2026-11-09'`,
		"corrections in the history":    `SELECT COUNT(*) FROM edits WHERE kind='correction'`,
	} {
		if n := count(t, db, query); n == 0 {
			t.Errorf("no %s", what)
		}
	}
	for what, query := range map[string]string{
		"visits of the future":        `SELECT COUNT(*) FROM child_visits WHERE received_at > '2026-11-23 10:00:00'`,
		"visits that failed":          `SELECT COUNT(*) FROM submissions WHERE code='server.internal'`,
		"visits of nobody's":          `SELECT COUNT(*) FROM child_visits WHERE worker NOT IN (SELECT id FROM workers)`,
		"visits without a campaign":   `SELECT COUNT(*) FROM child_visits WHERE campaign=''`,
		"households that were made":   `SELECT COUNT(*) FROM households WHERE source!=''`,
		"reviews by somebody unknown": `SELECT COUNT(*) FROM reviews WHERE reviewer NOT IN (SELECT id FROM workers WHERE role='supervisor')`,
	} {
		if n := count(t, db, query); n > 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	store := collections.Files(app)
	err = collections.Each(db, `SELECT sha256 FROM attachments WHERE state='stored'`, nil, func(rows *sql.Rows) error {
		var sha string
		if err := rows.Scan(&sha); err != nil {
			return err
		}
		f, err := store.Open(sha)
		if err != nil {
			return err
		}
		return f.Close()
	})
	if err != nil {
		t.Error(err)
	}
	corpora.Golden(t, "testdata/life.txt", profile(t, app))
}

// lived are the tables that a life fills. What is answered in the forms is held in package demo.
var lived = []string{collections.Attachments, collections.Audit, collections.Campaigns, collections.Changes, "child_visits", collections.Devices, collections.Duplicates, collections.Edits,
	"elderly_surveys", collections.Households, collections.Persons, collections.Reviews, collections.Submissions, collections.Tasks, collections.Scopes, collections.Workers}

// made are values that are other ones in each life.
var made = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{22,}`)

// exact are columns whose values are the same in each life: what was sent, what was decided, and who is there.
var exact = map[string][]string{
	collections.Attachments: {"created", "record", "sha256"}, collections.Households: {"area", "id"}, collections.Reviews: {"created", "record"},
	collections.Submissions: {"device_time", "files", "instance", "received_at", "sha256"}, collections.Tasks: {"due", "household"},
	collections.Scopes: {"hi", "lo"}, collections.Workers: {"area", "name", "staff_no", "territory"},
}

// profile tells of each column of these tables how many values it has, of one of a few how often each is there, and of an exact one a digest
// of them.
func profile(t *testing.T, app *testapp.App) string {
	t.Helper()
	var b strings.Builder
	tables := app.Picture(t)
	for _, table := range lived {
		fmt.Fprintf(&b, "%s %d\n", table, len(tables[table]))
		columns := map[string]map[string]int{}
		for _, row := range tables[table] {
			for column, value := range row {
				if len(row) > 60 && !slices.Contains(survey.Envelope, column) {
					continue // an answer
				}
				if columns[column] == nil {
					columns[column] = map[string]int{}
				}
				columns[column][value]++
			}
		}
		for _, column := range slices.Sorted(maps.Keys(columns)) {
			values := columns[column]
			if fmt.Fprintf(&b, "  %s %d", column, len(values)); len(values) <= 8 && !slices.Contains([]string{"id", "rowid", "sealed"}, column) {
				var each []string
				for value, n := range values {
					each = append(each, fmt.Sprintf("%.40q:%d", made.ReplaceAllString(value, "#"), n))
				}
				slices.Sort(each)
				b.WriteString(" " + strings.Join(each, " "))
			} else if slices.Contains(exact[table], column) {
				sum := fnv.New32a()
				for _, value := range slices.Sorted(maps.Keys(values)) {
					fmt.Fprintln(sum, value, values[value])
				}
				fmt.Fprintf(&b, " =%08x", sum.Sum32())
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func count(t *testing.T, db collections.DB, query string) (n int) {
	t.Helper()
	if _, err := collections.One(db, query, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
