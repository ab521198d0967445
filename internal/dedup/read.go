// Package dedup runs the linkage of records over files: lists in, pairs, clusters, the model and a report out.
package dedup

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"doorstep/internal/linkage"
	"doorstep/internal/tabular"
)

// load reads one list, or two between which pairs are looked for, into a table.
func load(ctx context.Context, o Options, show func(step string, done, total int)) (*linkage.Table, []string, error) {
	for _, file := range o.Files {
		if _, err := os.Stat(file); err != nil { // told before the other was read
			return nil, nil, err
		}
	}
	fields, id := o.Fields, o.ID
	if len(fields) == 0 || id == "" {
		found, foundID, err := usual(o.Files[0])
		if err != nil {
			return nil, nil, err
		}
		if len(fields) == 0 {
			fields = found
		}
		if id == "" {
			id = foundID
		}
	}
	if len(fields) == 0 {
		return nil, nil, fmt.Errorf("%s: 没有认得的列名;表头如 姓名、出生日期、证件号码,别的列名用 --map 指明 · no column is known by its header, such as name, birth_date, id_number; name others with --map", o.Files[0])
	}
	t, err := linkage.NewTable(fields)
	if err != nil {
		return nil, nil, err
	}
	l := list{table: t, fields: fields, id: id, seen: map[string]int{}}
	for i, file := range o.Files {
		if i == 1 {
			t.Between()
		}
		if err := l.read(ctx, file, show); err != nil {
			return nil, nil, err
		}
	}
	return t, l.ids, nil
}

// list gathers the records of the files.
type list struct {
	table  *linkage.Table
	fields []linkage.Field
	id     string
	seen   map[string]int
	ids    []string
}

// read adds the rows of a file. A record without an id is called by the file's row.
func (l *list) read(ctx context.Context, file string, show func(step string, done, total int)) error {
	names := distinct(l.id, l.fields)
	columns := make([]tabular.Column, len(names))
	for i, n := range names {
		columns[i] = tabular.Column{Name: key(n), Headers: []string{n}, Needed: true}
	}
	cells := make([]string, len(l.fields))
	_, err := tabular.Read(file, columns, func(row tabular.Row) error {
		for i, f := range l.fields {
			cells[i] = row.Get(key(f.Column))
			if f.Role == linkage.BirthDate {
				if day, ok := tabular.Date(cells[i]); ok {
					cells[i] = day
				}
			}
		}
		id := strconv.Itoa(row.Number)
		if l.id != "" && row.Get(key(l.id)) != "" {
			id = row.Get(key(l.id))
		}
		l.ids = append(l.ids, id)
		l.table.Add(id, cells)
		if n := len(l.ids); n%10000 == 0 {
			show("读取 reading", n, -1)
			return ctx.Err()
		}
		return nil
	})
	return err
}

// key is the name of a column while it is read, which no header is.
func key(column string) string { return "=" + column }
