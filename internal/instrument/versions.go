package instrument

import (
	"slices"
	"strconv"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// Acquaint makes every version of a form know the others: their columns, and the choices that they offer. all are in the
// order in which they were published.
func Acquaint(all []*Instrument) {
	for i, in := range all {
		in.age = i
		in.Whole = in.Layout.With(layouts(all)...)
		in.elsewhere = in.offeredBy(all)
	}
}

func layouts(all []*Instrument) []*collections.Layout {
	list := make([]*collections.Layout, len(all))
	for i, in := range all {
		list[i] = in.Layout
	}
	return list
}

// Later is the one of two versions of a form that was published later.
func Later(a, b *Instrument) *Instrument {
	if b.age > a.age {
		return b
	}
	return a
}

// offer is what the select at one place of a form may answer.
type offer struct {
	column survey.Column
	table  *survey.Table
	names  map[string]bool // that only other versions offer
}

// offeredBy finds the choices that other versions of a form offer for the questions of this one.
func (in *Instrument) offeredBy(all []*Instrument) []offer {
	var offers []offer
	for _, t := range in.Layout.Tables {
		for _, c := range t.Columns {
			if !isSelect(c.Question) {
				continue
			}
			o := offer{column: c, table: t, names: map[string]bool{}}
			for _, other := range all {
				for name := range other.Choices(t.Name, c.Name) {
					if !in.Choices(t.Name, c.Name)[name] {
						o.names[name] = true
					}
				}
			}
			if len(o.names) > 0 {
				offers = append(offers, o)
			}
		}
	}
	return offers
}

func isSelect(q *survey.Question) bool {
	return q.Kind == survey.KindSelectOne || q.Kind == survey.KindSelectMultiple || q.Kind == survey.KindRank
}

// Choices are the names that the select in a column offers by its own list; nil where it has none.
func (in *Instrument) Choices(table, column string) map[string]bool {
	t := in.Layout.Named(table)
	if t == nil {
		return nil
	}
	i := slices.IndexFunc(t.Columns, func(c survey.Column) bool { return c.Name == column })
	if i < 0 || !isSelect(t.Columns[i].Question) || in.Form.Lists[t.Columns[i].Question.List] == nil {
		return nil
	}
	names := map[string]bool{}
	for _, choice := range in.Form.Lists[t.Columns[i].Question.List].Choices {
		names[choice.Name] = true
	}
	return names
}

// unknownChoice is the finding about an answer that is no choice.
const unknownChoice = "logic.choice"

// foreignChoice is an answer that names choices of another version.
type foreignChoice struct {
	node  *survey.Node
	path  string
	said  []string
	names map[string]bool // of other versions
}

// putBack gives the answer back what another version offers, and reports whether that is all that was taken out.
func (f foreignChoice) putBack() bool {
	left := strings.Fields(f.node.Value())
	kept := slices.DeleteFunc(slices.Clone(f.said), func(name string) bool { return !f.names[name] && !slices.Contains(left, name) })
	f.node.SetValue(strings.Join(kept, " "))
	return len(kept) == len(f.said)
}

func (in *Instrument) foreignChoices(root *survey.Node) (found []foreignChoice) {
	for _, o := range in.elsewhere {
		for _, at := range rowsOf(o.table, root) {
			node := at.node
			for _, name := range o.column.Path {
				if node = node.Child(name); node == nil {
					break
				}
			}
			if node == nil {
				continue
			}
			said := strings.Fields(node.Value())
			if slices.ContainsFunc(said, func(name string) bool { return o.names[name] }) {
				found = append(found, foreignChoice{node, at.path + strings.Join(o.column.Path, "/"), said, o.names})
			}
		}
	}
	return found
}

// place is the node of a row and its path, with a slash behind it.
type place struct {
	node *survey.Node
	path string
}

func rowsOf(t *survey.Table, root *survey.Node) []place {
	if t.Parent == nil {
		return []place{{root, ""}}
	}
	var all []place
	for _, parent := range rowsOf(t.Parent, root) {
		for i, n := range collections.Instances(t, parent.node) {
			all = append(all, place{n, parent.path + strings.Join(t.Path, "/") + "[" + strconv.Itoa(i+1) + "]/"})
		}
	}
	return all
}
