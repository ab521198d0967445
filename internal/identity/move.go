package identity

import (
	"time"

	"doorstep/collections"
)

// MoveMembers takes the people of a household along when it moves to another area, unless they were placed elsewhere.
func MoveMembers(db collections.DB, household, from, to string, now time.Time) error {
	if from == to || from == "" || to == "" {
		return nil
	}
	members, err := collections.Map[string, int64](db, `SELECT id, rev+1 FROM persons WHERE household=? AND area=?`, household, from)
	if err != nil {
		return err
	}
	for id, rev := range members {
		row := collections.Row{{Column: "area", Value: to}, {Column: "rev", Value: rev}, {Column: "updated", Value: collections.Stamp(now)}}
		if err := collections.Update(db, collections.Persons, id, row); err != nil {
			return err
		}
		if err := collections.Moved(db, collections.RevisionOf(collections.Persons, id, rev), from, to, now); err != nil {
			return err
		}
		if err := BlockAgain(db, id); err != nil { // they are looked up by where they lie
			return err
		}
	}
	return nil
}
