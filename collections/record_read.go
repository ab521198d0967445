package collections

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"doorstep/internal/seal"
	"doorstep/internal/survey"
)

// Find reads a record and its answers back; found is false when there is none. It fails where sealed answers do not open.
func (l *Layout) Find(db DB, id string) (rec *Record, root *survey.Node, found bool, err error) {
	return l.find(db, id, false)
}

// Look is Find for showing a record: of a row that does not open it gives what lies in clear, and notes it in Damaged.
func (l *Layout) Look(db DB, id string) (rec *Record, root *survey.Node, found bool, err error) {
	return l.find(db, id, true)
}

func (l *Layout) find(db DB, id string, damagedToo bool) (rec *Record, root *survey.Node, found bool, err error) {
	rec = &Record{ID: id, Rows: map[*survey.Node]RowLink{}}
	if damagedToo {
		rec.Damaged = map[*survey.Node]bool{}
	}
	root = survey.NewElement(l.Form.Name)
	var issues, location string
	envelope := []any{
		&rec.Form, &rec.FormVersion, &rec.Campaign, &rec.Worker, &rec.Device, &rec.StartedAt, &rec.FinishedAt, &rec.ReceivedAt, &rec.Outcome,
		&location, &rec.AccuracyM,
		&rec.Area, &rec.AreaMethod, &rec.AreaConfidence, &rec.Household, &rec.Person, &rec.ReviewState, &issues, &rec.Rev, &rec.Complete,
	}
	names := l.fields(rec).columns()
	var opened seal.Row
	read := rowReader{l, db, rec}
	err = read.scan(l.Main(), rows{names, `id=?`, []any{rec.ID}, func() ([]any, *survey.Node, *seal.Row) {
		found = true
		return envelope, root, &opened
	}})
	if err != nil || !found {
		return nil, nil, found, err
	}
	if err := json.Unmarshal([]byte(orEmpty(issues)), &rec.Issues); err != nil {
		return nil, nil, false, fmt.Errorf("issues of %s: %w", id, err)
	}
	opened.Fill("location", &location)
	var p struct{ Lon, Lat float64 }
	if json.Unmarshal([]byte(location), &p) == nil {
		rec.Lon, rec.Lat = p.Lon, p.Lat
	}
	return rec, root, true, read.below(l.Main(), root, "")
}

func orEmpty(list string) string {
	if list == "" || list == "null" {
		return "[]"
	}
	return list
}

func (r Row) columns() []string {
	names := make([]string, len(r))
	for i, f := range r {
		names[i] = f.Column
	}
	return names
}

// rowReader reads the rows of one record.
type rowReader struct {
	*Layout
	db  DB
	rec *Record
}

// rows are those of a table that fit a condition: their envelope columns go into what next returns, their answers into its node, and
// what was sealed into its row.
type rows struct {
	columns []string
	where   string
	args    []any
	next    func() ([]any, *survey.Node, *seal.Row)
}

// scan reads rows of a table. A row that does not open is an error, unless the record takes note of it.
func (r rowReader) scan(t *survey.Table, some rows) error {
	quoted := make([]string, 0, 2+len(some.columns)+len(t.Columns))
	for _, n := range some.columns {
		quoted = append(quoted, `"`+n+`"`)
	}
	quoted = append(quoted, `id`, SealedColumn)
	for _, c := range t.Columns {
		quoted = append(quoted, `"`+c.Name+`"`)
	}
	query := `SELECT ` + strings.Join(quoted, ",") + ` FROM "` + t.Name + `" WHERE ` + some.where
	return Each(r.db, query, some.args, func(row *sql.Rows) (err error) {
		dest, node, opened := some.next()
		var id, sealed string
		dest = append(dest, &id, &sealed)
		values := make([]any, len(t.Columns))
		for i := range values {
			dest = append(dest, &values[i])
		}
		if err := row.Scan(dest...); err != nil {
			return fmt.Errorf("read %s: %w", t.Name, err)
		}
		if *opened, err = Open(r.db, t.Name, id, sealed); err != nil {
			if !Damaged(err) || r.rec.Damaged == nil {
				return err
			}
			r.rec.Damaged[node] = true
		}
		for i, c := range t.Columns {
			if text, ok := opened.Get(c.Name); ok {
				values[i] = text
			}
			if s := Decode(c.Question.Kind, values[i]); s != "" {
				Place(node, c.Path).SetValue(s)
			}
		}
		return nil
	})
}

// Place finds or makes the element at path below node.
func Place(node *survey.Node, path []string) *survey.Node {
	for _, name := range path {
		child := node.Child(name)
		if child == nil {
			child = survey.NewElement(name)
			node.Add(child)
		}
		node = child
	}
	return node
}

// below reads the rows of the repeats under a table's row, node, whose id is parentRow.
func (r rowReader) below(parent *survey.Table, node *survey.Node, parentRow string) error {
	for _, t := range r.Below(parent) {
		type found struct {
			link RowLink
			node *survey.Node
		}
		var all []*found
		next := func() ([]any, *survey.Node, *seal.Row) {
			f := &found{node: survey.NewElement(t.Path[len(t.Path)-1])}
			all = append(all, f)
			return []any{&f.link.ID, &f.link.Person, &f.link.Household}, f.node, new(seal.Row)
		}
		err := r.scan(t, rows{[]string{"id", "person", "household"}, `visit=? AND parent_row=? ORDER BY position`, []any{r.rec.ID, parentRow},
			next})
		if err != nil {
			return err
		}
		for _, f := range all {
			Place(node, t.Path[:len(t.Path)-1]).Add(f.node)
			r.rec.Rows[f.node] = f.link
			if err := r.below(t, f.node, f.link.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
