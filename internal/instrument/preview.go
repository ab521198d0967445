package instrument

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Preview is what another workbook of a form would make of the authoritative calculations of records that are there.
type Preview struct {
	Records int          `json:"records"` // that were computed again
	More    bool         `json:"more"`    // there are more; the newest were taken
	Columns []Recomputed `json:"columns"` // those that are in both versions and differ somewhere
}

// Recomputed is how one calculation would change.
type Recomputed struct {
	Table   string    `json:"table"`
	Column  string    `json:"column"`
	Same    int       `json:"same"`
	Differs int       `json:"differs"`
	Moves   []Between `json:"moves,omitempty"` // only of a calculation that gives codes of a list
}

// Between counts the answers that go from one code to another.
type Between struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

const mostPreviewed = 2000

// Try compiles a workbook as it would be published, and stores nothing. It fails with survey.Problems.
func (l *Library) Try(w Workbook, now time.Time) (*Instrument, error) {
	f, err := readWorkbook(w.Name, w.Raw, l.values(), false)
	if err != nil {
		return nil, err
	}
	if f.Version == "" {
		if f.Version, err = l.version(f, now); err != nil {
			return nil, err
		}
	}
	c, err := convert(f, l.values())
	if err == nil && len(c.Obstacles) > 0 {
		err = c.Obstacles
	}
	if err != nil {
		return nil, err
	}
	return c.ready, nil
}

// Check is Try that fails also where Publish would, because of the versions that are there. The status is that of the same
// version where it is stored already, else "".
func (l *Library) Check(app core.App, w Workbook, now time.Time) (*Instrument, error) {
	in, err := l.Try(w, now)
	if err != nil {
		return nil, err
	}
	db := collections.Read(app)
	v, err := find(db, in.Form.ID, in.Version)
	if err != nil {
		return nil, err
	}
	if in.Status = v.status; v.taken(in) {
		return nil, survey.Problems{versionTaken(in.Form)}
	}
	if err := beside(db, in.Form); err != nil {
		return nil, err
	}
	return in, collections.CheckTables(app, in.Form)
}

// Arrived are the records that came since a moment, of some ranges of areas.
type Arrived struct {
	Since  time.Time
	Ranges []territory.Range
}

// Preview computes records of a form again, by this version and by another, and counts where their authoritative calculations
// differ.
func (in *Instrument) Preview(ctx context.Context, db collections.DB, other *Instrument, of Arrived, now time.Time) (*Preview, error) {
	p := &Preview{Columns: []Recomputed{}}
	ids, err := in.arrived(db, of)
	if err != nil {
		return nil, err
	}
	if p.More = len(ids) > mostPreviewed; p.More {
		ids = ids[:mostPreviewed]
	}
	columns := in.shared(other)
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		_, root, found, err := in.Whole.Find(db, id)
		if collections.Damaged(err) || err == nil && !found {
			continue
		}
		if err != nil {
			return nil, err
		}
		p.Records++
		in.recompute(ctx, root, now)
		before := valuesOf(columns, root)
		other.recompute(ctx, root, now)
		for i, after := range valuesOf(columns, root) {
			columns[i].compare(before[i], after)
		}
	}
	for _, c := range columns {
		if c.Differs > 0 {
			c.order()
			p.Columns = append(p.Columns, c.Recomputed)
		}
	}
	return p, nil
}

// arrived lists the newest records since a moment, one more than a preview takes.
func (in *Instrument) arrived(db collections.DB, of Arrived) (ids []string, err error) {
	among, args := territory.Among(of.Ranges)
	query := `SELECT m.id FROM ` + among + ` r CROSS JOIN "` + in.Layout.Main().Name +
		`" m WHERE m.area>=r.lo AND m.area<r.hi AND +m.received_at>=? ORDER BY m.received_at DESC LIMIT ?`
	args = append(args, collections.Stamp(of.Since), mostPreviewed+1)
	return collections.Column[string](db, query, args...)
}

func (in *Instrument) recompute(ctx context.Context, root *survey.Node, now time.Time) {
	in.CheckMerged(ctx, &survey.Instance{FormID: in.Form.ID, Version: in.Version, Root: root}, now, validate.LeaveIn)
}

// comparison is a calculation while it is compared.
type comparison struct {
	Recomputed
	table *survey.Table
	path  []string
	coded bool
}

// shared are the authoritative calculations of this version that the other one has too.
func (in *Instrument) shared(other *Instrument) (all []*comparison) {
	for _, t := range in.Layout.Tables {
		theirs := other.Layout.Named(t.Name)
		if theirs == nil {
			continue
		}
		for _, c := range t.Columns {
			same := slices.ContainsFunc(theirs.Columns, func(o survey.Column) bool { return o.Name == c.Name && slices.Equal(o.Path, c.Path) })
			if validate.Authoritative(c.Question) && same {
				coded := slices.ContainsFunc(c.Question.Bind,
					func(p survey.Pair) bool { return p.Name == "doorstep:codes" && strings.TrimSpace(p.Value) != "" })
				all = append(all, &comparison{Recomputed: Recomputed{Table: t.Name, Column: c.Name}, table: t, path: c.Path, coded: coded})
			}
		}
	}
	return all
}

// valuesOf reads the calculations, each in every row.
func valuesOf(columns []*comparison, root *survey.Node) [][]string {
	all := make([][]string, len(columns))
	for i, c := range columns {
		for _, at := range rowsOf(c.table, root) {
			all[i] = append(all[i], collections.ValueAt(at.node, c.path))
		}
	}
	return all
}

func (c *comparison) compare(before, after []string) {
	for i := range before {
		if before[i] == after[i] {
			c.Same++
			continue
		}
		c.Differs++
		if c.coded {
			c.count(before[i], after[i])
		}
	}
}

func (c *comparison) count(from, to string) {
	i := slices.IndexFunc(c.Moves, func(b Between) bool { return b.From == from && b.To == to })
	if i < 0 {
		i = len(c.Moves)
		c.Moves = append(c.Moves, Between{From: from, To: to})
	}
	c.Moves[i].Count++
}

func (c *comparison) order() {
	slices.SortStableFunc(c.Moves, func(a, b Between) int { return b.Count - a.Count })
}
