// Package dedup runs the linkage of records over files: lists in, pairs, clusters, the model and a report out.
package dedup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"

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
	if err := l.romanised(); err != nil {
		return nil, err
	}
	for i, from := range l.sources {
		if i == 1 {
			l.table.Between()
			l.first = len(l.ids)
		}
		before := len(l.ids)
		if err := l.read(ctx, from, show); err != nil {
			return nil, err
		}
		if id := repeated(l.ids[before:]); id != "" {
			return nil, fmt.Errorf("%s: 编号“%s”出现两次；每条记录要有自己的编号，或用 --id 指明另一列 · "+
				"the id %q is there twice: give each record its own, or name another column with --id", from.file, id, id)
		}
	}
	return l, nil
}

// list gathers the records of the files.
type list struct {
	table   *linkage.Table
	fields  []linkage.Field
	sources []source
	ids     []string
	first   int      // records of the first of two lists, 0 for one list
	others  []string // headers that mean nothing here
	year    int      // in which ages are told where the list does not say
}

// source is a file, and what its columns are called.
type source struct {
	file    string
	id      string   // column of the record's id, "" for none
	year    string   // column of the year in which ages are told, "" for none
	columns []string // of each field
}

// newList has the columns that were named, or those that are known by their headers: of two files those that both have.
func newList(o Options) (*list, error) {
	l := &list{fields: o.Fields, year: o.Now.Year()}
	for i, file := range o.Files {
		found, err := o.columnsOf(file)
		if err != nil {
			return nil, err
		}
		fields := found.fields
		if i == 0 {
			l.fields = fields
		} else {
			fields = l.both(fields)
		}
		if len(l.fields) == 0 {
			return nil, fmt.Errorf("%s: 没有认得的列名；表头如 姓名、出生日期、证件号码，别的列名用 --map 指明 · "+
				"no column is known by its header, such as name, birth_date, id_number; name others with --map", file)
		}
		l.others = append(l.others, found.others...)
		l.sources = append(l.sources, source{file: file, id: found.id, year: found.year})
		for _, f := range fields {
			l.sources[i].columns = append(l.sources[i].columns, f.Column)
		}
	}
	var err error
	l.table, err = linkage.NewTable(l.fields)
	return l, err
}

// columnsOf are the columns of a file that are compared, those that were named or else the usual ones.
func (o Options) columnsOf(file string) (columns, error) {
	found, err := usual(file)
	if len(o.Fields) == 0 {
		found.id = cmp.Or(o.ID, found.id)
		return found, err
	}
	if o.ID != "" {
		err = nil // nothing of what is usual is needed
	}
	if slices.ContainsFunc(o.Fields, func(f linkage.Field) bool { return strings.EqualFold(f.Column, found.year) }) {
		found.year = "" // it is compared
	}
	return columns{fields: o.Fields, id: cmp.Or(o.ID, found.id), year: found.year}, err
}

// both leaves the fields that a second file has too, and returns them as they are called there.
func (l *list) both(fields []linkage.Field) (second []linkage.Field) {
	var columns []string
	var left []linkage.Field
	for i, f := range l.fields {
		nth := 0
		for _, before := range l.fields[:i] {
			if before.Role == f.Role {
				nth++
			}
		}
		for _, g := range fields {
			if g.Role != f.Role {
				continue
			}
			if nth--; nth < 0 {
				left, columns, second = append(left, f), append(columns, f.Column), append(second, g)
				break
			}
		}
	}
	l.fields, l.sources[0].columns = left, columns
	return second
}

func (s source) needed() (out []tabular.Column) {
	names := slices.Sorted(slices.Values(append(slices.Clone(s.columns), s.id, s.year)))
	for _, n := range slices.Compact(names) {
		if n != "" {
			out = append(out, tabular.Column{Name: n, Needed: true})
		}
	}
	return out
}

// read adds the rows of a file. A record without an id is called by the file's row.
func (l *list) read(ctx context.Context, from source, show func(step string, done, total int)) error {
	order, err := l.monthFirst(from)
	if err != nil {
		return err
	}
	cells := make([]string, len(l.fields))
	_, err = tabular.Read(from.file, from.needed(), func(row tabular.Row) error {
		year := l.year
		if n, err := strconv.Atoi(row.Get(from.year)); err == nil {
			year = n
		}
		for i, f := range l.fields {
			cells[i] = row.Get(from.columns[i])
			if f.Role == linkage.BirthDate {
				cells[i] = day(cells[i], order[i], year)
			}
		}
		id := strconv.Itoa(row.Number)
		if from.id != "" && row.Get(from.id) != "" {
			id = strings.Clone(row.Get(from.id)) // without the row that it is part of
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

// romanised looks whether names are written in characters in the beginning of a file: then those in Latin letters may be pinyin.
func (l *list) romanised() error {
	at := slices.IndexFunc(l.fields, func(f linkage.Field) bool { return f.Role == linkage.FullName })
	if at < 0 {
		return nil
	}
	for _, from := range l.sources {
		names, han := 0, 0
		err := from.beginning(func(row tabular.Row) {
			if name := row.Get(from.columns[at]); name != "" {
				if names++; strings.ContainsFunc(name, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
					han++
				}
			}
		})
		if err != nil {
			return err
		}
		if 2*han > names {
			l.table.Romanised()
			return nil
		}
	}
	return nil
}

// beginning gives the first rows of a file to each.
func (s source) beginning(each func(tabular.Row)) error {
	seen := 0
	_, err := tabular.Read(s.file, s.needed(), func(row tabular.Row) error {
		each(row)
		if seen++; seen == looked {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
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
