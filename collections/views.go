package collections

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Interviews are the conditions in SQL under which a record of a collection is an interview, complete or partial. Its columns
// have the names of the collection's.
type Interviews map[string]string

// PlainInterview is the condition where the codes of the outcome are AAPOR's own.
const PlainInterview = `(outcome LIKE '1.1%' OR outcome LIKE '1.2%')`

// Of is the condition for one collection.
func (i Interviews) Of(table string) string {
	if condition := i[table]; condition != "" {
		return condition
	}
	return PlainInterview
}

// Surveys are the collections of records, each with those of its rows, and which of the records are interviews.
type Surveys struct {
	Rows       map[string][]string
	Interviews Interviews
}

// EnsureViews brings the dashboard's views over all survey collections up to date, those of a form about to be published
// among them. There are none before the first form.
func EnsureViews(app core.App, interviews Interviews, tables ...string) error {
	err := Each(Read(app), `SELECT DISTINCT tablename FROM forms WHERE tablename!='' AND status!='draft'`, nil, func(rows *sql.Rows) error {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		tables = append(tables, name)
		return nil
	})
	if err != nil || len(tables) == 0 {
		return err
	}
	slices.Sort(tables)
	tables = slices.Compact(tables)
	for _, v := range []struct{ name, query string }{
		{ReviewQueue, reviewQueueQuery(tables)}, {CommunityCoverage, coverageQuery(tables, interviews)}, {OpenDuplicates, openDuplicatesQuery},
	} {
		if err := ensureView(app, v.name, v.query); err != nil {
			return err
		}
	}
	return countCoverage(app, interviews, tables)
}

func ensureView(tx core.App, name, query string) error {
	c, err := tx.FindCollectionByNameOrId(name)
	if err != nil {
		c = core.NewViewCollection(name)
	}
	rule := reviewers
	if name == OpenDuplicates {
		rule = pairReaders
	}
	if c.ViewQuery == query && c.ListRule != nil && *c.ListRule == rule && c.ViewRule != nil && *c.ViewRule == rule {
		return nil
	}
	c.ListRule, c.ViewRule = new(rule), new(rule)
	c.ViewQuery = query
	if err := tx.Save(c); err != nil {
		return fmt.Errorf("save view %s: %w", name, err)
	}
	return nil
}

const pairReaders = signedIn + ` && (@request.auth.role = "supervisor" || @request.auth.role = "manager") && (` + myScopes + `(` +
	covering +
	` || @collection.worker_scopes.lo ?<= area_b && @collection.worker_scopes.hi ?> area_b))`

func reviewQueueQuery(tables []string) string {
	parts := make([]string, len(tables))
	for i, t := range tables {
		parts[i] = fmt.Sprintf(`SELECT id, '%[1]s' AS kind, form, area, worker, household, review_state, received_at, outcome, `+
			`COALESCE(json_array_length(issues), 0) AS issue_count FROM `+"`%[1]s`"+` WHERE `, t) + waiting
	}
	return `SELECT q.id AS id, CAST(q.kind AS TEXT) AS collection, CAST(q.form AS TEXT) AS form, ` +
		strings.Replace(waitingPlace, "area", "q.area", 1) + ` AS area, CAST(q.worker AS TEXT) AS worker, ` +
		`CAST(q.household AS TEXT) AS household, ` +
		`CAST(q.review_state AS TEXT) AS review_state, CAST(q.received_at AS TEXT) AS received_at, CAST(q.outcome AS TEXT) AS outcome, ` +
		`CAST(q.issue_count AS INT) AS issue_count FROM (` +
		strings.Join(parts, " UNION ALL ") + `) q`
}

// coverageQuery counts for each row apart, so that a list of a few communities reads their records alone.
func coverageQuery(tables []string, interviews Interviews) string {
	total := func(what string) string {
		return "CAST(" + each(tables, "(SELECT COUNT(*) FROM `%s` v WHERE v.area >= a.code AND v.area < a.code || char(1114111)"+what+")",
			" + ") + " AS INT)"
	}
	completed := make([]string, len(tables))
	for i, t := range tables {
		completed[i] = "CAST((SELECT COUNT(*) FROM `" + t + "` v WHERE v.area >= a.code AND v.area < a.code || char(1114111) AND " +
			interviews.Of(t) + ") AS INT)"
	}
	households := each(tables, "SELECT household FROM `%s` v WHERE v.area >= a.code AND v.area < a.code || char(1114111) AND household != ''",
		" UNION ALL ")
	return `SELECT a.id AS id, a.code AS area, a.name AS name, a.expected_households AS expected_households, ` + total("") + ` AS visits,
		CAST((SELECT COUNT(DISTINCT household) FROM (` + households + `)) AS INT) AS households_visited, ` +
		`CAST(` + strings.Join(completed, ` + `) + ` AS INT) AS completed, ` +
		total(` AND v.review_state = 'approved'`) + ` AS approved FROM areas a WHERE a.level = 'community'`
}

// each writes the same for every table.
func each(tables []string, text, between string) string {
	parts := make([]string, len(tables))
	for i, t := range tables {
		parts[i] = strings.Replace(text, "%s", t, 1)
	}
	return strings.Join(parts, between)
}

const openDuplicatesQuery = `SELECT d.id AS id, d.kind AS kind, d.rule AS rule, d.collection AS collection, d.a AS a, d.b AS b, ` +
	`d.area AS area, d.area_b AS area_b, d.score AS score, d.created AS found FROM duplicates d WHERE d.status = 'open'`
