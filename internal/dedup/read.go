// Package dedup runs the linkage of records over files: lists in, pairs, clusters, the model and a report out.
package dedup

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"syscall"

	"doorstep/internal/linkage"
	"doorstep/internal/tabular"
)

// load reads one list, or two between which pairs are looked for, into a table.
func load(ctx context.Context, o Options, show func(step string, done, total int)) (*linkage.Table, []string, error) {
	if info, err := os.Stat(o.Out); err == nil && !info.IsDir() { // told before anything is learned
		return nil, nil, &fs.PathError{Op: "mkdir", Path: o.Out, Err: syscall.ENOTDIR}
	}
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
		return nil, nil, fmt.Errorf("%s: 没有认得的列名;表头如 姓名、出生日期、证件号码,别的列名用 --map 指明 · no column is known by its header, such as name, birth_date, "+
			"id_number; name others with --map", o.Files[0])
	}
	t, err := linkage.NewTable(fields)
	if err != nil {
		return nil, nil, err
	}
	l := list{table: t, fields: fields, id: id}
	for i, file := range o.Files {
		if i == 1 {
			t.Between()
		}
		before := len(l.ids)
		if err := l.read(ctx, file, show); err != nil {
			return nil, nil, err
		}
		if id := repeated(l.ids[before:]); id != "" {
			return nil, nil, fmt.Errorf("%s: 编号“%s”出现两次;每条记录要有自己的编号,或用 --id 指明另一列 · the id %q is there twice: give each record its own, or name "+
				"another column with --id", file, id, id)
		}
	}
	return t, l.ids, nil
}

// list gathers the records of the files.
type list struct {
	table  *linkage.Table
	fields []linkage.Field
	id     string
	ids    []string
}

// read adds the rows of a file. A record without an id is called by the file's row.
func (l *list) read(ctx context.Context, file string, show func(step string, done, total int)) error {
	names := distinct(l.id, l.fields)
	columns := make([]tabular.Column, len(names))
	for i, n := range names {
		columns[i] = tabular.Column{Name: n, Needed: true}
	}
	cells := make([]string, len(l.fields))
	_, err := tabular.Read(file, columns, func(row tabular.Row) error {
		for i, f := range l.fields {
			cells[i] = row.Get(f.Column)
			if f.Role == linkage.BirthDate {
				if day, ok := tabular.Date(cells[i]); ok {
					cells[i] = day
				}
			}
		}
		id := strconv.Itoa(row.Number)
		if l.id != "" && row.Get(l.id) != "" {
			id = row.Get(l.id)
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

// repeated finds an id that two of the records have; "" where each has its own.
func repeated(ids []string) string {
	sorted := slices.Sorted(slices.Values(ids))
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return sorted[i]
		}
	}
	return ""
}
