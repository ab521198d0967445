package ingest

import (
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/identity"
)

// HouseholdByHand keeps the history of a household that somebody changed in the dashboard or over REST, column by column, as
// that of a tablet's change: what another tablet sends late is held against it.
func HouseholdByHand(db collections.DB, by access.Actor, before, after identity.Household, at time.Time) error {
	of := collections.RevisionOf(collections.Households, after.ID, before.Rev+1)
	return edits{db: db, of: of, area: before.Area, by: by.ID, now: at}.householdNoted(before, after)
}

// PersonByHand is HouseholdByHand for a person.
func PersonByHand(db collections.DB, by access.Actor, before, after identity.Person, at time.Time) error {
	if before.Rev == after.Rev {
		return nil
	}
	of := collections.RevisionOf(collections.Persons, after.ID, before.Rev+1)
	past := edits{db: db, of: of, area: before.Area, by: by.ID, now: at}
	c := &change{list: collections.Persons, entity: after.ID, area: before.Area, rev: before.Rev, set: map[string]bool{}, conflict: "none"}
	said := personProperties(&after)
	for i, p := range personProperties(&before) {
		if p.value != said[i].value {
			c.set[p.name] = true
		}
	}
	for _, f := range identity.Differences(before, after) {
		if err := past.keep(difference{f.Column, "", f.Before, f.After}, kindCorrection, statusDone); err != nil {
			return err
		}
	}
	return c.note(past, after.Rev)
}
