package dataset

import (
	"bytes"
	"errors"
	"slices"

	"doorstep/internal/disclosure"
	"doorstep/internal/problem"
	"doorstep/internal/sensitive"
)

const (
	quasiRole     = sensitive.Quasi
	sensitiveRole = "sensitive"
)

// Limits of what may be asked of the report, and what holds when nothing is asked.
const (
	defaultK, mostK = 5, 100
	defaultL, mostL = 2, 20
	mostClasses     = 1 << 19
)

// exposed is what the report on small cells reads of one table: the area of the record and the chosen variables.
type exposed struct {
	name      string
	lean      *table   // the table with the sources of the chosen variables alone
	quasi     []string // names of the quasi-identifiers beside the area
	sensitive []string
	picked    []int // cells of lean: the quasi-identifiers, then the sensitive variables
	blanked   []int // cells of the whole table that go when nothing may be left
	area      int   // cell of the whole table where the area begins, or -1
	reasons   []int // cells of the whole table that say why an answer is missing
}

// risk is the report on small cells while it is made, and what is done against them while the tables are written.
type risk struct {
	plan    *plan
	sel     Selection
	byArea  bool
	tables  []*exposed // as in the plan
	result  *disclosure.Result
	small   bytes.Buffer // disclosure.csv, compressed
	widened int          // how many levels of area there are: community, street, …, none
}

// newRisk finds the chosen variables in the tables. It fails with problem.BadParameter for a name that no table has.
func newRisk(p *plan, sel Selection) (*risk, error) {
	r := &risk{plan: p, sel: sel, widened: 1}
	if r.byArea = len(sel.Quasi) == 0 || slices.Contains(sel.Quasi, areaType); r.byArea {
		r.widened = communityLevel + 2
	}
	found := map[string]bool{areaType: true}
	for _, t := range p.tables {
		x := &exposed{name: t.name, lean: &table{name: t.name, repeat: t.repeat}, area: -1}
		x.quasi = x.choose(t, quasiRole, sel.Quasi)
		x.sensitive = x.choose(t, sensitiveRole, sel.Sensitive)
		x.locate(t)
		for _, name := range append(x.quasi, x.sensitive...) {
			found[name], found[t.name+"."+name] = true, true
		}
		r.tables = append(r.tables, x)
	}
	for parameter, list := range map[string][]string{"quasi": sel.Quasi, "sensitive": sel.Sensitive} {
		for _, name := range list {
			if !found[name] {
				return nil, problem.New(problem.BadParameter, parameter+": "+name)
			}
		}
	}
	return r, nil
}

// choose picks the variables with a role, those of the list or, where it is empty, those that have the role by
// themselves. It returns their names.
func (x *exposed) choose(t *table, role string, list []string) (names []string) {
	for _, s := range t.sources {
		if s.fill == nil || s.vars[0].Type == areaType {
			continue
		}
		for i, v := range s.vars {
			if len(list) == 0 && v.Disclosure == role || slices.Contains(list, v.Name) || slices.Contains(list, v.Table+"."+v.Name) {
				names = append(names, v.Name)
				x.picked = append(x.picked, x.lean.width()+i)
			}
		}
		if len(names) > 0 && slices.ContainsFunc(s.vars, func(v variable) bool { return slices.Contains(names, v.Name) }) {
			x.lean.sources = append(x.lean.sources, s)
		}
	}
	return names
}

// locate finds the cells of the whole table that suppression changes: the area, and all that a quasi-identifier's source
// writes, as the columns of 0 and 1 beside a multiple choice.
func (x *exposed) locate(t *table) {
	at := 0
	for _, s := range t.sources {
		if s.fill == nil {
			continue
		}
		if s.vars[0].Type == areaType {
			x.area = at
		}
		narrows := slices.ContainsFunc(s.vars, func(v variable) bool { return slices.Contains(x.quasi, v.Name) })
		for i := range s.vars {
			if narrows {
				x.blanked = append(x.blanked, at+i)
			}
		}
		if at += len(s.vars); s.reason() != nil {
			x.reasons = append(x.reasons, at-1)
		}
	}
}

// of finds what the report knows of a table; nil where there is no report.
func (r *risk) of(t *table) *exposed {
	if r == nil {
		return nil
	}
	return r.tables[slices.IndexFunc(r.tables, func(x *exposed) bool { return x.name == t.name })]
}

// assess counts the classes of all tables.
func (e *exporter) assess() error {
	r, err := newRisk(e.plan, e.sel)
	if err != nil {
		return err
	}
	list, err := newSmallList(r)
	if err != nil {
		return err
	}
	rule := disclosure.Rule{K: e.sel.K, L: e.sel.L, Classes: mostClasses}
	r.result, err = disclosure.Assess(rule, disclosure.Tables{N: len(r.tables), Levels: r.widened, Small: list.row,
		Scan: func(i int, row func(disclosure.Row) error) error { return e.scan(r, r.tables[i], row) }}, e.sel.Suppress)
	if err == nil {
		err = list.close()
	}
	if errors.Is(err, disclosure.ErrTooManyClasses) {
		return problem.New(problem.BadParameter, "quasi: "+err.Error())
	}
	e.risk = r
	return err
}

// scan reads the rows of one table as the report sees them.
func (e *exporter) scan(r *risk, x *exposed, row func(disclosure.Row) error) error {
	split, cells := len(x.quasi), make([]any, x.lean.width())
	seen := disclosure.Row{Areas: make([]string, r.widened), Quasi: make([]string, split), Sensitive: make([]string, len(x.sensitive))}
	return e.each(x.lean, cells, func(of origin) error {
		seen.Unit, seen.Subject = of.unit, of.subject
		if r.byArea {
			r.areas(seen.Areas, of.area)
		}
		for i, at := range x.picked {
			if i < split {
				seen.Quasi[i] = plain(cells[at])
			} else {
				seen.Sensitive[i-split] = plain(cells[at])
			}
		}
		return row(seen)
	})
}

// areas writes the code of the community around an area, then of the street, the district, the city, and then nothing.
func (r *risk) areas(codes []string, area any) {
	var cells [communityLevel + 2]any
	for i := range communityLevel + 1 {
		r.plan.places.fill(cells[:], area, communityLevel-i)
		codes[i] = plain(cells[0])
	}
	codes[communityLevel+1] = ""
}

// suppress makes the area of a row as large as its unit needs, and blanks what would stay rare even so.
func (r *risk) suppress(x *exposed, cells []any, of origin) {
	level := r.result.Level(of.unit)
	if level == 0 {
		return
	}
	if x.area >= 0 && r.byArea {
		r.plan.places.fill(cells[x.area:x.area+communityLevel+2], of.area, communityLevel-level)
	}
	if r.result.Blank(of.unit) {
		for _, at := range x.blanked {
			cells[at] = nil
		}
		for _, at := range x.reasons { // which questions came to be asked would tell what was blanked
			cells[at] = nil
		}
	}
}
