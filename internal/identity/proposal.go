package identity

import (
	"database/sql"
	"fmt"
	"slices"

	"doorstep/collections"
	"doorstep/internal/validate"
)

// proposal is one column that a record would change of a person or household: a row of edits.
type proposal struct {
	id, list, entity string
	Difference
}

// Approved writes into the register what a record proposed, as far as its approver reaches: over the row as it is and as
// it will be. What is written counts as changed then; the rest stays proposed for somebody who reaches further.
func (r Register) Approved(record string) error {
	return r.move(step{record, "open", "applied"}, func(p *proposal, present string) bool {
		p.Before = present
		return true
	})
}

// TakenBack puts back what an approval wrote, where nobody has changed it since, and proposes it again.
func (r Register) TakenBack(record string) error {
	return r.move(step{record, "applied", "open"}, func(p *proposal, present string) bool {
		if present != p.After {
			return false
		}
		p.Before, p.After = p.After, p.Before
		return true
	})
}

// Declined ends what a rejected record proposed; Reconsidered begins it again when the record is reopened.
func (r Register) Declined(record string) error {
	return r.mark(step{record, "open", "declined"})
}

// Reconsidered undoes Declined.
func (r Register) Reconsidered(record string) error {
	return r.mark(step{record, "declined", "open"})
}

// step takes what a record proposed from one status to another.
type step struct{ record, from, to string }

func (r Register) mark(s step) error {
	_, err := r.DB.Exec(`UPDATE edits SET status=?, updated=? WHERE source=? AND source!='' AND kind='proposal' AND status=?`,
		s.to, collections.Stamp(r.Now), s.record, s.from)
	if err != nil {
		return fmt.Errorf("proposals of %s: %w", s.record, err)
	}
	return nil
}

// taker decides whether a proposal is taken, whose column says present now; p.After is what will be written.
type taker func(p *proposal, present string) bool

// move takes a step person by person, household by household, with the proposals that take takes.
func (r Register) move(s step, take taker) error {
	all, err := proposalsOf(r.DB, s.record, s.from)
	if err != nil {
		return err
	}
	for len(all) > 0 {
		entity, rest := all[0].entity, []proposal(nil)
		var proposed []proposal
		for _, p := range all {
			if p.entity == entity {
				proposed = append(proposed, p)
			} else {
				rest = append(rest, p)
			}
		}
		all = rest
		write := r.writePerson
		if proposed[0].list == collections.Households {
			write = r.writeHousehold
		}
		done, rev, err := write(entity, proposed, take)
		if err != nil {
			return err
		}
		for _, p := range done {
			row := collections.Row{{Column: "status", Value: s.to}, {Column: "record_rev", Value: rev},
				{Column: "updated", Value: collections.Stamp(r.Now)}}
			if s.to == "applied" {
				// sealed as one
				row = append(row, collections.Field{Column: "before", Value: p.Before}, collections.Field{Column: "after", Value: p.After})
			}
			if err := collections.Update(r.DB, collections.Edits, p.id, row); err != nil {
				return err
			}
		}
	}
	return nil
}

func proposalsOf(db collections.DB, record, status string) ([]proposal, error) {
	var all []proposal
	err := collections.Each(db, `SELECT id, collection, record, field, before, after, sealed FROM edits
		WHERE source=? AND source!='' AND kind='proposal' AND status=? ORDER BY created, id`, []any{record, status}, func(rows *sql.Rows) error {
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

// writePerson writes what is taken of the proposals to the person, or to the one that they were merged into.
func (r Register) writePerson(id string, proposed []proposal, take taker) (done []proposal, rev int64, err error) {
	known, err := FindPerson(r.DB, id)
	if err != nil || known.ID == "" || known.Damaged || !r.Reach.Over(known.Area) {
		return nil, 0, err
	}
	next := known
	present := map[string]string{}
	for _, f := range columnsOf(&known, &known) {
		present[f.column] = *f.known
	}
	for _, p := range proposed {
		if take(&p, present[p.Column]) {
			next.set([]Difference{p.Difference}, validate.IDKey(p.After))
			done = append(done, p)
		}
	}
	if next.Household != known.Household {
		_, home, err := followHousehold(r.DB, next.Household)
		if err != nil {
			return nil, 0, err
		}
		if home.Area != "" {
			next.Area = home.Area // it may have moved since
		}
	}
	if stays := withoutPlace(proposed); !r.Reach.Over(next.Area) && len(stays) < len(proposed) {
		return r.writePerson(id, stays, take)
	}
	if next == known {
		return done, known.Rev, nil
	}
	rev, err = savePerson(r.DB, known, next, r.Now)
	return done, rev, err
}

// withoutPlace are the proposals that move nobody.
func withoutPlace(proposed []proposal) []proposal {
	return slices.DeleteFunc(slices.Clone(proposed), func(p proposal) bool { return p.Column == "household" || p.Column == "area" })
}

// writeHousehold writes what is taken of the proposals to the household; its people come along.
func (r Register) writeHousehold(id string, proposed []proposal, take taker) (done []proposal, rev int64, err error) {
	_, known, err := followHousehold(r.DB, id)
	if err != nil || known.ID == "" || known.Damaged || !r.Reach.Over(known.Area) {
		return nil, 0, err
	}
	next := known
	for _, p := range proposed {
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
	if !r.Reach.Over(next.Area) {
		return nil, 0, nil
	}
	saved, err := saveHousehold(r.DB, known, next, r.Now)
	return done, saved.Rev, err
}

// column is where a proposal goes, and what is known in its place.
func (h *Household) column(name string, known Household) (at *string, present string) {
	switch name {
	case "house_code":
		return &h.HouseCode, known.HouseCode
	case "area":
		return &h.Area, known.Area
	case "location":
		place := collections.Location(known.Lon, known.Lat)
		return &place, place
	default:
		return nil, ""
	}
}
