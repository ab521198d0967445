package hooks_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// ledger writes down what requests do to the database, row by row, beside rows of somebody in another city that none of them is about.
type ledger struct {
	app     *testapp.App
	said    strings.Builder
	planted map[string]bool // table and id
}

// newLedger plants somebody in another city, who has a row of every kind that a request may write.
func newLedger(t *testing.T, app *testapp.App) *ledger {
	t.Helper()
	l := &ledger{app: app, planted: map[string]bool{}}
	const area, at = "990201001001001", "2026-11-01 02:00:00.000Z"
	worker := app.Worker(t, "N1", "field", area).Id
	l.planted["workers "+worker] = true
	about := map[string]any{"collection": "child_visits", "record": "next-child_visits", "area": area}
	of := func(rows ...map[string]any) map[string]any {
		all := map[string]any{"created": at, "updated": at}
		for _, row := range rows {
			maps.Copy(all, row)
		}
		return all
	}
	for table, row := range map[string]map[string]any{
		"households": {"area": area, "address": "他处路 1 号", "active": true, "rev": 1, "attempts": `{"evening":1}`},
		"persons":    {"area": area, "household": "next-households", "name": "司马他人", "name_key": "司马他人", "active": true, "rev": 1},
		"child_visits": {"form": "child_visit", "worker": worker, "area": area, "household": "next-households",
			"review_state": "received",
			"rev":          1, "issues": "[]", "received_at": at, "campaign": "next-campaigns"},
		"child_visit_children": {"visit": "next-child_visits", "person": "next-persons", "area": area, "child_name": "司马他人", "rev": 1},
		"submissions": {"kind": "submit", "worker": worker, "area": area, "instance": "next-held", "form": "no_such_form", "raw": "{}",
			"raw_type": "json", "outcome": "quarantined", "code": "operation.unknown_form", "received_at": at, "receipt": "{}"},
		"edits": of(about, map[string]any{"field": "remarks", "kind": "proposal", "status": "open", "worker": worker,
			"source": "next-child_visits"}),
		"attachments": of(about, map[string]any{"name": "next.jpg", "sha256": "next", "state": "declared", "worker": worker}),
		"uploads":     {"worker": worker, "sha256": "next", "size": 1},
		"paradata":    of(about, map[string]any{"instance": "next-child_visits", "worker": worker}),
		"entity_versions": {"list": "persons", "entity": "next-persons", "entity_rev": 1, "record": "next-child_visits", "worker": worker,
			"area": area},
		"reviews": of(about, map[string]any{"decision": "return", "comment": "他处意见", "reviewer": "next"}),
		"tasks": of(about, map[string]any{"kind": "correct", "assignee": worker, "title": "他处", "status": "open", "rev": 1,
			"campaign": "next-campaigns", "household": "next-households", "person": "next-persons"}),
		"duplicates": {"kind": "person", "collection": "persons", "a": "next-persons", "b": "next-other", "area": area, "area_b": area,
			"status": "open"},
		"devices":    {"worker": worker, "area": area, "name": "他处平板", "last_seq": 1},
		"app_tokens": {"worker": worker, "area": area, "sha256": "next-token", "label": "他处"},
		"access_grants": {"kind": "export", "worker": "next", "area": area, "status": "asked", "reason": "他处",
			"collection": "child_visit"},
		"second_factors":     {"worker": worker, "secret": "next", "confirmed": true, "last_step": 1, "recovery": "[]"},
		"sign_ins":           {"key": "next", "wrong": 1},
		"former_territories": {"worker": worker, "scope": "next", "territory": `["990202"]`},
		"record_issues":      of(about, map[string]any{"code": "x", "severity": "warning"}),
		"outbox":             {"kind": "next", "record": "next-child_visits", "payload": "{}", "due": "2036-11-01 02:00:00.000Z"},
		"campaigns": {"name": "他处一轮", "form": "child_visit", "status": "open", "territory": `["9902"]`,
			"hold_policy": "all", "rev": 1},
		"changes": {"collection": "child_visits", "record": "next-child_visits", "target": area, "record_rev": 1,
			"op": "upsert", "seq": -1},
		"erasures": {"kind": "person", "collection": "persons", "subject": "next-gone", "rev": 1, "basis": "own_request",
			"area": area},
		"form_files": {"form": "elderly_baseline", "name": "next.csv", "sha256": "next", "size": 1},
	} {
		app.Plant(t, table, of(row, map[string]any{"id": "next-" + table}))
		l.planted[table+" next-"+table] = true
	}
	return l
}

// note writes down how the database differs from a picture. A row of the other city that moved is an error, whatever was asked.
func (l *ledger) note(t *testing.T, what string, before testapp.Picture) {
	t.Helper()
	afterJobs(t, l.app)
	after := l.app.Picture(t)
	changes := slices.DeleteFunc(after.Since(before), func(c testapp.Change) bool { return c.Table == "jobs" }) // they go on beside requests
	for _, c := range changes {
		if l.planted[c.Table+" "+c.Key] {
			t.Errorf("%s: a row of another city moved in %s: %v", what, c.Table, c.Columns())
		}
	}
	if rows := touched(changes, idsOf(before, after)); rows != "" {
		fmt.Fprintf(&l.said, "%s\n%s", what, rows)
	}
}

// afterJobs returns once what requests have begun beside them has ended.
func afterJobs(t *testing.T, app *testapp.App) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		var one int
		under, err := collections.One(collections.Read(app), `SELECT 1 FROM jobs WHERE status IN ('waiting','running')`, nil, &one)
		if err != nil {
			t.Fatal(err)
		}
		if !under {
			return
		}
	}
	t.Fatal("a job does not end")
}

// touched says how the database changed: a line for each row, sorted, with how many there are of it.
func touched(changes []testapp.Change, names func(string) string) string {
	lines := map[string]int{}
	for _, c := range changes {
		lines[rowLine(c, names)]++
	}
	var b strings.Builder
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		times := ""
		if lines[line] > 1 && !strings.HasPrefix(line, "~ changes") { // how many there are depends on which were told before
			times = fmt.Sprintf(" (%d)", lines[line])
		}
		fmt.Fprintf(&b, "  %s%s\n", line, times)
	}
	return b.String()
}

// counted are the tables of which a ledger tells the columns alone: what they say are sums over many rows, or keys.
var counted = []string{"jobs", "blocking_keys", "blocking_of", "blocking_full", "blocking_gone", "coverage_areas", "coverage_cases",
	"coverage_work", "coverage_days", "coverage_finals", "coverage_ranks", "coverage_stale", "forms", "meta", "areas", "area_revisions", "_collections", "sqlite_stat1"}

// unsaid are the columns whose values differ from run to run, or that shift with every request before.
var unsaid = []string{"id", "key", "rowid", "seq", "first", "created", "updated", "sealed", "hash", "prev", "tokenKey", "password",
	"secret",
	"recovery", "last_step", "receipt", "raw", "xml", "source_name", "md5", "sha256"}

// rowLine is a line for a row that came (+), went (-) or changed (~).
func rowLine(c testapp.Change, names func(string) string) string {
	row, sign, columns := c.After, "~ ", c.Columns()
	switch {
	case c.Before == nil:
		sign, columns = "+ ", slices.Sorted(maps.Keys(c.After))
	case c.After == nil:
		row, sign, columns = c.Before, "- ", []string{"record", "worker"}
	}
	line := sign + c.Table
	for _, column := range columns {
		value, there := row[column]
		plain := slices.Contains(unsaid, column) || slices.Contains(counted, c.Table)
		switch {
		case !there, sign == "+ " && (plain || strings.Contains(" 0 false [] {} null ", " "+value+" ") || value == ""):
		case column == "rowid", column == "updated", column == "seq":
		case sign == "~ " && slices.Contains([]string{"record_rev", "rev", "version"}, column): // how often it was changed before
			line += " " + column
		case plain:
			line += " " + column
		default:
			line += " " + column + "=" + names(value)
		}
	}
	return line
}

var (
	ids      = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[a-z0-9]{15}\b`)
	digests  = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	subjects = regexp.MustCompile(`^( ?[A-Za-z0-9_-]{22})+ ?$`) // ids, as the audit trail writes them
	sums     = regexp.MustCompile(`"(size|audit)":\d+`)         // of a backup
	sealed   = regexp.MustCompile(`\bds1\.[A-Za-z0-9._-]+`)
	moments  = regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`)
)

// idsOf writes what a value names by the table where it lies, a worker by the staff number, and what is new in every run as what it is.
func idsOf(pictures ...testapp.Picture) func(string) string {
	known := map[string]string{}
	for _, p := range pictures {
		for _, table := range slices.Backward(slices.Sorted(maps.Keys(p))) { // an id of several tables is named by the first
			if table == collections.Areas {
				continue // an area's code says more
			}
			for key, row := range p[table] {
				known[key] = "<" + table + ">"
				if table == collections.Workers {
					known[key] = "<" + row["staff_no"] + ">"
				}
			}
		}
	}
	return func(value string) string {
		if list := strings.Fields(value); len(list) > 0 && subjects.MatchString(value) {
			for i, id := range list {
				if b, err := base64.RawURLEncoding.DecodeString(id); err == nil && len(b) == 16 {
					list[i] = uuid.UUID(b).String()
				}
				name, ok := known[list[i]]
				if !ok {
					name = "<id>"
				}
				list[i] = name
			}
			slices.Sort(list)
			value = strings.Join(list, " ")
		}
		value = sums.ReplaceAllString(value, `"$1":n`)
		value = sealed.ReplaceAllString(value, "<sealed>")
		value = digests.ReplaceAllString(moments.ReplaceAllString(value, "<time>"), "<digest>")
		value = ids.ReplaceAllStringFunc(value, func(id string) string {
			if name, ok := known[id]; ok {
				return name
			} else if strings.Contains(id, "-") {
				return "<id>"
			}
			return id
		})
		if short := []rune(strings.ReplaceAll(value, "\n", "\\n")); len(short) > 200 {
			return string(short[:200]) + "…"
		} else {
			return string(short)
		}
	}
}
