package dataset

import (
	"database/sql"
	"fmt"
	"io"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/export"
	"doorstep/internal/problem"
)

// rows takes the rows of one table, the header first.
type rows interface {
	Row(cells []any) error
	Close() error
}

func newRows(w io.Writer, format, name string) (rows, error) {
	if format == XLSX {
		return export.NewXLSX(w, name)
	}
	return export.NewCSV(w, true)
}

func (e *exporter) table(t *table) error {
	r := TableReport{Name: t.name, File: t.name + "." + e.sel.Format}
	var header []any
	for _, v := range t.variables() {
		if v.LeftOut {
			r.LeftOut = append(r.LeftOut, v.Name)
		} else {
			header = append(header, v.Name)
		}
	}
	r.Columns = len(header)
	e.report.Tables = append(e.report.Tables, r)
	counted := &e.report.Tables[len(e.report.Tables)-1].Rows
	return e.file(r.File, func(w io.Writer) error {
		out, err := newRows(w, e.sel.Format, t.name)
		if err != nil {
			return err
		}
		if err := out.Row(header); err != nil {
			return err
		}
		if err := e.stream(t, out, len(header), counted); err != nil {
			return err
		}
		return out.Close()
	})
}

// stream passes the rows of a table on, one at a time.
func (e *exporter) stream(t *table, out rows, width int, counted *int64) error {
	cells, x := make([]any, width), e.risk.of(t)
	return e.each(t, cells, func(of origin) error {
		if x != nil {
			e.risk.suppress(x, cells, of)
		}
		*counted++
		e.done++
		e.sel.Progress(e.done, e.total)
		return out.Row(cells)
	})
}

// origin is where a row comes from: whose it is, and the area of its record.
type origin struct {
	unit, subject string // household and person, or what comes nearest to them; never written
	area          any
}

// each fills the cells with one row of a table after the other.
func (e *exporter) each(t *table, cells []any, row func(origin) error) error {
	query := rowsQuery(e.plan, t, e.sel)
	const before = 4 // what rowsQuery reads before the sources
	values := make([]any, before+len(t.sources)+len(t.asked.extra()))
	var id, sealed string
	dest := []any{&id, &sealed}
	for i := range values {
		dest = append(dest, &values[i])
	}
	return query.Each(e.db, func(rows *sql.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if whole, err := t.unseal(e.db, id, sealed, values[before:]); err != nil || !whole {
			return err
		}
		day, _ := text(values[0]).(string)
		t.asked.begin(e.db, id, values[before+len(t.sources):])
		at := 0
		for i := range t.sources {
			s := &t.sources[i]
			if s.fill != nil {
				own := cells[at : at+len(s.vars)]
				s.fill(own, values[before+i], day)
				if at += len(s.vars); s.reason() != nil && t.asked != nil {
					if err := t.asked.tell(e.ctx, s.reason(), own, values[before+i]); err != nil {
						return err
					}
				}
			}
		}
		return row(origin{plain(e.plan.survivor(values[1])), plain(e.plan.survivor(values[2])), values[3]})
	})
}

// unseal puts what was sealed of a row where its columns are blank; whole is false for a damaged row.
func (t *table) unseal(db collections.DB, id, sealed string, values []any) (whole bool, err error) {
	opened, whole, err := collections.OpenWhole(db, t.name, id, sealed)
	if len(opened) == 0 {
		return whole, err
	}
	for i, s := range t.sources {
		if value, ok := opened.Get(s.column(t.alias())); ok {
			values[i] = value
		}
	}
	for i, x := range t.asked.extra() {
		if value, ok := opened.Get(x.sealed); ok {
			values[len(t.sources)+i] = value
		}
	}
	return whole, err
}

// alias is the table's name in rowsQuery.
func (t *table) alias() string {
	if t.repeat {
		return "r"
	}
	return "m"
}

// rowsQuery reads id and sealed columns, the day of the visit, the household, the person and the area, and then every
// source of a table.
func rowsQuery(p *plan, t *table, sel Selection) territory.Rows {
	unit, subject := `COALESCE(NULLIF(m.household,''), m.id)`, `COALESCE(NULLIF(m.person,''), NULLIF(m.household,''), m.id)`
	if t.repeat {
		subject = `COALESCE(NULLIF(r.person,''), r.id)`
	}
	exprs := []string{t.alias() + `.id`, t.alias() + `.sealed`, `COALESCE(NULLIF(m.finished_at,''), NULLIF(m.started_at,''), m.received_at)`,
		unit, subject, `m.area`}
	for _, s := range t.sources {
		exprs = append(exprs, s.expr)
	}
	for _, x := range t.asked.extra() {
		exprs = append(exprs, x.expr)
	}
	then := ``
	if t.repeat {
		then = `r.parent_row, r.position, r.id`
	}
	return selected(p, sel, strings.Join(exprs, ", "), fromTable(p, t), then)
}

// selected reads the records of the selection in the order of their areas and ids.
func selected(p *plan, sel Selection, columns, from, then string) territory.Rows {
	where, args := conditions(p, sel, inStates(sel))
	return territory.Rows{Columns: columns, From: from, Place: `m.area`, ID: `m.id`, Ranges: sel.ranges(), Where: where, Args: args,
		Then: then}
}

func countRows(db collections.DB, p *plan, t *table, sel Selection) (int64, error) {
	among, args := territory.Among(sel.ranges())
	where, more := conditions(p, sel, inStates(sel))
	var n int64
	_, err := collections.One(db,
		`SELECT COUNT(*) FROM `+among+` a CROSS JOIN `+fromTable(p, t)+` WHERE m.area>=a.lo AND m.area<a.hi AND `+where, append(args, more...),
		&n)
	return n, err
}

// fromTable joins a repeat's rows to their records in that order, so that one record is read at a time.
func fromTable(p *plan, t *table) string {
	from := fmt.Sprintf(`%q m`, p.tables[0].name)
	if t.repeat {
		from += fmt.Sprintf(` CROSS JOIN %q r ON r.visit=m.id`, t.name)
	}
	return from
}

// conditions says which records belong to the selection, beside where they lie.
func conditions(p *plan, sel Selection, state string) (where string, args []any) {
	where, args = `+m.form=? AND `+state, []any{p.form.ID}
	if sel.Campaign != "" {
		where, args = where+` AND +m.campaign=?`, append(args, sel.Campaign)
	}
	days, more, _ := sel.days() // they were checked
	return where + days, append(args, more...)
}

// days is the condition of the days on which records arrived, in the zone of the survey. It fails with problem.BadParameter.
func (s Selection) days() (where string, args []any, err error) {
	where, args, wrong := collections.Days{From: s.From, To: s.To}.Where(`+m.received_at`)
	if wrong != "" {
		return "", nil, problem.New(problem.BadParameter, wrong)
	}
	return where, args, nil
}

// inStates is the condition of the review states, which were checked. The unary plus of these conditions keeps SQLite from making an
// index of its own for them: the place alone decides what is read.
func inStates(sel Selection) string {
	return `+m.review_state IN ('` + strings.Join(sel.States, `','`) + `')`
}

// ranges are the parts of the city that the export reads.
func (s Selection) ranges() []territory.Range {
	if s.Everywhere {
		return territory.Everywhere
	}
	return s.Ranges
}
