package dataset

import (
	"context"
	"slices"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// asked finds which questions of a row were asked, by the version that its record was made with. Rows come one at a time.
type asked struct {
	columns  []extra // what it reads beside the sources
	versions map[string]*version

	db      collections.DB
	id      string // of the row
	values  []any  // of columns
	current *version
	row     *validate.AskedRow // nil before it is needed
}

// extra is a column that is read for the reasons alone.
type extra struct {
	expr   string
	sealed string // its name where it lies in the row that is opened; "" elsewhere
}

// Every row reads these two before the answers.
const (
	atVersion = iota
	atRecord
)

// version is how one version of the form asks the questions of a table.
type version struct {
	layout *collections.Layout
	table  *survey.Table
	asked  *validate.Asked
	places map[string]int // by column: where AskedRow tells of it
	reads  []needed
	record string // whose rows are these, where the whole record is needed
	rows   map[string]*validate.AskedRow
}

// needed is an answer that goes into the record which a row is judged in.
type needed struct {
	at    int // among the columns
	kind  survey.Kind
	path  []string
	inRow bool
}

// askWhy prepares a table whose sources say why answers are missing.
func (p *plan) askWhy(t *table) {
	if !slices.ContainsFunc(t.sources, func(s source) bool { return s.reason() != nil }) {
		return
	}
	t.asked = &asked{versions: map[string]*version{}, columns: []extra{{expr: "m.form_version"}, {expr: "m.id"}}}
	for name, in := range p.versions {
		if in != nil {
			t.asked.versions[name] = t.asked.version(in, t)
		}
	}
}

// version is nil where the version has no such table.
func (a *asked) version(in *instrument.Instrument, t *table) *version {
	i := slices.IndexFunc(in.Layout.Tables, func(own *survey.Table) bool { return own.Name == t.name })
	if i < 0 {
		return nil
	}
	v := &version{layout: in.Layout, table: in.Layout.Tables[i], places: map[string]int{}}
	v.asked = in.Asked(v.table)
	for _, c := range v.table.Columns {
		v.places[c.Name] = v.asked.Place(c.Question)
	}
	for _, q := range v.asked.Reads {
		a.read(v, q, t.alias())
	}
	return v
}

// read finds an answer in the row itself or, for the rows of a repeat, in their record. What is sealed there is not at hand.
func (a *asked) read(v *version, q *survey.Question, alias string) {
	main := v.layout.Main()
	for _, t := range []*survey.Table{v.table, main} {
		i := slices.IndexFunc(t.Columns, func(c survey.Column) bool { return c.Question == q })
		if i < 0 {
			continue
		}
		c := t.Columns[i]
		x := extra{expr: `m."` + c.Name + `"`}
		if t == v.table {
			x = extra{alias + `."` + c.Name + `"`, c.Name}
		} else if _, sealed := v.layout.Sealed(main).Find(c.Name); sealed {
			v.asked.Whole = true
			return
		}
		at := slices.Index(a.columns, x)
		if at < 0 {
			at, a.columns = len(a.columns), append(a.columns, x)
		}
		v.reads = append(v.reads, needed{at, c.Question.Kind, c.Path, t == v.table})
		return
	}
	v.asked.Whole = true // outcome of the envelope, or what no column holds
}

func (a *asked) extra() []extra {
	if a == nil {
		return nil
	}
	return a.columns
}

// begin goes on to a row.
func (a *asked) begin(db collections.DB, id string, values []any) {
	if a == nil {
		return
	}
	a.db, a.id, a.values, a.row = db, id, values, nil
	a.current = a.versions[orNone(text(values[atVersion]))]
}

// tell fills the last of a source's cells.
func (a *asked) tell(ctx context.Context, r *reason, cells []any, value any) error {
	last := len(cells) - 1
	cells[last] = nil
	place, has := a.place(r)
	rel := validate.Unknown
	if has && isBlank(value) {
		if err := a.judge(ctx); err != nil {
			return err
		}
		if a.row != nil {
			rel = a.row.Of[place]
		}
	}
	if why := r.of(value, cells[:last], rel, has || a.current == nil); why != "" {
		cells[last] = r.shown[why]
	}
	return nil
}

func (a *asked) place(r *reason) (place int, has bool) {
	if a.current == nil {
		return 0, false
	}
	place, has = a.current.places[r.column]
	return place, has && place >= 0
}

// judge finds which questions the row was asked, once.
func (a *asked) judge(ctx context.Context) error {
	v := a.current
	switch {
	case a.row != nil:
	case v.asked.Whole:
		return a.whole(ctx, v)
	default:
		rows := v.asked.Rows(ctx, v.partial(a.values))
		a.row = &rows[0]
	}
	return nil
}

// partial is a record that holds one row and what its questions' relevance looks at.
func (v *version) partial(values []any) *survey.Node {
	root := survey.NewElement(v.layout.Form.Name)
	row := collections.Place(root, v.steps())
	for _, r := range v.reads {
		from := root
		if r.inRow {
			from = row
		}
		if answer := collections.Decode(r.kind, values[r.at]); answer != "" {
			collections.Place(from, r.path).SetValue(answer)
		}
	}
	return root
}

// steps lead from the root of a record to a row of the table.
func (v *version) steps() (path []string) {
	for t := v.table; t != nil; t = t.Parent {
		path = append(slices.Clone(t.Path), path...)
	}
	return path
}

// whole judges all rows of a record at once.
func (a *asked) whole(ctx context.Context, v *version) error {
	if record := orNone(text(a.values[atRecord])); v.record != record || v.rows == nil {
		rec, root, found, err := v.layout.Find(a.db, record)
		v.record, v.rows = record, map[string]*validate.AskedRow{}
		if collections.Damaged(err) || !found && err == nil {
			return nil
		}
		if err != nil {
			return err
		}
		rows := v.asked.Rows(ctx, root)
		for i, row := range rows {
			id := rec.Rows[row.Node].ID
			if v.table.Repeat == nil {
				id = record
			}
			v.rows[id] = &rows[i]
		}
	}
	a.row = v.rows[a.id]
	return nil
}
