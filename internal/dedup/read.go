// Package dedup runs the linkage of records over files: lists in, pairs, clusters, the model and a report out.
package dedup

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"doorstep/internal/linkage"
	"doorstep/internal/tabular"
)

// load reads one list, or two between which pairs are looked for, into a table.
func load(ctx context.Context, o Options, show func(step string, done, total int)) (*list, error) {
	if info, err := os.Stat(o.Out); err == nil && !info.IsDir() { // told before anything is learned
		return nil, &fs.PathError{Op: "mkdir", Path: o.Out, Err: syscall.ENOTDIR}
	}
	for _, file := range o.Files {
		if _, err := os.Stat(file); err != nil { // told before the other was read
			return nil, err
		}
	}
	l, err := newList(o)
	if err != nil {
		return nil, err
	}
	for i, file := range o.Files {
		if i == 1 {
			l.table.Between()
		}
		before := len(l.ids)
		if err := l.read(ctx, file, show); err != nil {
			return nil, err
		}
		if id := repeated(l.ids[before:]); id != "" {
			return nil, fmt.Errorf("%s: 编号“%s”出现两次;每条记录要有自己的编号,或用 --id 指明另一列 · "+
				"the id %q is there twice: give each record its own, or name another column with --id", file, id, id)
		}
	}
	return l, nil
}

// list gathers the records of the files.
type list struct {
	table  *linkage.Table
	fields []linkage.Field
	id     string
	ids    []string
	others []string // headers that mean nothing here
}

// newList has the columns that were named, or those that are known by their headers.
func newList(o Options) (*list, error) {
	l := &list{fields: o.Fields, id: o.ID}
	if len(l.fields) == 0 || l.id == "" {
		fields, id, others, err := usual(o.Files[0])
		if err != nil {
			return nil, err
		}
		if len(l.fields) == 0 {
			l.fields, l.others = fields, others
		}
		l.id = cmp.Or(l.id, id)
	}
	if len(l.fields) == 0 {
		return nil, fmt.Errorf("%s: 没有认得的列名;表头如 姓名、出生日期、证件号码,别的列名用 --map 指明 · "+
			"no column is known by its header, such as name, birth_date, id_number; name others with --map", o.Files[0])
	}
	var err error
	l.table, err = linkage.NewTable(l.fields)
	return l, err
}

func (l *list) columns() (out []tabular.Column) {
	for _, n := range distinct(l.id, l.fields) {
		out = append(out, tabular.Column{Name: n, Needed: true})
	}
	return out
}

// read adds the rows of a file. A record without an id is called by the file's row.
func (l *list) read(ctx context.Context, file string, show func(step string, done, total int)) error {
	order, err := l.monthFirst(file)
	if err != nil {
		return err
	}
	cells := make([]string, len(l.fields))
	_, err = tabular.Read(file, l.columns(), func(row tabular.Row) error {
		for i, f := range l.fields {
			cells[i] = row.Get(f.Column)
			if f.Role == linkage.BirthDate {
				cells[i] = day(cells[i], order[f.Column])
			}
		}
		id := strconv.Itoa(row.Number)
		if l.id != "" && row.Get(l.id) != "" {
			id = strings.Clone(row.Get(l.id)) // without the row that it is part of
		}
		l.ids = append(l.ids, id)
		l.table.Add(cells)
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
