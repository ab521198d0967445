package roster

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

// Options of an import.
type Options struct {
	Check bool                  // count what would be done, write nothing
	Datum grid.Datum            // of the coordinates; "" refuses any
	Show  func(done, total int) // rows; may be nil
	Actor access.Actor          // who imports, into the own territory alone
	Now   time.Time
	Each  func(Judged) error // told what becomes of each person; may be nil
}

// Imported counts what an import did. Known ones were in the register before.
type Imported struct {
	Rows            int      `json:"rows"`
	Households      int      `json:"households"`
	KnownHouseholds int      `json:"known_households"`
	Persons         int      `json:"persons"`
	KnownPersons    int      `json:"known_persons"`
	Pairs           int      `json:"pairs"`     // for supervisors to compare
	Differing       int      `json:"differing"` // values that the register has otherwise, or lacks, and that only a visit brings in
	Complete        bool     `json:"complete"`
	Ignored         []string `json:"ignored,omitempty"`

	// Differs tells where, without the values; no more than mostMistakes.
	Differs survey.Problems `json:"-"`

	added map[string]int  // rows by whom they add
	homes map[string]bool // that a row was of
}

const (
	mostMistakes = 1000 // that are told, and differences
	rowsAtOnce   = 500  // in one transaction: tablets that sync meanwhile wait no longer than for these
)

// Import is ImportFile of the list at a path, by somebody at the shell.
func Import(ctx context.Context, app core.App, path string, o Options) (Imported, error) {
	o.Actor = access.Shell()
	return tabular.With(path, func(f tabular.File) (Imported, error) { return ImportFile(ctx, app, f, o) })
}

// ImportFile brings a list into the register. The whole list is read first: with one mistake nothing is written, and the
// error is survey.Problems. Then its rows are written some hundred at a time; an import that is interrupted may simply
// be run again, since who is there already is not added twice. With o.Check all is undone again, some hundred rows at a
// time: a person whose rows stand further apart counts as new twice.
func ImportFile(ctx context.Context, app core.App, f tabular.File, o Options) (Imported, error) {
	n, err := check(app, f, o)
	if err != nil {
		return n, err
	}
	if _, err := f.In.Seek(0, io.SeekStart); err != nil {
		return n, err
	}
	if err = write(ctx, app, f, o, &n); o.Check {
		return n, err
	}
	n.Complete = err == nil
	kept := collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error {
		did := o.Actor.Did("roster.import")
		did.Collection, did.Purpose, did.Detail = collections.Persons, audit.Administration, n
		return audit.Append(db, o.Now, did)
	})
	if err == nil {
		err = kept
	}
	return n, err
}

// check reads the whole list and counts its rows.
func check(app core.App, f tabular.File, o Options) (Imported, error) {
	var n Imported
	var wrong survey.Problems
	rd := reader{collections.Read(app), o.Datum, o.Actor, map[string]bool{}}
	ignored, err := tabular.ReadFrom(f, columns, func(r tabular.Row) error {
		n.Rows++
		_, found, err := rd.read(r)
		if len(wrong) < mostMistakes {
			wrong = append(wrong, found...)
		}
		return err
	})
	n.Ignored = ignored
	switch {
	case err != nil:
		return n, err
	case len(wrong) > 0:
		return n, wrong
	case n.Rows == 0:
		return n, tabular.Empty()
	}
	return n, nil
}

// errUndo ends the transaction of a rehearsal.
var errUndo = errors.New("undo")

func write(ctx context.Context, app core.App, f tabular.File, o Options, n *Imported) error {
	n.homes = map[string]bool{}
	defer func() { n.homes = nil }()
	rd := reader{collections.Read(app), o.Datum, o.Actor, map[string]bool{}}
	var batch []line
	done := 0
	flush := func() error {
		before := *n
		err := collections.Write(ctx, app, func(db collections.DB) error {
			for _, l := range batch {
				if err := l.save(db, o, n); err != nil {
					return err
				}
			}
			if o.Check {
				return errUndo
			}
			return nil
		})
		if err != nil && !(o.Check && errors.Is(err, errUndo)) {
			*n = before
			return err
		}
		if done += len(batch); o.Show != nil {
			o.Show(done, n.Rows)
		}
		batch = batch[:0]
		return nil
	}
	_, err := tabular.ReadFrom(f, columns, func(r tabular.Row) error {
		l, _, err := rd.read(r)
		if err == nil && len(batch) >= rowsAtOnce && !l.with(batch[len(batch)-1]) {
			err = flush()
		}
		batch = append(batch, l)
		return err
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return flush()
}

// with reports whether two rows are of one household.
func (l line) with(other line) bool {
	return l.household.Area == other.household.Area && l.household.AddressKey == other.household.AddressKey
}

// reach is what a row may speak of: the area that it names. Of whom it knows there it fills in what is missing.
func (l line) reach() identity.Reach {
	here := access.Actor{Territory: []string{l.household.Area}}
	return identity.Reach{Over: here.Covers, Made: func(_, _, _ string) bool { return false }, Blanks: true}
}

// save adds a row's household and person unless they are there. Somebody known elsewhere stays as they are: the row's
// own household or person stands in, and the pair goes to the supervisors there.
func (l line) save(db collections.DB, o Options, n *Imported) error {
	now := o.Now
	h, known, elsewhere, err := identity.MeetHousehold(db, l.household, "", l.reach())
	switch {
	case err != nil:
		return err
	case known:
		if !n.homes[h.ID] {
			n.KnownHouseholds++
		}
		if h, err = identity.Draw(db, h, l.household, now); err != nil {
			return err
		}
	default:
		if h, err = l.saveHousehold(db, elsewhere, now, n); err != nil {
			return err
		}
	}
	n.homes[h.ID] = true
	if l.person.Name == "" {
		return nil
	}
	return l.savePerson(db, h, o, n)
}

func (l line) saveHousehold(db collections.DB, elsewhere *identity.Candidate, now time.Time,
	n *Imported) (h identity.Household, err error) {
	h = l.household
	h.ID = collections.NewID()
	if h, err = identity.SaveHousehold(db, identity.Household{}, h, false, now); err != nil {
		return h, err
	}
	n.Households++
	if elsewhere == nil {
		return h, nil
	}
	pair := elsewhere.Pair(h)
	return h, n.pair(db, &pair, now)
}

func (l line) savePerson(db collections.DB, h identity.Household, o Options, n *Imported) error {
	l.person.Household, l.person.Area = h.ID, h.Area
	p := l.person
	var known identity.Person
	var err error
	if p.BirthDate == "" && p.IDKey == "" {
		if known, err = identity.Namesake(db, p); err != nil {
			return err
		}
	}
	found, err := identity.Register{DB: db, Reach: l.reach(), Now: o.Now}.ResolvePerson(p, known, collections.NewID())
	if err != nil {
		return err
	}
	if !found.New {
		n.KnownPersons++
		n.differ(l, found.Proposed)
		return n.tell(o, linked(l, found))
	}
	n.Persons++
	p.ID = found.ID
	pairs, err := pairsOf(db, p, found, o.Now)
	for i := range pairs {
		if err == nil {
			err = n.pair(db, &pairs[i], o.Now)
		}
	}
	if err == nil {
		err = n.tell(o, added(l, pairs))
	}
	if o.Each != nil {
		n.add(p.ID, l.row.Number)
	}
	return err
}

// pairsOf are those of somebody new with whom they may be. Whom a number or the household tells is not asked for by weight.
func pairsOf(db collections.DB, p identity.Person, found identity.Found, now time.Time) (pairs []identity.Pair, err error) {
	for _, pair := range []*identity.Pair{found.Elsewhere, found.Clash} {
		if pair != nil {
			pairs = append(pairs, *pair)
		}
	}
	if found.Elsewhere != nil {
		return pairs, nil
	}
	likely, err := identity.Suggest(db, p, found.Keys, now)
	return append(pairs, likely...), err
}

func (n *Imported) pair(db collections.DB, p *identity.Pair, now time.Time) error {
	fresh, err := p.Record(db, now)
	if fresh {
		n.Pairs++
	}
	return err
}

// differ notes what a row says otherwise of somebody known. It is not written: a list has no author who answers for it,
// and no review.
func (n *Imported) differ(l line, all []identity.Difference) {
	for _, f := range all {
		if n.Differing++; len(n.Differs) < mostMistakes {
			t := Catalogue["roster.differs"]
			n.Differs = append(n.Differs, l.row.Problem("roster.differs", differsAt(f.Column), t[0], t[1]))
		}
	}
}

// differsAt is the column of the list that tells a column of the register.
func differsAt(column string) string {
	if column == "household" {
		return "address"
	}
	return column
}
