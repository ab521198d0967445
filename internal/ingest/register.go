package ingest

import (
	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/identity"
)

// inRegister holds the ids of the register that a receipt names: those that the sender has, or that this record made.
type inRegister struct {
	household string
	persons   []string
}

// person adds a person: under the id that the client gave, where only a merge leads from there to somebody out of reach.
func (t *inRegister) person(f identity.Found, claimed string, reach identity.Reach) {
	id := f.ID
	if !f.New && !reach.Holds(f.Against.ID, f.Against.Area, f.Against.Source) {
		id = claimed
	}
	t.persons = append(t.persons, id)
}

// reach is what this record may change of the register.
func (r *registering) reach() identity.Reach {
	return identity.Reach{Over: r.over, Made: r.made}
}

// register is the register as this record may change it now.
func (r *registering) register() identity.Register {
	return identity.Register{DB: r.db, Surveys: r.intake.Instruments.Surveys, Reach: r.reach(), Now: r.now}
}

func (r *registering) over(area string) bool { return r.sender.Actor.May(access.Visit, area, "") }

func (r *registering) holds(h identity.Household) bool {
	return r.reach().Holds(h.ID, h.Area, h.Source)
}

// made reports whether a row of the register came from an earlier revision of this record, and no supervisor has approved
// anything that is said of it: a slip of the pen is the author's to correct wherever the row lies, and the office's where it
// reaches.
func (r *registering) made(id, area, source string) bool {
	if !r.exists || source == "" || r.sender.Actor.ID != r.before.Worker && !r.over(area) {
		return false
	}
	if r.sources == nil {
		r.sources = r.ownSources()
	}
	return r.sources[source] && !r.confirmed(id)
}

// confirmed reports whether another record that was approved names a row of the register, or one that was merged into it; also
// where that cannot be told.
func (r *registering) confirmed(id string) bool {
	for _, name := range r.intake.Instruments.Tables() {
		in, ok := r.intake.Instruments.ByTable(name)
		if !ok {
			continue
		}
		for _, t := range in.Layout.Tables {
			record, columns := "id", []string{"person", "household"}
			if t.Repeat != nil {
				record, columns = "visit", columns[:1] // rows are people
			}
			for _, column := range columns {
				var one int
				found, err := collections.One(r.db, `SELECT 1 FROM "`+t.Name+`" t JOIN reviews r ON r.record=t.`+record+` AND r.decision='approve'
					WHERE t.`+column+` IN (SELECT ? UNION ALL SELECT id FROM `+column+`s WHERE merged_into=? AND merged_into!='')
						AND t.`+record+`!=? LIMIT 1`, []any{id, id, r.d.op.ID}, &one)
				if found || err != nil {
					return true
				}
			}
		}
	}
	return false
}

// ownSources are the names under which rows of the register remember this record; none once it was approved, or where
// that cannot be told.
func (r *registering) ownSources() map[string]bool {
	own := map[string]bool{}
	var one int
	if approved, err := collections.One(r.db, `SELECT 1 FROM reviews WHERE record=? AND decision='approve' LIMIT 1`, []any{r.d.op.ID},
		&one); approved || err != nil {
		return own
	}
	own[r.d.op.ID] = true
	for _, e := range r.d.form.Entities {
		if e.Decl.List != collections.Persons {
			continue
		}
		own[e.Table.Name+"/"+r.d.op.ID] = true
		for _, link := range r.before.Rows {
			own[e.Table.Name+"/"+link.ID] = true
		}
		for i := range len(r.before.Rows) + len(r.d.people) {
			own[e.Table.Name+"/"+collections.RowID(r.d.op.ID, e.Table.Name, "", i+1)] = true
		}
	}
	return own
}

// linked reports whether an earlier revision of this record was about a person: that stays, wherever they lie now.
func (r *registering) linked(person string) bool {
	if !r.exists {
		return false
	}
	if r.before.Person == person {
		return true
	}
	for _, link := range r.before.Rows {
		if link.Person == person {
			return true
		}
	}
	return false
}

// madeBefore finds the household that an earlier revision of this record made under the id that is meant for it. One that
// lies out of reach by now keeps the id, and the household gets another.
func (r *registering) madeBefore(said *identity.Household) (h identity.Household, known bool, err error) {
	if !r.exists {
		return h, false, nil
	}
	h, known, away, err := identity.MeetHousehold(r.db, identity.Household{}, said.ID, r.reach())
	if err == nil && away != nil {
		said.ID = collections.NewID()
	}
	return h, known, err
}

// tellElsewhere records the pairs of a person with those out of reach, whose supervisors decide; the sender only learns
// that there is somebody.
func (r *registering) tellElsewhere(p *preparedPerson, found *identity.Found) error {
	if found.Clash != nil && !r.reach().Over(found.Clash.AreaA) {
		if found.Elsewhere == nil {
			found.Elsewhere = found.Clash
		}
		found.Clash = nil
	}
	if found.Elsewhere == nil {
		return nil
	}
	return r.elsewhere(*found.Elsewhere, p.at("name"))
}

func (r *registering) elsewhere(pair identity.Pair, field string) error {
	code := identity.PersonElsewhere
	if pair.Collection == collections.Households {
		code = identity.HouseholdElsewhere
	}
	r.d.issues = append(r.d.issues, identity.Issue(code, field))
	_, err := pair.Record(r.db, r.now)
	return err
}

// keepDifferences keeps both values of what a record says otherwise than the register: as history where it is changed, and as
// a proposal with an issue where it waits for the record's approval.
func (r *registering) keepDifferences(past edits, changed, proposed []identity.Difference, at func(column string) string) error {
	past.source = r.d.op.ID
	for _, f := range changed {
		if err := past.keep(difference{f.Column, "", f.Before, f.After}, kindCorrection, statusDone); err != nil {
			return err
		}
	}
	code := identity.PersonDiffers
	if past.of.Collection == collections.Households {
		code = identity.HouseholdDiffers
	}
	for _, f := range proposed {
		if f.Column != "location" { // it goes with the area
			r.d.issues = append(r.d.issues, identity.Issue(code, at(f.Column)))
		}
		if err := past.keep(difference{f.Column, "", f.Before, f.After}, kindProposal, statusOpen); err != nil {
			return err
		}
	}
	r.proposals += len(proposed)
	return nil
}

// withdrawProposals takes back what an earlier revision of the record proposed: this one says anew what it proposes.
func (r *registering) withdrawProposals() error {
	if !r.exists {
		return nil
	}
	_, err := r.db.Exec(`UPDATE edits SET status='withdrawn', updated=? WHERE source=? AND source!='' AND kind='proposal' AND status='open'`,
		collections.Stamp(r.now), r.d.op.ID)
	return err
}
