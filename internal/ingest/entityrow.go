package ingest

import (
	"fmt"

	"doorstep/collections"
	"doorstep/internal/identity"
)

// personChange reconciles what is said about a person whom the client names with what is known of them.
func (s *settling) personChange(p *personDraft) (*change, error) {
	before, err := knownPerson(s.db, p.claimed)
	if err != nil {
		return nil, err
	}
	c := &change{list: collections.Persons, entity: before.ID, area: p.said.Area, rev: before.Rev, claim: p.version, before: personProperties(&before), said: personProperties(&p.said)}
	if c.entity == "" {
		c.entity = p.claimed
	}
	return c, s.reconcile(c)
}

func (s *settling) settledPerson(c *change, p *personDraft, found identity.Found) error {
	if c.entity == "" {
		return nil
	}
	var rev int64
	if _, err := collections.One(s.db, `SELECT rev FROM persons WHERE id=?`, []any{found.ID}, &rev); err != nil {
		return err
	}
	return s.settled(c, p.claimed, found.ID, rev)
}

// knownPerson follows merges; an unknown id gives no person.
func knownPerson(db collections.DB, id string) (identity.Person, error) {
	for range 10 {
		var p identity.Person
		var into string
		if id == "" {
			return p, nil
		}
		found, err := collections.One(db, `SELECT id, name, sex, birth_date, id_type, id_number, phone, relation, rev, merged_into FROM persons WHERE id=?`, []any{id},
			&p.ID, &p.Name, &p.Sex, &p.BirthDate, &p.IDType, &p.IDNumber, &p.Phone, &p.Relation, &p.Rev, &into)
		if err != nil || !found || into == "" {
			return p, err
		}
		id = into
	}
	return identity.Person{}, nil
}

// settled notes a change that was stored. An id that an app made for somebody who was known already leads to them from
// now on: the app learns that its own copy is gone.
func (s *settling) settled(c *change, claimed, entity string, rev int64) error {
	if c.claim.made && claimed != "" && claimed != entity {
		at := collections.Stamp(s.now)
		if _, err := s.db.Exec(`INSERT INTO "`+c.list+`" (id, area, source, merged_into, active, rev, created, updated) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING`,
			claimed, c.area, s.d.op.ID, entity, true, 1, at, at); err != nil {
			return fmt.Errorf("point %s at %s: %w", claimed, entity, err)
		}
	}
	c.entity = entity
	return s.noteVersion(c, rev)
}
