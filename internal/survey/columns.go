package survey

import (
	"fmt"
	"hash/fnv"
	"strings"
)

// Column is one typed column of a survey collection and the question it holds.
type Column struct {
	Name     string
	Question *Question
	Path     []string // element names from the table's node down to the answer
}

// Table is the collection of a form's records, or of one of its repeats.
type Table struct {
	Name    string
	Repeat  *Question // nil for the form's own table
	Parent  *Table    // nil for the form's own table
	Path    []string  // element names from the parent table's node to the repeat
	Columns []Column
}

// Envelope lists the columns that every form's own table has beside its answers.
var Envelope = []string{
	"id", "form", "form_version", "campaign", "worker", "device", "started_at", "finished_at", "received_at",
	"outcome", "location", "accuracy_m", "area", "area_method", "area_confidence", "household", "person",
	"review_state", "issues", "rev", "complete", "sealed", "created", "updated",
}

// RepeatEnvelope lists the columns that every repeat's table has beside its answers.
var RepeatEnvelope = []string{"id", "visit", "parent_row", "position", "person", "household", "area", "rev", "sealed", "created", "updated"}

var reservedColumns = []string{"expand", "collectionid", "collectionname", "rowid", "oid", "_rowid_", "null", "true", "false"}

// Tables lists the form's own table first, then one per repeat in form order. Column names are stable: a question keeps
// its name, gets its groups' names in front where another question of the table has the same, and "q_" in front where
// the envelope needs the name for something else. A question called outcome is the envelope's outcome.
func (f *Form) Tables() []*Table {
	main := &Table{Name: f.TableName()}
	b := tableBuilder{form: f, tables: []*Table{main}, used: map[*Table]map[string]bool{main: reserve(Envelope)}}
	b.add(main, f.Root.Children, nil, nil)
	return b.tables
}

// TableName is the name of the collection of the form's records.
func (f *Form) TableName() string {
	if f.Table != "" {
		return columnName(f.Table)
	}
	return columnName(f.ID)
}

type tableBuilder struct {
	form   *Form
	tables []*Table
	used   map[*Table]map[string]bool
}

func reserve(names []string) map[string]bool {
	used := map[string]bool{}
	for _, n := range names {
		used[n] = true
	}
	for _, n := range reservedColumns {
		used[n] = true
	}
	return used
}

func (b *tableBuilder) add(t *Table, qs []*Question, path, groups []string) {
	for _, q := range qs {
		at := append(append([]string(nil), path...), q.Name)
		switch q.Kind {
		case KindGroup:
			b.add(t, q.Children, at, append(append([]string(nil), groups...), q.Name))
		case KindRepeat:
			child := &Table{Name: b.repeatName(q), Repeat: q, Parent: t, Path: at}
			b.tables = append(b.tables, child)
			b.used[child] = reserve(RepeatEnvelope)
			b.add(child, q.Children, nil, nil)
		case KindNone, KindNote:
		default:
			t.Columns = append(t.Columns, Column{Name: b.columnFor(t, q, groups), Question: q, Path: at})
		}
	}
}

// columnFor picks the first free name: outcome is shared with the envelope on purpose.
func (b *tableBuilder) columnFor(t *Table, q *Question, groups []string) string {
	name := columnName(q.Name)
	if name == "outcome" && t.Repeat == nil && q.Kind == KindSelectOne {
		return name
	}
	used := b.used[t]
	candidates := []string{name}
	for i := len(groups) - 1; i >= 0; i-- {
		candidates = append(candidates, columnName(strings.Join(groups[i:], "_")+"_"+q.Name))
	}
	candidates = append(candidates, columnName("q_"+q.Name))
	for _, c := range candidates {
		if !used[c] {
			used[c] = true
			return c
		}
	}
	for n := 2; ; n++ {
		if c := columnName(fmt.Sprintf("q_%s_%d", q.Name, n)); !used[c] {
			used[c] = true
			return c
		}
	}
}

// repeatName is the form's name and the repeat's, with the names of all that the repeat lies in where it needs them.
func (b *tableBuilder) repeatName(q *Question) string {
	path := q.Name
	for p := q.Parent; p != nil && p.Parent != nil; p = p.Parent {
		path = p.Name + "_" + path
	}
	for _, c := range []string{columnName(b.form.ID + "_" + q.Name), columnName(b.form.ID + "_" + path)} {
		if !b.taken(c) {
			return c
		}
	}
	for n := 2; ; n++ {
		if c := columnName(fmt.Sprintf("%s_%s_%d", b.form.ID, path, n)); !b.taken(c) {
			return c
		}
	}
}

func (b *tableBuilder) taken(name string) bool {
	for _, t := range b.tables {
		if t.Name == name {
			return true
		}
	}
	return false
}

// longestName is how many characters PocketBase gives the name of a field.
const longestName = 100

// columnName makes a name that SQLite and PocketBase both take: lower case letters, digits and underscores, not too
// long, and without "_via_", which PocketBase reads as a relation. Letters of other scripts are written as their code
// points, 年 as u5e74, so that a question keeps its column whatever the others are called.
func columnName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r < 0x80:
			b.WriteByte('_')
		default:
			fmt.Fprintf(&b, "u%04x", r)
		}
	}
	name := b.String()
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "q_" + name
	}
	for strings.Contains(name, "_via_") {
		name = strings.ReplaceAll(name, "_via_", "_via")
	}
	return shorten(name)
}

// shorten keeps the beginning of a long name and tells it from others by a sum over the whole.
func shorten(name string) string {
	if len(name) <= longestName {
		return name
	}
	sum := fnv.New32a()
	sum.Write([]byte(name))
	return fmt.Sprintf("%s_%08x", name[:longestName-9], sum.Sum32())
}
