package ingest

import (
	"slices"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
)

// duplicates records the candidate pairs that this record makes, in the transaction that found them.
func (s *storing) duplicates() error {
	for i, f := range s.found {
		if err := s.personPair(s.d.people[i], f); err != nil {
			return err
		}
	}
	if o := s.d.rec.Outcome; o != "" && !s.d.form.Interviewed(o) {
		return nil // a visit that met nobody is an attempt, not a duplicate
	}
	if s.d.rec.Person != "" {
		return s.secondRecord("person", s.d.rec.Person, identity.SecondSurvey)
	}
	if s.known && s.d.rec.Household != "" && !s.personal() {
		return s.secondRecord("household", s.d.rec.Household, identity.SecondVisit)
	}
	return nil
}

// personal reports whether records of this form are about one person rather than a household.
func (s *storing) personal() bool {
	return slices.ContainsFunc(s.d.form.Entities,
		func(e instrument.Entity) bool { return e.Decl.List == collections.Persons && e.Table.Repeat == nil })
}

// personPair looks for the row of the campaign about the same person that was stored first. Whoever the client named may be met again in
// the same household; in another one it is a second record, whichever of the two came first.
func (s *storing) personPair(p preparedPerson, f identity.Found) error {
	if f.Clash != nil {
		return s.pair(*f.Clash)
	}
	if f.New || p.node == s.d.inst.Root {
		return nil // nobody knew them, or a record about one person: secondRecord looks at that
	}
	rule, household := f.Rule, ""
	if rule == "" {
		rule, household = identity.SecondRecord, s.d.rec.Household
	}
	var row, area string
	found, err := collections.One(s.db, `SELECT r.id, r.area FROM "`+p.table+`" r JOIN "`+s.table()+`" v ON v.id=r.visit
		WHERE r.person=? AND v.campaign=? AND r.visit!=? AND (?='' OR v.household!=?) ORDER BY v.rowid, r.id`,
		[]any{f.ID, s.d.rec.Campaign, s.d.op.ID, household, household}, &row, &area)
	if err != nil || !found {
		return err
	}
	return s.pair(identity.Pair{
		Kind: identity.KindPerson, Rule: rule, Collection: p.table, A: row, B: p.row, AreaA: area, AreaB: s.d.rec.Area, Score: 1,
		Evidence: identity.Explain(f.Against, p.said),
	})
}

// secondRecord pairs this record with the one that was stored first of its campaign about the same person or household where somebody was
// met.
func (s *storing) secondRecord(column, value, rule string) error {
	var first, area string
	met := s.intake.Instruments.Interviews().Of(s.table())
	found, err := collections.One(s.db, `SELECT id, area FROM "`+s.table()+`" WHERE `+column+`=? AND campaign=? AND id!=?
		AND (outcome='' OR `+met+`) ORDER BY rowid`, []any{value, s.d.rec.Campaign, s.d.op.ID}, &first, &area)
	if err != nil || !found {
		return err
	}
	return s.pair(identity.Pair{
		Kind: identity.KindVisit, Rule: rule, Collection: s.table(), A: first, B: s.d.op.ID, AreaA: area, AreaB: s.d.rec.Area, Score: 1,
		Evidence: []identity.Evidence{{Field: column, Level: "equal"}, {Field: "campaign", Level: "equal"}},
	})
}

// pair records a pair. A correction tells only of those that are new.
func (s *storing) pair(p identity.Pair) error {
	fresh, err := p.Record(s.db, s.now)
	if err != nil {
		return err
	}
	if (fresh || !s.exists) && s.reach().Over(p.AreaA) {
		s.pairs = append(s.pairs, p)
	}
	return nil
}

// suggest pairs somebody new with those whom they may be by weight. Of those out of reach the sender learns nothing: only who is named in
// full is told to be elsewhere.
func (s *storing) suggest(p *preparedPerson, f identity.Found) error {
	if !f.New || f.Elsewhere != nil {
		return nil
	}
	said := p.said
	said.ID = f.ID
	pairs, err := identity.Suggest(s.db, said, s.now)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		if err := s.pair(pair); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(pairs, func(pair identity.Pair) bool { return s.over(pair.AreaA) }) {
		s.d.issues = append(s.d.issues, identity.Issue(identity.PersonListed, p.at("name")))
	}
	return nil
}
