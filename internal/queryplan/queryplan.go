// Package queryplan tells how SQLite would run statements in a city of full size, and which of them would read more than
// they answer. The city is made of figures alone: an empty database with the same tables, whose statistics say that it is full.
package queryplan

import (
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// City is an empty database that SQLite takes for a full one.
type City struct {
	db      *sql.DB
	tables  map[string]bool
	of      map[string]string // index → table
	partial map[string]bool   // indexes that hold few of the rows: what waits for somebody
	reads   map[string][]int  // index → its rows, and those with the same first column, first two columns …
}

// New makes the tables, indexes and views of another database again. Close it after use.
func New(from interface {
	Query(query string, args ...any) (*sql.Rows, error)
}) (*City, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	c := &City{db: db, tables: map[string]bool{}, of: map[string]string{}, partial: map[string]bool{}, reads: map[string][]int{}}
	rows, err := from.Query(`SELECT name, type, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'
		ORDER BY type='view', type='index', rowid`)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, kind, text string
		if err := rows.Scan(&name, &kind, &text); err != nil {
			return c, err
		}
		if _, err := db.Exec(text); err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
		c.tables[name] = c.tables[name] || kind == "table"
	}
	if err := rows.Err(); err != nil {
		return c, err
	}
	return c, c.fill()
}

// Close drops the database.
func (c *City) Close() error { return c.db.Close() }

// fill plants the statistics of every index.
func (c *City) fill() error {
	indexes, err := indexesOf(c.db)
	if err != nil {
		return err
	}
	for _, x := range indexes {
		c.of[x.name], c.partial[x.name], c.reads[x.name] = x.table, x.partial, x.reads()
	}
	return plant(c.db, indexes)
}

type index struct {
	table, name     string
	columns         []string
	unique, partial bool
}

// reads is how many rows an index holds, and how many of them share its first column, its first two columns and so on.
func (x index) reads() []int {
	n := rowsOf(x.table)
	if x.partial {
		n = max(1, n/waiting)
	}
	all, left := []int{n}, n
	for i, column := range x.columns {
		left = max(1, left/distinct(column, n))
		if x.unique && i == len(x.columns)-1 {
			left = 1
		}
		all = append(all, left)
	}
	return all
}

// step is one line of a plan.
type step struct {
	Text string
	id   int
	in   int // id of the step that it is part of
}

// plan is how SQLite would run a statement.
func (c *City) plan(query string) (steps []step, err error) {
	rows, err := c.db.Query(`EXPLAIN QUERY PLAN `+query, make([]any, strings.Count(query, "?"))...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s step
		var unused int
		if err := rows.Scan(&s.id, &s.in, &unused, &s.Text); err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return steps, rows.Err()
}

var (
	access = regexp.MustCompile("^(SCAN|SEARCH) [`\"]?([a-zA-Z_0-9]+)[`\"]?(?: USING (AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?INDEX " +
		"(\\S+))?(.*)$")
	limit  = regexp.MustCompile(`(?i)\bLIMIT (\d+|\?)\s*$`)
	filter = regexp.MustCompile(`(?i)\bWHERE\b`)
)

// Wasteful lists the steps of a statement that read more of a table that grows with the city than the answer needs: a scan, or
// a sort of what is not looked up by a key that few rows share.
func (c *City) Wasteful(query string) (found []string, err error) {
	steps, err := c.plan(query)
	if err != nil {
		return nil, err
	}
	many := map[int]bool{} // steps that read many rows
	for _, s := range steps {
		scan, rows := c.read(s.Text, query)
		many[s.id] = rows > few
		if scan {
			found = append(found, s.Text)
		}
	}
	page := limit.MatchString(query) && !slices.ContainsFunc(steps, func(s step) bool { return s.Text == "USE TEMP B-TREE FOR ORDER BY" })
	for _, s := range steps {
		sorts := strings.HasPrefix(s.Text, "USE TEMP B-TREE") && !strings.Contains(s.Text, " FOR LAST ") // of rows that are alike in the rest
		if page && s.Text == "USE TEMP B-TREE FOR DISTINCT" {
			continue // of the rows of a page
		}
		if sorts && anyBelow(steps, s.in, many) {
			found = append(found, s.Text)
		}
	}
	return found, nil
}

// anyBelow reports whether one of the steps of a part of the plan is among some, other than in a subquery that is asked for
// each row or for a list of keys.
func anyBelow(steps []step, in int, some map[int]bool) bool {
	for _, s := range steps {
		apart := strings.Contains(s.Text, "SCALAR SUBQUERY") || strings.HasPrefix(s.Text, "LIST SUBQUERY") || strings.Contains(s.Text,
			"CORRELATED")
		if s.in == in && (some[s.id] || !apart && anyBelow(steps, s.id, some)) {
			return true
		}
	}
	return false
}

// read is how many rows of a table that grows a step reads, and whether it goes through the table without any key. A range
// counts as all rows that its equal columns leave.
func (c *City) read(step, query string) (scan bool, rows int) {
	m := access.FindStringSubmatch(step)
	if m == nil {
		return false, 0
	}
	kind, table, automatic, index, conditions := m[1], c.table(m[2], m[4], query), m[3] != "", m[4], m[5]
	switch {
	case !c.tables[table] || !grows(table):
		return false, 0
	case kind == "SCAN":
		return !c.partial[index] && (index == "" || !first(query)), c.rows(table, index)
	case automatic: // made for this one query, of all rows
		return true, rowsOf(table)
	case index == "":
		return false, 1 // by its rowid
	}
	equal := strings.Count(conditions, "=?") - strings.Count(conditions, ">=?") - strings.Count(conditions, "<=?")
	if equal < len(c.reads[index]) {
		return false, c.reads[index][equal]
	}
	return false, 1
}

func (c *City) rows(table, index string) int {
	if all := c.reads[index]; len(all) > 0 {
		return all[0]
	}
	return rowsOf(table)
}

// table finds the table behind the name that a step uses.
func (c *City) table(name, index, query string) string {
	if of := c.of[index]; of != "" {
		return of
	}
	if c.tables[name] {
		return name
	}
	m := regexp.MustCompile("[`\"]?([a-zA-Z_0-9]+)[`\"]?\\s+(?i:AS\\s+)?[`\"]?" + name + "\\b").FindStringSubmatch(query)
	if m == nil {
		return ""
	}
	return m[1]
}

// first reports whether a statement asks for the first few rows of an order alone.
func first(query string) bool {
	tail := limit.FindStringSubmatch(query)
	if tail == nil || filter.MatchString(query) {
		return false
	}
	n, err := strconv.Atoi(tail[1])
	return err != nil || n <= few
}
