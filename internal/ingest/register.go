package ingest

import (
	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/identity"
)

// told is what a receipt names of the register: ids that the sender has, or that this record made.
type told struct {
	household string
	persons   []string
}

// person adds a person: under the id that the client gave, where only a merge leads from there to somebody out of reach.
func (t *told) person(f identity.Found, claimed string, reach identity.Reach) {
	id := f.ID
	if !f.New && !reach.Holds(f.Against.ID, f.Against.Area, f.Against.Source) {
		id = claimed
	}
	t.persons = append(t.persons, id)
}

// reach is what this record may change of the register.
func (s *storing) reach() identity.Reach {
	return identity.Reach{Over: s.over, Made: s.made}
}

// register is the register as this record may change it now.
func (s *storing) register() identity.Register {
	return identity.Register{DB: s.db, Surveys: s.intake.Instruments.Surveys, Reach: s.reach(), Now: s.now}
}

func (s *storing) over(area string) bool { return s.sender.Actor.May(access.Visit, area, "") }

func (s *storing) holds(h identity.Household) bool { return s.reach().Holds(h.ID, h.Area, h.Source) }

// made reports whether a row of the register came from an earlier revision of this record, and no supervisor has approved
// anything that is said of it: a slip of the pen is the author's to correct wherever the row lies, and the office's where it
// reaches.
func (s *storing) made(id, area, source string) bool {
	if !s.exists || source == "" || s.sender.Actor.ID != s.before.Worker && !s.over(area) {
		return false
	}
	if s.sources == nil {
		s.sources = s.ownSources()
	}
	return s.sources[source] && !s.confirmed(id)
}

// confirmed reports whether another record that was approved names a row of the register, or one that was merged into it; also
// where that cannot be told.
func (s *storing) confirmed(id string) bool {
	for _, name := range s.intake.Instruments.Tables() {
		in, ok := s.intake.Instruments.ByTable(name)
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
				found, err := collections.One(s.db, `SELECT 1 FROM "`+t.Name+`" t JOIN reviews r ON r.record=t.`+record+` AND r.decision='approve'
					WHERE t.`+column+` IN (SELECT ? UNION ALL SELECT id FROM `+column+`s WHERE merged_into=? AND merged_into!='')
						AND t.`+record+`!=? LIMIT 1`, []any{id, id, s.d.op.ID}, &one)
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
func (s *storing) ownSources() map[string]bool {
	own := map[string]bool{}
	var one int
	if approved, err := collections.One(s.db, `SELECT 1 FROM reviews WHERE record=? AND decision='approve' LIMIT 1`, []any{s.d.op.ID},
		&one); approved || err != nil {
		return own
	}
	own[s.d.op.ID] = true
	for _, e := range s.d.form.Entities {
		if e.Decl.List != collections.Persons {
			continue
		}
		own[e.Table.Name+"/"+s.d.op.ID] = true
		for _, link := range s.before.Rows {
			own[e.Table.Name+"/"+link.ID] = true
		}
		for i := range len(s.before.Rows) + len(s.d.people) {
			own[e.Table.Name+"/"+collections.RowID(s.d.op.ID, e.Table.Name, "", i+1)] = true
		}
	}
	return own
}

// linked reports whether an earlier revision of this record was about a person: that stays, wherever they lie now.
func (s *storing) linked(person string) bool {
	if !s.exists {
		return false
	}
	if s.before.Person == person {
		return true
	}
	for _, link := range s.before.Rows {
		if link.Person == person {
			return true
		}
	}
	return false
}

// madeBefore finds the household that an earlier revision of this record made under the id that is meant for it. One that
// lies out of reach by now keeps the id, and the household gets another.
func (s *storing) madeBefore(said *identity.Household) (h identity.Household, known bool, err error) {
	if !s.exists {
		return h, false, nil
	}
	h, known, away, err := identity.MeetHousehold(s.db, identity.Household{}, said.ID, s.reach())
	if err == nil && away != nil {
		said.ID, err = collections.NewID()
	}
	return h, known, err
}

// tellElsewhere records the pairs of a person with those out of reach, whose supervisors decide; the sender only learns
// that there is somebody.
func (s *storing) tellElsewhere(p *preparedPerson, found *identity.Found) error {
	if found.Clash != nil && !s.reach().Over(found.Clash.AreaA) {
		if found.Elsewhere == nil {
			found.Elsewhere = found.Clash
		}
		found.Clash = nil
	}
	if found.Elsewhere == nil {
		return nil
	}
	return s.elsewhere(*found.Elsewhere, p.at("name"))
}

func (s *storing) elsewhere(pair identity.Pair, field string) error {
	code := identity.PersonElsewhere
	if pair.Collection == collections.Households {
		code = identity.HouseholdElsewhere
	}
	s.d.issues = append(s.d.issues, identity.Issue(code, field))
	_, err := pair.Record(s.db, s.now)
	return err
}

// keepFacts keeps both values of what a record says otherwise than the register: as history where it is changed, and as
// a proposal with an issue where it waits for the record's approval.
func (s *storing) keepFacts(past history, changed, proposed []identity.Fact, at func(column string) string) error {
	past.source = s.d.op.ID
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
			s.d.issues = append(s.d.issues, identity.Issue(code, at(f.Column)))
		}
		if err := past.keep(difference{f.Column, "", f.Before, f.After}, kindProposal, statusOpen); err != nil {
			return err
		}
	}
	s.proposals += len(proposed)
	return nil
}

// withdrawProposals takes back what an earlier revision of the record proposed: this one says anew what it proposes.
func (s *storing) withdrawProposals() error {
	if !s.exists {
		return nil
	}
	_, err := s.db.Exec(`UPDATE edits SET status='withdrawn', updated=? WHERE source=? AND source!='' AND kind='proposal' AND status='open'`,
		collections.Stamp(s.now), s.d.op.ID)
	return err
}
