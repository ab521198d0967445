package ingest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// row is the answers of a record, or of one row of a repeat, by column: so they can be compared whatever the place of the
// row and of the question, in any version of the form.
type row struct {
	table string
	id    string            // stored rows have one
	said  map[string]string // answers by column, as stored; blank ones are left out
	below map[string][]*row // rows of the repeats in it, by table, in order
	node  *survey.Node      // that it was read from; nil where it was put together
	path  string            // where it stands in its record, with a slash behind it: children[2]/
	where string            // ids of the row and of those around it: of a history entry
}

func newRow(table, id string) *row {
	return &row{table: table, id: id, said: map[string]string{}, below: map[string][]*row{}}
}

// readRow reads the answers of a tree. rows are the links of its stored rows.
func readRow(l *collections.Layout, root *survey.Node, rows map[*survey.Node]collections.RowLink) *row {
	r := readTable(l, l.Main(), root, rows)
	r.number(l)
	return r
}

func readTable(l *collections.Layout, t *survey.Table, node *survey.Node, rows map[*survey.Node]collections.RowLink) *row {
	r := newRow(t.Name, rows[node].ID)
	r.node = node
	for _, c := range t.Columns {
		if v := collections.ValueAt(node, c.Path); v != "" {
			r.said[c.Name] = asStored(c.Question.Kind, v)
		}
	}
	for _, below := range l.Below(t) {
		for _, n := range collections.Instances(below, node) {
			r.below[below.Name] = append(r.below[below.Name], readTable(l, below, n, rows))
		}
	}
	return r
}

// asStored writes an answer as its column gives it back, so that 114.0050 is no change of 114.005.
func asStored(kind survey.Kind, answer string) string {
	value, ok := collections.Encode(kind, answer)
	if !ok {
		return answer
	}
	return collections.Decode(kind, value)
}

// number tells every row its place.
func (r *row) number(l *collections.Layout) {
	for _, t := range l.Below(l.Named(r.table)) {
		for i, below := range r.below[t.Name] {
			below.path = r.path + strings.Join(t.Path, "/") + "[" + strconv.Itoa(i+1) + "]/"
			below.where = strings.TrimPrefix(r.where+"/"+below.id, "/")
			below.number(l)
		}
	}
}

// write puts the answers into a tree, and what is known of the rows into links. Of what the app wrote besides answers,
// which it needs for entities, it keeps that of the row's own node.
func (r *row) write(l *collections.Layout, node *survey.Node, links map[*survey.Node]collections.RowLink) {
	t := l.Named(r.table)
	for _, c := range t.Columns {
		if v := r.said[c.Name]; v != "" {
			collections.Place(node, c.Path).SetValue(v)
		}
	}
	if r.node != nil {
		keepMeta(r.node, node, l.Form, t)
	}
	for _, below := range l.Below(t) {
		for _, one := range r.below[below.Name] {
			last := len(below.Path) - 1
			n := survey.NewElement(below.Path[last])
			collections.Place(node, below.Path[:last]).Add(n)
			links[n] = collections.RowLink{ID: one.id}
			one.write(l, n, links)
		}
	}
}

// keepMeta copies the meta blocks of a node and of the groups in it.
func keepMeta(from, to *survey.Node, f *survey.Form, t *survey.Table) {
	groups, container := map[string]bool{}, f.Root
	if t.Repeat != nil {
		container = t.Repeat
	}
	groupsIn(groups, container.Children)
	var walk func(from *survey.Node, path []string)
	walk = func(from *survey.Node, path []string) {
		for _, c := range from.Children {
			switch {
			case c.Kind != survey.Element:
			case c.Name == "meta":
				collections.Place(to, path).Add(c)
			case groups[c.Name]:
				walk(c, append(slices.Clone(path), c.Name))
			}
		}
	}
	walk(from, nil)
}

func groupsIn(names map[string]bool, questions []*survey.Question) {
	for _, q := range questions {
		if q.Kind == survey.KindGroup {
			names[q.Name] = true
			groupsIn(names, q.Children)
		}
	}
}

// equal reports whether two rows say the same, with the rows below, in order.
func (r *row) equal(other *row) bool {
	if !maps.Equal(r.said, other.said) {
		return false
	}
	for table := range union(r.below, other.below) {
		if !slices.EqualFunc(r.below[table], other.below[table], (*row).equal) {
			return false
		}
	}
	return true
}

func union[V any](a, b map[string]V) map[string]bool {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return all
}

// clone copies a row and the rows below, without their nodes.
func (r *row) clone() *row {
	c := newRow(r.table, r.id)
	c.said, c.path, c.where = maps.Clone(r.said), r.path, r.where
	for table, rows := range r.below {
		for _, one := range rows {
			c.below[table] = append(c.below[table], one.clone())
		}
	}
	return c
}

// fingerprint is the same for rows that say the same.
func (r *row) fingerprint() string { return collections.JSON(r.values()) }

// values is what the row says, by column and table.
func (r *row) values() map[string]any {
	said := map[string]any{}
	for column, v := range r.said {
		said[column] = v
	}
	for table, rows := range r.below {
		said[table] = valuesOfAll(rows)
	}
	return said
}

func valuesOfAll(rows []*row) []map[string]any {
	all := make([]map[string]any, len(rows))
	for i, r := range rows {
		all[i] = r.values()
	}
	return all
}
