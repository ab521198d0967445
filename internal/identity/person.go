package identity

import (
	"database/sql"
	"time"

	"doorstep/collections"
)

// Person is what a record says about someone, and the keys to find them by. IDKey is the number in its valid 18-digit
// form, "" when there is none or its checksum fails.
type Person struct {
	ID, Name, NameKey, Sex, BirthDate, IDType, IDNumber, IDKey, Phone, Relation string
	Household, Area, Source                                                     string
	Rev                                                                         int64
	mergedInto                                                                  string
	Erased                                                                      bool // on request: only the id is left
}

// Found is whom a record turned out to be about.
type Found struct {
	ID      string
	Rule    string // "" when the client named the person or when they are new
	New     bool
	Rev     int64 // of the person, now
	Clash   *Pair // another person with the same number
	Against Person
}

// ResolvePerson finds or creates the person that p describes. claimed is the id that the client gave: a known person,
// or the id for a new one; "" lets fresh be the id. Only a person that the client named, or that came from the same
// record, is overwritten; a linked one only gets what was blank.
func ResolvePerson(db collections.DB, p Person, claimed, fresh string, now time.Time) (Found, error) {
	known, err := FindPerson(db, claimed)
	if err != nil {
		return Found{}, err
	}
	if claimed != "" {
		fresh = claimed
	}
	return ResolveKnown(db, p, known, fresh, now)
}

// ResolveKnown is ResolvePerson for a caller that has looked for the claimed person; known is empty where nobody was
// found, and fresh then the id of a new one.
func ResolveKnown(db collections.DB, p, known Person, fresh string, now time.Time) (Found, error) {
	var err error
	if known.ID == "" {
		if known, err = FindPerson(db, fresh); err != nil {
			return Found{}, err
		}
	}
	if known.ID != "" {
		rev, err := writePerson(db, known, p, true, now)
		return Found{ID: known.ID, Against: known, Rev: rev}, err
	}
	linked, clash, err := deterministic(db, p)
	if err != nil {
		return Found{}, err
	}
	if linked.ID != "" {
		linked.Rev, err = writePerson(db, linked.Against, p, false, now)
		return linked, err
	}
	p.ID = fresh
	if clash != nil {
		clash.B, clash.AreaB = fresh, p.Area
	}
	return Found{ID: fresh, New: true, Clash: clash, Rev: 1}, insertPerson(db, p, now)
}

// deterministic applies the rules that need no weighing. An equal valid number alone is not enough: informants give the
// number of another family member, so the name, or birth date and sex, must agree too.
func deterministic(db collections.DB, p Person) (Found, *Pair, error) {
	var clash *Pair
	if p.IDKey != "" {
		others, err := persons(db, `id_key=? AND id_key!='' AND merged_into='' ORDER BY created, id`, collections.IndexOf(db, collections.Persons, "id_key", p.IDKey))
		if err != nil {
			return Found{}, nil, err
		}
		for _, o := range others {
			if o.NameKey == p.NameKey || o.BirthDate == p.BirthDate && o.Sex == p.Sex && p.BirthDate != "" {
				return Found{ID: o.ID, Rule: SameNumber, Against: o}, nil, nil
			}
			if clash == nil {
				clash = &Pair{Kind: KindPerson, Rule: NumberClash, Collection: collections.Persons, A: o.ID, AreaA: o.Area, Score: 0.5, Evidence: Explain(o, p)}
			}
		}
	}
	if p.NameKey != "" && p.BirthDate != "" && p.Household != "" {
		others, err := persons(db, `birth_date=? AND name_key=? AND household=? AND merged_into='' ORDER BY created, id`, p.BirthDate, collections.IndexOf(db, collections.Persons, "name_key", p.NameKey), p.Household)
		if err != nil {
			return Found{}, nil, err
		}
		if len(others) > 0 && (others[0].IDKey == "" || p.IDKey == "" || others[0].IDKey == p.IDKey) {
			return Found{ID: others[0].ID, Rule: SameInHouse, Against: others[0]}, nil, nil
		}
	}
	return Found{}, clash, nil
}

// Explain compares two descriptions field by field.
func Explain(a, b Person) []Evidence {
	return []Evidence{
		compare("id_number", a.IDKey, b.IDKey), compare("name", a.NameKey, b.NameKey), compare("birth_date", a.BirthDate, b.BirthDate),
		compare("sex", a.Sex, b.Sex), compare("phone", a.Phone, b.Phone), compare("household", a.Household, b.Household),
	}
}

const personColumns = `id, name, name_key, sex, birth_date, id_type, id_number, id_key, phone, relation, household, area, source, rev, merged_into, active, sealed`

// mostCandidates bounds how many people a record is compared with, the earliest first.
const mostCandidates = 20

func persons(db collections.DB, where string, args ...any) ([]Person, error) {
	var found []Person
	err := collections.Each(db, `SELECT `+personColumns+` FROM persons WHERE `+where, args, func(rows *sql.Rows) error {
		if len(found) == mostCandidates {
			return nil // a LIMIT would make SQLite open a temporary table
		}
		var p Person
		var sealed string
		var active bool
		if err := rows.Scan(&p.ID, &p.Name, &p.NameKey, &p.Sex, &p.BirthDate, &p.IDType, &p.IDNumber, &p.IDKey, &p.Phone, &p.Relation, &p.Household, &p.Area, &p.Source, &p.Rev, &p.mergedInto, &active, &sealed); err != nil {
			return err
		}
		p.Erased = !active && p.Area == ""
		err := p.unseal(db, sealed)
		found = append(found, p)
		return err
	})
	return found, err
}

func (p *Person) unseal(db collections.DB, sealed string) error {
	row, err := collections.Open(db, collections.Persons, p.ID, sealed)
	for _, v := range []struct {
		column string
		dest   *string
	}{{"name", &p.Name}, {"name_key", &p.NameKey}, {"id_number", &p.IDNumber}, {"id_key", &p.IDKey}, {"phone", &p.Phone}, {"relation", &p.Relation}} {
		row.Fill(v.column, v.dest)
	}
	return err
}

// FindPerson follows merged_into, so that an id that a tablet still holds never leads nowhere. An unknown id gives the
// empty person.
func FindPerson(db collections.DB, id string) (Person, error) {
	for range 10 {
		if id == "" {
			break
		}
		found, err := persons(db, `id=?`, id)
		if err != nil || len(found) == 0 {
			return Person{}, err
		}
		if found[0].mergedInto == "" {
			return found[0], nil
		}
		id = found[0].mergedInto
	}
	return Person{}, nil
}

func insertPerson(db collections.DB, p Person, now time.Time) error {
	at := collections.Stamp(now)
	row := append(collections.Row{{Column: "id", Value: p.ID}}, p.row()...)
	row = append(row, collections.Field{Column: "source", Value: p.Source}, collections.Field{Column: "active", Value: true}, collections.Field{Column: "rev", Value: 1},
		collections.Field{Column: "created", Value: at}, collections.Field{Column: "updated", Value: at})
	if err := collections.Insert(db, collections.Persons, row); err != nil {
		return err
	}
	return collections.Announce(db, collections.Persons, p.ID, p.Area, collections.Upsert, 1, now)
}

func (p Person) row() collections.Row {
	return collections.Row{
		{Column: "name", Value: p.Name}, {Column: "name_key", Value: p.NameKey}, {Column: "sex", Value: p.Sex}, {Column: "birth_date", Value: p.BirthDate},
		{Column: "id_type", Value: p.IDType}, {Column: "id_number", Value: p.IDNumber}, {Column: "id_key", Value: p.IDKey}, {Column: "phone", Value: p.Phone},
		{Column: "relation", Value: p.Relation}, {Column: "household", Value: p.Household}, {Column: "area", Value: p.Area},
	}
}

// writePerson brings what a record says into a known person: over it, or only where it was blank. It returns
// their revision.
func writePerson(db collections.DB, known, said Person, over bool, now time.Time) (int64, error) {
	next := known
	pick := func(old *string, new string) {
		if new != "" && (over || *old == "") {
			*old = new
		}
	}
	pick(&next.Name, said.Name)
	pick(&next.NameKey, said.NameKey)
	pick(&next.Sex, said.Sex)
	pick(&next.BirthDate, said.BirthDate)
	pick(&next.IDType, said.IDType)
	pick(&next.IDNumber, said.IDNumber)
	pick(&next.IDKey, said.IDKey)
	pick(&next.Phone, said.Phone)
	pick(&next.Relation, said.Relation)
	pick(&next.Household, said.Household)
	pick(&next.Area, said.Area)
	if next == known {
		return known.Rev, nil
	}
	row := append(next.row(), collections.Field{Column: "rev", Value: known.Rev + 1}, collections.Field{Column: "updated", Value: collections.Stamp(now)})
	if err := collections.Update(db, collections.Persons, known.ID, row); err != nil {
		return 0, err
	}
	return known.Rev + 1, collections.Moved(db, collections.Persons, known.ID, known.Area, next.Area, known.Rev+1, now)
}
