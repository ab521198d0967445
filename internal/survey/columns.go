package survey

import "strings"

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
	"review_state", "issues", "rev", "complete", "created", "updated",
}

// RepeatEnvelope lists the columns that every repeat's table has beside its answers.
var RepeatEnvelope = []string{"id", "visit", "parent_row", "position", "person", "household", "area", "rev", "created", "updated"}

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
			child := &Table{Name: b.repeatName(q, groups), Repeat: q, Parent: t, Path: at}
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
	candidates = append(candidates, "q_"+name)
	for _, c := range candidates {
		if !used[c] {
			used[c] = true
			return c
		}
	}
	for c := "q_" + name; ; c += "_" {
		if !used[c] {
			used[c] = true
			return c
		}
	}
}

func (b *tableBuilder) repeatName(q *Question, groups []string) string {
	base := columnName(b.form.ID) + "_"
	for _, c := range []string{base + columnName(q.Name), base + columnName(strings.Join(append(groups, q.Name), "_"))} {
		if !b.taken(c) {
			return c
		}
	}
	c := base + columnName(q.Name)
	for b.taken(c) {
		c += "_"
	}
	return c
}

func (b *tableBuilder) taken(name string) bool {
	for _, t := range b.tables {
		if t.Name == name {
			return true
		}
	}
	return false
}

// columnName makes a name that SQLite and PocketBase both take: lower case letters, digits and underscores.
func columnName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	name := b.String()
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		name = "q_" + name
	}
	return name
}
