package collections

import (
	"strings"

	"doorstep/internal/survey"
)

// Spot is where an answer lies: a table and the column in it.
type Spot struct {
	Table  *survey.Table
	Column string
}

// With is the layout with the columns and repeats of other versions of the form behind its own, so that answers which
// this version does not ask for are read and written too. An answer lies at its place in this version, else at that in
// the first version that has it.
func (l *Layout) With(others ...*Layout) *Layout {
	w := &Layout{Form: l.Form, sealed: map[*survey.Table]Concealed{}, births: map[*survey.Table][]string{},
		plain: map[*survey.Table][]string{}, names: l.names, spots: map[string]Spot{}}
	for _, version := range append([]*Layout{l}, others...) {
		for _, t := range version.Tables {
			w.join(version, t)
		}
	}
	for _, version := range append([]*Layout{l}, others...) {
		for _, t := range version.Tables {
			for _, c := range t.Columns {
				path := strings.Join(append(fullPath(t), c.Path...), "/")
				if _, known := w.spots[path]; !known {
					w.spots[path] = Spot{w.Named(t.Name), c.Name}
				}
			}
		}
	}
	return w
}

// join brings what one version keeps in a table into the layout.
func (w *Layout) join(from *Layout, t *survey.Table) {
	mine := w.Named(t.Name)
	if mine == nil {
		mine = &survey.Table{Name: t.Name, Repeat: t.Repeat, Path: t.Path}
		if t.Parent != nil {
			if mine.Parent = w.Named(t.Parent.Name); mine.Parent == nil {
				return
			}
		}
		w.Tables = append(w.Tables, mine)
	}
	taken := map[string]bool{} // names, and places in the form
	note := func(c survey.Column) { taken[c.Name], taken["/"+strings.Join(c.Path, "/")] = true, true }
	for _, own := range mine.Columns {
		note(own)
	}
	for _, c := range t.Columns {
		if taken[c.Name] || taken["/"+strings.Join(c.Path, "/")] {
			continue
		}
		note(c)
		mine.Columns = append(mine.Columns, c)
		if s, sealed := from.sealed[t].Find(c.Name); sealed {
			w.sealed[mine] = append(w.sealed[mine], s)
		}
		w.births[mine] = append(w.births[mine], only(from.births[t], c.Name)...)
		w.plain[mine] = append(w.plain[mine], only(from.plain[t], c.Name)...)
	}
	if s, sealed := from.sealed[t].Find("location"); sealed && mine.Repeat == nil {
		if _, already := w.sealed[mine].Find("location"); !already {
			w.sealed[mine] = append(w.sealed[mine], s)
		}
	}
}

func only(names []string, name string) []string {
	for _, n := range names {
		if n == name {
			return []string{n}
		}
	}
	return nil
}

// fullPath leads from the root of an instance to the rows of a table.
func fullPath(t *survey.Table) []string {
	if t.Parent == nil {
		return nil
	}
	return append(fullPath(t.Parent), t.Path...)
}

// Named is the table of that name; nil for none.
func (l *Layout) Named(name string) *survey.Table {
	for _, t := range l.Tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Below are the tables of the repeats in a table.
func (l *Layout) Below(parent *survey.Table) []*survey.Table {
	var below []*survey.Table
	for _, t := range l.Tables[1:] {
		if t.Parent == parent {
			below = append(below, t)
		}
	}
	return below
}

// SpotOf is where the answer at a path lies, without the positions of rows: children/child_name. Only layouts that With
// made know it.
func (l *Layout) SpotOf(path string) (Spot, bool) {
	s, ok := l.spots[path]
	return s, ok
}
