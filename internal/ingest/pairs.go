package ingest

import (
	"slices"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
)

// duplicates records the candidate pairs that this record makes, in the transaction that found them.
func (r *registering) duplicates() error {
	for i, f := range r.found {
		if err := r.personPair(r.d.people[i], f); err != nil {
			return err
		}
	}
	if o := r.d.rec.Outcome; o != "" && !r.d.form.Interviewed(o) {
		return nil // a visit that met nobody is an attempt, not a duplicate
	}
	if r.d.rec.Person != "" {
		return r.secondRecord("person", r.d.rec.Person, identity.SecondSurvey)
	}
	if r.known && r.d.rec.Household != "" && !r.personal() {
		return r.secondRecord("household", r.d.rec.Household, identity.SecondVisit)
	}
	return nil
}

// personal reports whether records of this form are about one person rather than a household.
func (r *registering) personal() bool {
	return slices.ContainsFunc(r.d.form.Entities,
		func(e instrument.Entity) bool { return e.Decl.List == collections.Persons && e.Table.Repeat == nil })
}

// personPair looks for the row of the campaign about the same person that was stored first. Whoever the client named may be met again in
// the same household; in another one it is a second record, whichever of the two came first.
func (r *registering) personPair(p preparedPerson, f identity.Found) error {
	if f.Clash != nil {
		return r.pair(*f.Clash)
	}
	if f.New || p.node == r.d.inst.Root {
		return nil // nobody knew them, or a record about one person: secondRecord looks at that
	}
	rule, household := f.Rule, ""
	if rule == "" {
		rule, household = identity.SecondRecord, r.d.rec.Household
	}
	var row, area string
	found, err := collections.One(r.db, `SELECT r.id, r.area FROM "`+p.table+`" r JOIN "`+r.table()+`" v ON v.id=r.visit
		WHERE r.person=? AND v.campaign=? AND r.visit!=? AND (?='' OR v.household!=?) ORDER BY v.rowid, r.id`,
		[]any{f.ID, r.d.rec.Campaign, r.d.op.ID, household, household}, &row, &area)
	if err != nil || !found {
		return err
	}
	return r.pair(identity.Pair{
		Kind: identity.KindPerson, Rule: rule, Collection: p.table, A: row, B: p.row, AreaA: area, AreaB: r.d.rec.Area, Score: 1,
		Evidence: identity.Explain(f.Against, p.said),
	})
}

// secondRecord pairs this record with the one that was stored first of its campaign about the same person or household where somebody was
// met.
func (r *registering) secondRecord(column, value, rule string) error {
	var first, area string
	met := r.intake.Instruments.Interviews().Of(r.table())
	found, err := collections.One(r.db, `SELECT id, area FROM "`+r.table()+`" WHERE `+column+`=? AND campaign=? AND id!=?
		AND (outcome='' OR `+met+`) ORDER BY rowid`, []any{value, r.d.rec.Campaign, r.d.op.ID}, &first, &area)
	if err != nil || !found {
		return err
	}
	return r.pair(identity.Pair{
		Kind: identity.KindVisit, Rule: rule, Collection: r.table(), A: first, B: r.d.op.ID, AreaA: area, AreaB: r.d.rec.Area, Score: 1,
		Evidence: []identity.Evidence{{Field: column, Level: "equal"}, {Field: "campaign", Level: "equal"}},
	})
}

// pair records a pair. A correction tells only of those that are new.
func (r *registering) pair(p identity.Pair) error {
	fresh, err := p.Record(r.db, r.now)
	if err != nil {
		return err
	}
	if (fresh || !r.exists) && r.reach().Over(p.AreaA) {
		r.pairs = append(r.pairs, p)
	}
	return nil
}

// suggest pairs somebody new with those whom they may be by weight. Of those out of reach the sender learns nothing: only who is named in
// full is told to be elsewhere.
func (r *registering) suggest(p *preparedPerson, f identity.Found) error {
	if !f.New || f.Elsewhere != nil {
		return nil
	}
	said := p.said
	said.ID = f.ID
	pairs, err := identity.Suggest(r.db, said, f.Keys, r.now)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		if err := r.pair(pair); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(pairs, func(pair identity.Pair) bool { return r.over(pair.AreaA) }) {
		r.d.issues = append(r.d.issues, identity.Issue(identity.PersonListed, p.at("name")))
	}
	return nil
}
