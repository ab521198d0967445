package grid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/survey"
)

// Imported counts what an import of areas did.
type Imported struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
}

// Options of an import.
type Options struct {
	Datum     Datum    // of the outlines; "" for a list
	Territory []string // outside of which nothing is imported; nil for everywhere
	Check     bool     // say what would happen, and write nothing
	Replace   bool     // areas of the levels and below the parents that the file tells of, and that it does not name, end
	Anyway    bool     // import although the datum looks wrong
	Picture   bool     // of a check: draw what would change
	By        string
	Now       time.Time
}

// Report is what an import did, or would do.
type Report struct {
	Imported
	Ended    int             `json:"ended"`
	Mistakes survey.Problems `json:"mistakes"` // with one of these nothing is imported
	Findings []Finding       `json:"findings"` // what a person should look at
	Changes  []Change        `json:"changes"`
	Datum    DatumCheck      `json:"datum"`
	Affected int             `json:"affected"`      // areas whose records are looked at again
	Job      string          `json:"job,omitempty"` // which looks at them
	Ignored  []string        `json:"ignored,omitempty"`
	Picture  *Picture        `json:"picture,omitempty"`
}

// Import reads areas from a file of any kind and writes them, all or nothing; then a job looks at the records that may lie
// elsewhere now. An area without an outline keeps the one that is stored. It fails with survey.Problems when the file has
// mistakes; of a check they are in the report.
func Import(ctx context.Context, app core.App, f File, o Options) (Report, error) {
	r := Report{Mistakes: survey.Problems{}, Findings: []Finding{}, Changes: []Change{}}
	codes, err := CodesOf(collections.Read(app))
	if err != nil {
		return r, err
	}
	imp := newImporter(o.Datum, codes)
	err = imp.read(ctx, f)
	r.Mistakes, r.Ignored = append(r.Mistakes, imp.problems...), imp.ignored
	if whole := (survey.Problems)(nil); errors.As(err, &whole) {
		r.Mistakes = append(r.Mistakes, whole...)
	} else if err != nil {
		return r, err
	}
	for i, a := range imp.areas {
		if o.Territory != nil && !UnderAny(a.Code, o.Territory) {
			r.Mistakes = append(r.Mistakes, mistake(imp.numbers[i], "code", "area.outside_territory", a.Code))
		}
	}
	if len(imp.areas) == 0 && len(r.Mistakes) == 0 {
		r.Mistakes = append(r.Mistakes, mistake(0, "", "area.none", ""))
	}
	if o.Picture {
		r.Picture = newPicture(imp, r.Mistakes, o.Territory)
	}
	if len(imp.areas) > 0 && (o.Check || len(r.Mistakes) == 0) {
		err = r.write(ctx, app, imp.areas, codes, o)
	} else {
		err = nil
	}
	if err == nil && len(r.Mistakes) > 0 && !o.Check {
		return r, r.Mistakes
	}
	return r, err
}

// write compares what is with what will be, and writes that unless there are mistakes or it is only looked at. Comparing takes
// seconds for a city: it is done before the transaction, which only sees to it that nobody has changed the areas meanwhile.
func (r *Report) write(ctx context.Context, app core.App, areas []Area, codes Codes, o Options) error {
	db := collections.Read(app)
	stand, err := standOf(db)
	if err != nil {
		return err
	}
	before, err := readIndex(db)
	if err != nil {
		return err
	}
	if err := r.suspect(db, areas, o); err != nil {
		return err
	}
	ended := before.replaced(areas, codes, o)
	after, concerned := before.with(areas, ended)
	r.Ended = len(ended)
	r.Findings = append(r.Findings, findings(after, codes, concerned)...)
	r.Changes = append(r.Changes, changes(before, after)...)
	if r.Picture != nil {
		r.Picture.draw(before, after, r.Changes, codes)
	}
	list := affected(before, after, r.Changes, codes)
	r.Affected = len(list)
	err = collections.Write(ctx, app, func(db collections.DB) error {
		if now, err := standOf(db); err != nil || now != stand {
			return cmp.Or(err, ErrChanged)
		}
		if err := r.apply(db, areas, ended, codes, o); err != nil {
			return err
		}
		if o.Check || len(r.Mistakes) > 0 {
			return errOnlyLooked
		}
		if len(list) > 0 && before.Len() > 0 {
			if r.Job, err = BeginJob(db, list, o.By, o.Now); err != nil {
				return err
			}
		}
		return audit.Append(db, o.Now, audit.Entry{Actor: o.By, Action: "areas.import", Collection: collections.Areas,
			Purpose: audit.Administration,
			Detail:  map[string]int{"added": r.Added, "changed": r.Changed, "same": r.Same, "ended": r.Ended}})
	})
	if errors.Is(err, errOnlyLooked) {
		err = nil
	}
	return err
}

// ErrChanged is the error of an import that came upon another one: nothing was written, and it may be made again.
var ErrChanged = errors.New("the areas were changed meanwhile")

// standOf returns how many times the areas were changed, as the triggers of the table count it.
func standOf(db collections.DB) (n int64, err error) {
	_, err = collections.One(db, `SELECT CAST(value AS INTEGER) FROM meta WHERE "key"='areas_stand'`, nil, &n)
	return n, err
}

// suspect looks at the datum by the households that are known.
func (r *Report) suspect(db collections.DB, areas []Area, o Options) (err error) {
	if r.Datum, err = checkDatum(db, areas, o.Datum); err != nil || r.Datum.Looks == "" {
		return err
	}
	f := r.Datum.finding(o.Datum)
	r.Findings = append(r.Findings, f)
	if !o.Anyway && !o.Check {
		r.Mistakes = append(r.Mistakes, survey.Problem{Code: f.Code, Column: "crs", ZH: f.ZH, EN: f.EN})
	}
	return nil
}

// apply writes the areas, ends those that they replace, and keeps what became of which.
func (r *Report) apply(db collections.DB, areas []Area, ended []string, codes Codes, o Options) error {
	for _, a := range areas {
		if err := saveArea(db, a, codes, o.Now, &r.Imported); err != nil {
			return fmt.Errorf("area %s: %w", a.Code, err)
		}
	}
	for _, code := range ended {
		if err := endArea(db, code, o.Now); err != nil {
			return fmt.Errorf("end area %s: %w", code, err)
		}
	}
	for _, c := range r.Changes {
		if err := c.keep(db, o.Now); err != nil {
			return err
		}
	}
	return nil
}

// replaced are the codes of areas that end because a file tells of their level and their parent, and not of them.
func (idx *Index) replaced(areas []Area, codes Codes, o Options) (ended []string) {
	type place struct {
		level  Level
		parent string
	}
	told, named := map[place]bool{}, map[string]bool{}
	for _, a := range areas {
		told[place{a.Level, codes.Parent(a.Code)}], named[a.Code] = true, true
	}
	for _, b := range idx.areas {
		if o.Replace && !named[b.Code] && told[place{b.Level, codes.Parent(b.Code)}] && (o.Territory == nil || UnderAny(b.Code, o.Territory)) {
			ended = append(ended, b.Code)
		}
	}
	return ended
}

// with are the areas as they will be, as saveArea writes them, and the codes that a file tells of.
func (idx *Index) with(areas []Area, ended []string) (after *Index, concerned map[string]bool) {
	concerned = map[string]bool{}
	all := slices.DeleteFunc(slices.Clone(idx.areas), func(a Area) bool { return slices.Contains(ended, a.Code) })
	for _, a := range areas {
		concerned[a.Code] = true
		if old, known := idx.Area(a.Code); known && len(a.Boundary) == 0 {
			a.Boundary = old.Boundary
		}
		all = append(all, a)
	}
	return NewIndex(all), concerned
}

func endArea(db collections.DB, code string, now time.Time) error {
	var id string
	var rev int64
	if found, err := collections.One(db, `SELECT id, rev FROM areas WHERE code=?`, []any{code}, &id, &rev); err != nil || !found {
		return err
	}
	if err := collections.Update(db, collections.Areas, id, collections.Row{{Column: "active", Value: false}, {Column: "rev", Value: rev + 1},
		{Column: "updated", Value: collections.Stamp(now)}}); err != nil {
		return err
	}
	return collections.Announce(db, collections.RevisionOf(collections.Areas, id, rev+1), code, collections.Upsert, now)
}

// CodesOf reads how this city writes its area codes.
func CodesOf(db collections.DB) (Codes, error) {
	suffix, err := collections.MetaValue(db, collections.GridSuffix)
	if err != nil {
		return Codes{}, err
	}
	if suffix == "" {
		suffix = DefaultSuffix
	}
	return NewCodes(suffix)
}

// errOnlyLooked takes back what was written to see what it would come to.
var errOnlyLooked = errors.New("only looked")

// Save writes areas by code and announces those that changed, without looking at their records.
func (codes Codes) Save(ctx context.Context, app core.App, areas []Area, by string, now time.Time) (n Imported, err error) {
	err = collections.Write(ctx, app, func(db collections.DB) error {
		for _, a := range areas {
			if err := saveArea(db, a, codes, now, &n); err != nil {
				return fmt.Errorf("area %s: %w", a.Code, err)
			}
		}
		return audit.Append(db, now, audit.Entry{Actor: by, Action: "areas.import", Collection: collections.Areas, Purpose: audit.Administration,
			Detail: n})
	})
	return n, err
}

func saveArea(db collections.DB, a Area, codes Codes, now time.Time, n *Imported) error {
	boundary := "null"
	if len(a.Boundary) > 0 {
		b, err := MarshalBoundary(a.Boundary)
		if err != nil {
			return err
		}
		boundary = string(b)
	}
	var name, level, stored string
	var expected int
	var rev int64
	var active bool
	found, err := collections.One(db, `SELECT name, level, COALESCE(boundary,'null'), expected_households, rev, active FROM areas
		WHERE code=?`, []any{a.Code}, &name, &level, &stored, &expected, &rev, &active)
	if err != nil {
		return err
	}
	if found && len(a.Boundary) == 0 { // what a file does not say stays
		boundary = stored
	}
	if found && a.ExpectedHouseholds == 0 {
		a.ExpectedHouseholds = expected
	}
	if found && active && name == a.Name && level == string(a.Level) && stored == boundary && expected == a.ExpectedHouseholds {
		n.Same++
		return nil
	}
	at := collections.Stamp(now)
	row := collections.Row{
		{Column: "name", Value: a.Name}, {Column: "level", Value: string(a.Level)}, {Column: "parent", Value: codes.Parent(a.Code)},
		{Column: "area", Value: a.Code}, {Column: "boundary", Value: boundary},
		{Column: "expected_households", Value: a.ExpectedHouseholds}, {Column: "active", Value: true}, {Column: "rev", Value: rev + 1},
		{Column: "updated", Value: at},
	}
	if found {
		n.Changed++
		err = collections.Update(db, collections.Areas, a.Code, row)
	} else {
		n.Added++
		err = collections.Insert(db, collections.Areas, append(collections.Row{{Column: "id", Value: a.Code}, {Column: "code", Value: a.Code},
			{Column: "created", Value: at}}, row...))
	}
	if err != nil {
		return err
	}
	return collections.Announce(db, collections.RevisionOf(collections.Areas, a.Code, rev+1), a.Code, collections.Upsert, now)
}
