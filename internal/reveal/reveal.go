// Package reveal shows what is masked to those who may see it, one record at a time, and records who saw it and why.
package reveal

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/sensitive"
)

// Request asks to see columns of one record in clear, and says why.
type Request struct {
	Collection string   `json:"collection"`
	ID         string   `json:"id"`
	Fields     []string `json:"fields"` // names of masked columns
	Reason     string   `json:"reason"` // 10 characters at least
	Purpose    string   `json:"purpose"`
}

// Show gives the clear values by column, in the transaction that records them: what cannot be recorded is not shown. The
// reason is kept sealed, since people write names into reasons. Outside of the actor's territory the record is not found.
func Show(ctx context.Context, app core.App, library *instrument.Library, act access.Act, q Request) (map[string]string, error) {
	if err := problem.Reason(q.Reason); err != nil {
		return nil, err
	}
	var shown map[string]string
	err := collections.Write(ctx, app, func(db collections.DB) error {
		t, ok := find(library, q.Collection)
		if !ok {
			return problem.New(problem.NotFound, "")
		}
		s, err := t.subject(db, library, act.Actor, q.ID)
		if err != nil {
			return err
		}
		if shown, err = s.values(db, q); err != nil {
			return err
		}
		return audit.Append(db, act.Now, s.entry(db, act.Actor, q, shown))
	})
	if err != nil {
		return nil, err
	}
	return shown, nil
}

// table is one that holds masked columns.
type table struct {
	name   string
	survey bool // its rows name a person and a household
	main   bool // and the version of their form
	in     *instrument.Instrument
}

func find(library *instrument.Library, name string) (table, bool) {
	if _, ok := collections.Registry[name]; ok && name != collections.Jobs && name != collections.SavedQueues { // theirs alone who wrote them
		return table{name: name}, true
	}
	if in, ok := library.ByTable(name); ok {
		return table{name: name, survey: true, main: true, in: in}, true
	}
	in, _, ok := library.ByRepeat(name)
	return table{name: name, survey: true, in: in}, ok
}

// subject is the record that is looked at.
type subject struct {
	table     table
	area      string
	about     []string // ids of person and household, and its own
	concealed collections.Concealed
	births    []string
}

func (t table) subject(db collections.DB, library *instrument.Library, actor access.Actor, id string) (subject, error) {
	s := subject{table: t, about: []string{id}}
	if t.name == collections.Duplicates {
		return s, s.pair(db, actor, id)
	}
	var person, household, version string
	query, dest := `SELECT area`, []any{&s.area}
	if t.survey {
		query, dest = query+`, person, household`, append(dest, &person, &household)
	}
	if t.main {
		query, dest = query+`, form_version`, append(dest, &version)
	}
	found, err := collections.One(db, query+` FROM "`+t.name+`" WHERE id=?`, []any{id}, dest...)
	if err != nil {
		return s, err
	}
	if !found || !actor.May(access.Reveal, s.area, "") {
		return s, problem.New(problem.NotFound, "")
	}
	for _, one := range []string{person, household} {
		if one != "" {
			s.about = append(s.about, one)
		}
	}
	s.columns(library, version)
	return s, nil
}

// pair finds what was written about a pair on those of its sides that lie within the actor's reach.
func (s *subject) pair(db collections.DB, actor access.Actor, id string) error {
	for _, side := range collections.PairSides {
		var area string
		if _, err := collections.One(db, `SELECT `+side.Area+` FROM duplicates WHERE id=?`, []any{id}, &area); err != nil {
			return err
		}
		if column, sealed := collections.Registry[collections.Duplicates].Find(side.Comment); sealed && actor.May(access.Reveal, area, "") {
			s.area, s.concealed = cmp.Or(s.area, area), append(s.concealed, column)
		}
	}
	if len(s.concealed) == 0 {
		return problem.New(problem.NotFound, "")
	}
	return nil
}

// columns finds what is masked of the record.
func (s *subject) columns(library *instrument.Library, version string) {
	t := s.table
	if !t.survey {
		if s.concealed = collections.Registry[t.name]; t.name == collections.Persons {
			s.births = []string{"birth_date"}
		}
		return
	}
	in := t.in
	if t.main {
		if of, ok := library.ForRecord(t.name, version); ok {
			in = of
		}
	}
	for _, one := range in.Layout.Tables {
		if one.Name == t.name {
			s.concealed, s.births = in.Layout.Sealed(one), in.Layout.Births(one)
		}
	}
}

// values reads what was asked for. A column that is not masked is problem.BadParameter.
func (s subject) values(db collections.DB, q Request) (map[string]string, error) {
	stored, err := s.concealed.Stored(db, s.table.name, q.ID)
	if err != nil {
		return nil, err
	}
	shown := map[string]string{}
	for _, f := range q.Fields {
		column, sealed := s.concealed.Find(f)
		switch {
		case sealed && column.Shape != sensitive.Whole:
			shown[f] = stored[f]
		case slices.Contains(s.births, f):
			var birth string
			if _, err := collections.One(db, `SELECT "`+f+`" FROM "`+s.table.name+`" WHERE id=?`, []any{q.ID}, &birth); err != nil {
				return nil, err
			}
			shown[f] = birth
		default:
			return nil, problem.New(problem.BadParameter, "fields")
		}
	}
	if len(shown) == 0 {
		return nil, problem.New(problem.BadParameter, "fields")
	}
	return shown, nil
}

func (s subject) entry(db collections.DB, actor access.Actor, q Request, shown map[string]string) audit.Entry {
	reason := ""
	if keys := db.Keys(); keys.Sealing() {
		reason = keys.Seal([]byte(q.Reason), collections.SealedAt(collections.Audit, q.ID))
	}
	e := actor.DidTo(audit.Reveal, s.table.name, q.ID, s.area, s.about...)
	e.Purpose = audit.Stated(q.Purpose, audit.Review)
	e.Detail = map[string]any{"fields": slices.Sorted(maps.Keys(shown)), "reason": reason}
	return e
}
