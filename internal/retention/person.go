package retention

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// Erasure is what somebody asks for: who is forgotten, and on which of the Bases.
type Erasure struct{ Person, Basis string }

// Person erases everything that is known of a person: the register's entry and those merged with it, their rows in
// visits of the household, records that are about them alone, and with each of those the raw copies, history and files,
// because nobody can tell whom a photo or a remark shows. Outside of the actor's territory the
// person is not found; where something that belongs to them lies elsewhere, nothing is erased, and somebody whose
// territory holds it all must do it. The bytes of files go once everything is committed.
func Person(ctx context.Context, app core.App, library *instrument.Library, act access.Act, what Erasure) error {
	if !slices.Contains(Bases, what.Basis) {
		return problem.New(problem.BadParameter, "basis")
	}
	tables, err := read(app, library)
	if err != nil {
		return err
	}
	e := &eraser{schema: tables, actor: act.Actor, basis: what.Basis, now: act.Now, began: time.Now()}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		e.db, e.files = db, nil
		var area string
		found, err := collections.One(db, `SELECT area FROM persons WHERE id=?`, []any{what.Person}, &area)
		if err != nil {
			return err
		}
		if !found || !act.May(access.Erase, area, "") {
			return problem.New(problem.NotFound, "")
		}
		if err := e.person(what.Person); err != nil {
			return err
		}
		return e.unnamed()
	})
	if err != nil {
		return err
	}
	return e.dropFiles(app)
}

// person erases one human being: all entries that were found to be the same.
func (e *eraser) person(id string) error {
	all, err := e.same(id)
	if err != nil {
		return err
	}
	for _, one := range all {
		var area string
		if _, err := collections.One(e.db, `SELECT area FROM persons WHERE id=?`, []any{one}, &area); err != nil {
			return err
		}
		if !e.mine(area) {
			return problem.New(problem.BeyondTerritory, "")
		}
		if err := e.rowsOf(one); err != nil {
			return err
		}
		for _, t := range e.schema.records {
			ids, err := e.ids(`SELECT id FROM "`+t.name+`" WHERE person=?`, one)
			if err != nil {
				return err
			}
			for _, record := range ids {
				if err := e.record(t, record); err != nil {
					return err
				}
			}
		}
		if err := e.forget(one); err != nil {
			return err
		}
	}
	return nil
}

// same lists the entries of the register that were merged into each other, from any of them.
func (e *eraser) same(id string) ([]string, error) {
	return e.ids(`WITH RECURSIVE same(id) AS (VALUES(?) UNION
		SELECT p.merged_into FROM same JOIN persons p ON p.id=same.id WHERE p.merged_into!='' UNION
		SELECT p.id FROM same JOIN persons p ON p.merged_into=same.id WHERE p.merged_into!='')
		SELECT id FROM same`, id)
}

// rowsOf takes a person out of the visits of the household. What else the visit says stays, but not what was written
// freely, and not its files.
func (e *eraser) rowsOf(person string) error {
	for _, rows := range e.schema.rows {
		found, err := e.ids(`SELECT id FROM "`+rows.name+`" WHERE person=?`, person)
		if err != nil {
			return err
		}
		for _, row := range found {
			var visit string
			if _, err := collections.One(e.db, `SELECT visit FROM "`+rows.name+`" WHERE id=?`, []any{row}, &visit); err != nil {
				return err
			}
			if err := e.row(rows.name, visit, row); err != nil {
				return err
			}
			if err := e.withoutWords(visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// row deletes a row and the rows of the repeats in it.
func (e *eraser) row(name, visit, id string) error {
	for _, inner := range e.schema.rows {
		below, err := e.ids(`SELECT id FROM "`+inner.name+`" WHERE visit=? AND parent_row=?`, visit, id)
		if err != nil {
			return err
		}
		for _, b := range below {
			if err := e.row(inner.name, visit, b); err != nil {
				return err
			}
		}
	}
	if _, err := e.db.Exec(`DELETE FROM "`+name+`" WHERE id=?`, id); err != nil {
		return fmt.Errorf("erase row %s: %w", id, err)
	}
	return e.pairs(id)
}

func (e *eraser) withoutWords(visit string) error {
	for _, t := range e.schema.records {
		h, found, err := e.head(t, visit)
		if err != nil {
			return err
		}
		if found {
			return e.rewrite(t, visit, h, "part", slices.Clone(t.texts))
		}
	}
	return nil
}

// forgetUnlessSeen forgets a person whom no record names any more, by any of the entries that were merged into one, unless they were
// another territory's before the record was made.
func (e *eraser) forgetUnlessSeen(person string) error {
	if person == "" {
		return nil
	}
	all, err := e.same(person)
	if err != nil {
		return err
	}
	for _, one := range all {
		for _, t := range slices.Concat(e.schema.records, e.schema.rows) {
			seen, err := e.ids(`SELECT id FROM "`+t.name+`" WHERE person=? LIMIT 1`, one)
			if err != nil || len(seen) > 0 {
				return err
			}
		}
	}
	for _, one := range all {
		if err := e.forget(one); err != nil {
			return err
		}
	}
	return nil
}

// forget empties an entry of the register. Its id stays, without a place, so that it is in nobody's territory; tablets
// are told to delete it. One of another territory is left to it, unless only what
// is erased told of them.
func (e *eraser) forget(person string) error {
	var area, household, source string
	var rev int64
	found, err := collections.One(e.db, `SELECT area, household, source, rev FROM persons WHERE id=? AND active`, []any{person},
		&area, &household, &source, &rev)
	if err != nil || !found || !e.goes(area, source) {
		return err
	}
	if _, err := e.db.Exec(`UPDATE persons SET name='', name_key='', sex='', birth_date='', id_type='', id_number='', id_key='', phone='',
		sealed='', household='', relation='', source='', last_record='', area='', active=FALSE, rev=?, updated=? WHERE id=?`,
		rev+1, e.at(), person); err != nil {
		return fmt.Errorf("forget %s: %w", person, err)
	}
	if _, err := e.db.Exec(`DELETE FROM entity_versions WHERE entity=?`, person); err != nil {
		return fmt.Errorf("forget %s: %w", person, err)
	}
	if err := errors.Join(e.pairs(person), e.tasks(`person=?`, person)); err != nil {
		return err
	}
	if err := collections.Announce(e.db, collections.RevisionOf(collections.Persons, person, rev+1), area, collections.Delete,
		e.now); err != nil {
		return err
	}
	if err := e.note("person", collections.Persons, person, area, rev+1); err != nil {
		return err
	}
	return e.leaveHousehold(household)
}

// leaveHousehold forgets a dwelling in which nobody known lives and that no record names.
func (e *eraser) leaveHousehold(id string) error {
	if id == "" {
		return nil
	}
	lived, err := e.ids(`SELECT id FROM persons WHERE household=? AND active LIMIT 1`, id)
	if err != nil || len(lived) > 0 {
		return err
	}
	for _, t := range e.schema.records {
		seen, err := e.ids(`SELECT id FROM "`+t.name+`" WHERE household=? LIMIT 1`, id)
		if err != nil || len(seen) > 0 {
			return err
		}
	}
	return e.forgetHousehold(id)
}

func (e *eraser) forgetHousehold(id string) error {
	var area, source string
	var rev int64
	found, err := collections.One(e.db, `SELECT area, source, rev FROM households WHERE id=? AND active`, []any{id}, &area, &source, &rev)
	if err != nil || !found || !e.goes(area, source) {
		return err
	}
	if _, err := e.db.Exec(`UPDATE households SET address='', house_code='', address_key='', head_name='', phone='', sealed='', residents=0,
		location=?, accuracy_m=0, source='', sample_id='', stratum='', cluster='', attempts='{}', area='', active=FALSE, rev=?,
		updated=? WHERE id=?`, collections.Nowhere, rev+1, e.at(), id); err != nil {
		return fmt.Errorf("forget household %s: %w", id, err)
	}
	if _, err := e.db.Exec(`DELETE FROM entity_versions WHERE entity=?`, id); err != nil {
		return fmt.Errorf("forget household %s: %w", id, err)
	}
	if err := errors.Join(e.pairs(id), e.tasks(`household=?`, id)); err != nil {
		return err
	}
	return collections.Announce(e.db, collections.RevisionOf(collections.Households, id, rev+1), area, collections.Delete, e.now)
}

func (e *eraser) ids(query string, args ...any) ([]string, error) {
	return collections.Column[string](e.db, query, args...)
}
