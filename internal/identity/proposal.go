package identity

import (
	"database/sql"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/validate"
)

// proposal is one fact that a record would change of a person or household: a row of edits.
type proposal struct {
	id, list, entity string
	Fact
}

// Approved writes into the register what a record proposed, as far as its approver reaches: over the row as it is and as
// it will be. What is written counts as changed then; the rest stays proposed for whoever reaches further.
func Approved(db collections.DB, record string, over func(area string) bool, now time.Time) error {
	return move(db, record, "open", "applied", over, now, func(p *proposal, present string) bool {
		p.Before = present
		return true
	})
}

// TakenBack puts back what an approval wrote, where nobody has changed it since, and proposes it again.
func TakenBack(db collections.DB, record string, over func(area string) bool, now time.Time) error {
	return move(db, record, "applied", "open", over, now, func(p *proposal, present string) bool {
		if present != p.After {
			return false
		}
		p.Before, p.After = p.After, p.Before
		return true
	})
}

// Declined ends what a rejected record proposed; Reconsidered begins it again when the record is reopened.
func Declined(db collections.DB, record string, now time.Time) error {
	return mark(db, record, "open", "declined", now)
}

// Reconsidered undoes Declined.
func Reconsidered(db collections.DB, record string, now time.Time) error {
	return mark(db, record, "declined", "open", now)
}

func mark(db collections.DB, record, from, to string, now time.Time) error {
	_, err := db.Exec(`UPDATE edits SET status=?, updated=? WHERE source=? AND source!='' AND kind='proposal' AND status=?`, to, collections.Stamp(now), record, from)
	if err != nil {
		return fmt.Errorf("proposals of %s: %w", record, err)
	}
	return nil
}

// move takes the proposals of a record from one status to another, person by person, household by household. take decides
// on one whose column says present now; p.After is what will be written.
func move(db collections.DB, record, from, to string, over func(area string) bool, now time.Time, take func(p *proposal, present string) bool) error {
	all, err := proposalsOf(db, record, from)
	if err != nil {
		return err
	}
	for len(all) > 0 {
		entity, rest := all[0].entity, []proposal(nil)
		var facts []proposal
		for _, p := range all {
			if p.entity == entity {
				facts = append(facts, p)
			} else {
				rest = append(rest, p)
			}
		}
		all = rest
		write := writePerson
		if facts[0].list == collections.Households {
			write = writeHousehold
		}
		done, rev, err := write(db, entity, facts, over, now, take)
		if err != nil {
			return err
		}
		for _, p := range done {
			row := collections.Row{{Column: "status", Value: to}, {Column: "record_rev", Value: rev}, {Column: "updated", Value: collections.Stamp(now)}}
			if to == "applied" {
				row = append(row, collections.Field{Column: "before", Value: p.Before}, collections.Field{Column: "after", Value: p.After}) // sealed as one
			}
			if err := collections.Update(db, collections.Edits, p.id, row); err != nil {
				return err
			}
		}
	}
	return nil
}

func proposalsOf(db collections.DB, record, status string) ([]proposal, error) {
	var all []proposal
	err := collections.Each(db, `SELECT id, collection, record, field, before, after, sealed FROM edits WHERE source=? AND source!='' AND kind='proposal' AND status=? ORDER BY created, id`, []any{record, status}, func(rows *sql.Rows) error {
		var p proposal
		var sealed string
		if err := rows.Scan(&p.id, &p.list, &p.entity, &p.Column, &p.Before, &p.After, &sealed); err != nil {
			return err
		}
		opened, whole, err := collections.OpenWhole(db, collections.Edits, p.id, sealed)
		if err != nil || !whole {
			return err // a damaged one stays proposed until it is mended
		}
		opened.Fill("before", &p.Before)
		opened.Fill("after", &p.After)
		all = append(all, p)
		return nil
	})
	return all, err
}

// writePerson writes what is taken of the facts to the person, whoever they are now.
func writePerson(db collections.DB, id string, facts []proposal, over func(area string) bool, now time.Time, take func(*proposal, string) bool) (done []proposal, rev int64, err error) {
	known, err := FindPerson(db, id)
	if err != nil || known.ID == "" || known.Damaged || !over(known.Area) {
		return nil, 0, err
	}
	next := known
	present := map[string]string{}
	for _, f := range personFacts(&known, &known) {
		present[f.column] = *f.known
	}
	for _, p := range facts {
		if take(&p, present[p.Column]) {
			next.set([]Fact{p.Fact}, validate.IDKey(p.After))
			done = append(done, p)
		}
	}
	if next.Household != known.Household {
		_, home, err := followHousehold(db, next.Household)
		if err != nil {
			return nil, 0, err
		}
		if home.Area != "" {
			next.Area = home.Area // it may have moved since
		}
	}
	if stays := withoutPlace(facts); !over(next.Area) && len(stays) < len(facts) {
		return writePerson(db, id, stays, over, now, take)
	}
	if next == known {
		return done, known.Rev, nil
	}
	rev, err = savePerson(db, known, next, now)
	return done, rev, err
}

// withoutPlace are the facts that move nobody.
func withoutPlace(facts []proposal) []proposal {
	return slices.DeleteFunc(slices.Clone(facts), func(p proposal) bool { return p.Column == "household" || p.Column == "area" })
}

// writeHousehold writes what is taken of the facts to the household; its people come along.
func writeHousehold(db collections.DB, id string, facts []proposal, over func(area string) bool, now time.Time, take func(*proposal, string) bool) (done []proposal, rev int64, err error) {
	_, known, err := followHousehold(db, id)
	if err != nil || known.ID == "" || known.Damaged || !over(known.Area) {
		return nil, 0, err
	}
	next := known
	for _, p := range facts {
		column, present := next.column(p.Column, known)
		if column == nil || !take(&p, present) {
			continue
		}
		if *column = p.After; p.Column == "location" {
			if err := next.setPlace(p.After); err != nil {
				return nil, 0, err
			}
		}
		done = append(done, p)
	}
	if !over(next.Area) {
		return nil, 0, nil
	}
	saved, err := saveHousehold(db, known, next, now)
	return done, saved.Rev, err
}

// column is where a proposed fact goes, and what is known in its place.
func (h *Household) column(name string, known Household) (at *string, present string) {
	switch name {
	case "house_code":
		return &h.HouseCode, known.HouseCode
	case "area":
		return &h.Area, known.Area
	case "location":
		place := known.place()
		return &place, place
	default:
		return nil, ""
	}
}
