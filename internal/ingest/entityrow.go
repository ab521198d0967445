package ingest

import (
	"fmt"

	"doorstep/collections"
	"doorstep/internal/identity"
)

// personChange reconciles what is said about a person whom the client names with what is known of them.
func (r *registering) personChange(p *preparedPerson, known identity.Person) (*change, error) {
	c := &change{list: collections.Persons, entity: known.ID, area: p.said.Area, rev: known.Rev, claim: p.version,
		before: personProperties(&known), said: personProperties(&p.said)}
	if c.entity == "" {
		c.entity = p.claimed
	}
	return c, r.reconcile(c)
}

func (r *registering) notedPerson(c *change, p *preparedPerson, found identity.Found) error {
	if c.entity == "" {
		return nil
	}
	return r.noted(c, p.claimed, found.ID, found.Rev)
}

// noted notes a change that was stored. An id that an app made for somebody who was known already leads to them from
// now on: the app learns that its own copy is gone.
func (r *registering) noted(c *change, claimed, entity string, rev int64) error {
	if c.claim.made && claimed != "" && claimed != entity {
		at := collections.Stamp(r.now)
		if _, err := r.db.Exec(`INSERT INTO "`+c.list+`" (id, area, source, merged_into, active, rev, created, updated) VALUES (?,?,?,?,?,?,?,?)
			ON CONFLICT (id) DO NOTHING`,
			claimed, c.area, r.d.op.ID, entity, true, 1, at, at); err != nil {
			return fmt.Errorf("point %s at %s: %w", claimed, entity, err)
		}
	}
	c.entity = entity
	past := r.editsOf(collections.RevisionOf(c.list, entity, rev), c.area)
	past.source = r.d.op.ID
	return c.note(past, rev)
}
