package roster

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

// Options of an import.
type Options struct {
	Check bool                  // look at the list, write nothing
	Datum grid.Datum            // of the coordinates; "" refuses any
	Show  func(done, total int) // rows; may be nil
	By    string                // who imports
	Now   time.Time
}

// Imported counts what an import did. Known ones were in the register.
type Imported struct {
	Rows            int      `json:"rows"`
	Households      int      `json:"households"`
	KnownHouseholds int      `json:"known_households"`
	Persons         int      `json:"persons"`
	KnownPersons    int      `json:"known_persons"`
	Complete        bool     `json:"complete"`
	Ignored         []string `json:"ignored,omitempty"`
}

const (
	mostMistakes = 1000 // that are told
	rowsAtOnce   = 500  // in one transaction: tablets that sync meanwhile wait no longer than for these
)

// Import brings a list into the register. The whole list is read first: with one mistake nothing is written, and the
// error is survey.Problems. Then its rows are written some hundred at a time; an import that is interrupted may simply
// be run again, since who is there already is not added twice.
func Import(ctx context.Context, app core.App, path string, o Options) (Imported, error) {
	n, err := check(app, path, o)
	if err != nil || o.Check {
		return n, err
	}
	err = write(ctx, app, path, o, &n)
	n.Complete = err == nil
	kept := collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error {
		return audit.Append(db, o.Now, audit.Entry{Actor: o.By, Role: o.By, Action: "roster.import", Collection: collections.Persons, Purpose: audit.Administration, Detail: n})
	})
	if err == nil {
		err = kept
	}
	return n, err
}

// check reads the whole list and counts its rows.
func check(app core.App, path string, o Options) (Imported, error) {
	var n Imported
	var wrong survey.Problems
	rd := reader{collections.Read(app), o.Datum, map[string]bool{}}
	ignored, err := tabular.Read(path, columns, func(r tabular.Row) error {
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

func write(ctx context.Context, app core.App, path string, o Options, n *Imported) error {
	rd := reader{collections.Read(app), o.Datum, map[string]bool{}}
	var batch []line
	done := 0
	flush := func() error {
		before := *n
		err := collections.Write(ctx, app, func(db collections.DB) error {
			for _, l := range batch {
				if err := l.save(db, o.Now, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			*n = before
			return err
		}
		if done += len(batch); o.Show != nil {
			o.Show(done, n.Rows)
		}
		batch = batch[:0]
		return nil
	}
	_, err := tabular.Read(path, columns, func(r tabular.Row) error {
		l, _, err := rd.read(r)
		if batch = append(batch, l); err != nil || len(batch) < rowsAtOnce {
			return err
		}
		return flush()
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return flush()
}

// save adds a row's household and person unless they are there.
func (l line) save(db collections.DB, now time.Time, n *Imported) error {
	h, known, err := identity.FindHousehold(db, l.household, "")
	if err != nil {
		return err
	}
	if known {
		n.KnownHouseholds++
	} else {
		h = l.household
		if h.ID, err = collections.NewID(); err != nil {
			return err
		}
		if h, err = identity.SaveHousehold(db, identity.Household{}, h, false, now); err != nil {
			return err
		}
		n.Households++
	}
	if l.person.Name == "" {
		return nil
	}
	p := l.person
	p.Household, p.Area = h.ID, h.Area
	fresh, err := collections.NewID()
	if err != nil {
		return err
	}
	found, err := identity.ResolvePerson(db, p, identity.Person{}, fresh, identity.Everywhere, now)
	if err != nil {
		return err
	}
	if found.New {
		n.Persons++
	} else {
		n.KnownPersons++
	}
	return nil
}
