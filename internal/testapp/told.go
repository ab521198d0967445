package testapp

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
)

// Names are what a text calls the rows of a database, whose ids are of chance.
type Names map[string]string

var (
	chance   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[a-z0-9]{15}\b`)
	packed   = regexp.MustCompile(`[A-Za-z0-9_-]+`) // 22 of them are an id of the audit trail, or a keyed hash
	unsaid   = regexp.MustCompile(`,"zh":"[^"]*","en":"[^"]*"|,"message":\{[^}]*\}`)
	digested = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	// counting are the tables that follow from others.
	counting = regexp.MustCompile(`^(coverage_|blocking_|need_versions|sqlite_|_collections|meta|jobs|forms)`)
)

// private are the columns that are of chance or follow from the others.
var private = strings.Fields(`rowid id sealed first hash prev name_key id_key address_key key created updated receipt raw`)

// Told writes what changed in the database since a picture: each row that came (+), went (-) or changed (~), with what it says, sealed
// columns opened. A row that names does not know yet is called by its table and how many of them have come.
func (a *App) Told(t testing.TB, before Picture, names Names) string {
	t.Helper()
	changes := slices.DeleteFunc(a.Picture(t).Since(before), func(c Change) bool { return counting.MatchString(c.Table) })
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), slices.Compare(a.place(), b.place()))
	})
	for _, c := range changes {
		if _, ok := names[c.Key]; !ok && chance.MatchString(c.Key) {
			names["of "+c.Table] += "|"
			names[c.Key] = fmt.Sprintf("<%s %d>", c.Table, len(names["of "+c.Table]))
		}
	}
	db, all := collections.Read(a.TestApp), ""
	for _, c := range changes {
		c.meant(t)
		for _, row := range []*map[string]string{&c.Before, &c.After} {
			opened, err := collections.Open(db, c.Table, (*row)["id"], (*row)[collections.SealedColumn])
			if err != nil {
				t.Fatal(err)
			}
			*row = maps.Clone(*row)
			for _, v := range opened {
				(*row)[v.Column] = v.Text
			}
		}
		all += names.line(c)
	}
	return all
}

// place is where the row stands in its table; one that came may have the number of one that went.
func (c Change) place() []int {
	n, _ := strconv.Atoi(cmp.Or(c.After["rowid"], c.Before["rowid"])) // 0 where the table numbers no rows
	return []int{n, len(c.After)}
}

// line says what became of a row.
func (n Names) line(c Change) string {
	row, line, columns := c.After, "  ~ ", c.Columns()
	switch {
	case c.Before == nil:
		line, columns = "  + ", slices.Sorted(maps.Keys(c.After))
	case c.After == nil:
		row, line = c.Before, "  - "
	}
	came := c.Before == nil
	line += c.Table
	if name, ok := n[c.Key]; ok {
		line += " " + strings.Trim(strings.TrimPrefix(name, "<"+c.Table+" "), "<>")
	} else if _, ok := row["id"]; ok {
		line += " " + c.Key
	}
	for _, column := range columns {
		value := row[column]
		if column == "subjects" { // the audit trail has them in any order
			all := strings.Fields(value)
			for i := range all {
				all[i] = n.In(all[i])
			}
			value = strings.Join(slices.Sorted(slices.Values(all)), " ")
		}
		nothing := came && (value == "" || strings.Contains(" 0 false [] {} null ", " "+value+" "))
		ordinal := column == "seq" && c.Table != collections.Submissions
		if !slices.Contains(private, column) && !nothing && !ordinal {
			line += " " + column + "=" + n.In(value)
		}
	}
	return line + "\n"
}

// In returns a text with the names of rows in the place of their ids, the beginnings of digests, and without the words of findings.
func (n Names) In(text string) string {
	text = digested.ReplaceAllStringFunc(unsaid.ReplaceAllString(text, ""), func(sum string) string { return "<" + sum[:4] + ">" })
	text = packed.ReplaceAllStringFunc(text, func(id string) string {
		b, err := base64.RawURLEncoding.DecodeString(id)
		if err != nil || len(b) != 16 || !strings.ContainsAny(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			return id // a word
		}
		return cmp.Or(n[uuid.UUID(b).String()], "<keyed>")
	})
	text = chance.ReplaceAllStringFunc(text, func(id string) string {
		if n[id] == "" && strings.Contains(id, "-") {
			return "<keyed>"
		}
		return cmp.Or(n[id], id)
	})
	return strings.ReplaceAll(text, "\n", `\n`)
}
