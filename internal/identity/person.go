package identity

import (
	"database/sql"
	"slices"
	"time"

	"doorstep/collections"
)

// Person is what a record says about someone, and the keys to find them by. IDKey is the number in its valid 18-digit
// form, "" when there is none or its checksum fails.
type Person struct {
	ID, Name, NameKey, Sex, BirthDate, IDType, IDNumber, IDKey, Phone, Relation string
	Household, Area, Source                                                     string
	LastRecord                                                                  string // of the last interview
	Rev                                                                         int64
	mergedInto                                                                  string
	Erased                                                                      bool // on request: only the id is left
	// what was sealed of it does not open; nothing is written to it
	Damaged bool
}

// Found is whom a record turned out to be about.
type Found struct {
	ID        string
	Rule      string // "" when the client named the person or when they are new
	New       bool
	Rev       int64 // of the person, now
	Clash     *Pair // another person with the same number
	Elsewhere *Pair // known out of reach: a new person stands in for them until both sides have decided
	Against   Person
	Changed   []Difference // what the record changed of the known person
	Proposed  []Difference // what it would change, once it is approved
	Keys      Keys         // of somebody new
}

// Reach is what a record may change of the register.
type Reach struct {
	Over func(area string) bool // rows that lie there
	// Made reports whether a row is one that the record itself brought, while nobody has approved what is said of it.
	Made func(id, area, source string) bool
	// Blanks lets known people keep every value that they have, so that only a blank is filled in at once: a list may be
	// older than the visits.
	Blanks bool
}

// Holds reports whether the record may speak of a row.
func (r Reach) Holds(id, area, source string) bool { return r.Over(area) || r.Made(id, area, source) }

// Everywhere is the reach of a search that changes nothing.
var Everywhere = Reach{Over: func(string) bool { return true }, Made: func(_, _, _ string) bool { return false }}

// Register is the register of people and households as one record may change it at one moment.
type Register struct {
	DB      collections.DB
	Surveys func() collections.Surveys // tells which records are interviews
	Reach   Reach
	Now     time.Time
}

// ResolvePerson finds or creates the person that p describes. known is whom the client named, empty where it named
// nobody or somebody out of reach; fresh is the id of a new one. What lies out of reach is never changed: a new person
// takes its place, with the pair in Elsewhere. Of a known person only what changes in life is written at once.
func (r Register) ResolvePerson(p, known Person, fresh string) (Found, error) {
	var err error
	if known.ID == "" {
		if known, err = FindPerson(r.DB, fresh); err != nil {
			return Found{}, err
		}
		if known.Erased { // what comes after is somebody new, not the erased one back
			known = Person{}
			fresh = collections.NewID()
		}
	}
	if known.ID != "" {
		return tell(r.DB, Found{ID: known.ID, Against: known}, p, r.Reach, r.Now)
	}
	found, err := deterministic(r.DB, p, r.Reach)
	if err != nil {
		return Found{}, err
	}
	if found.ID != "" {
		return tell(r.DB, found, p, r.Reach, r.Now)
	}
	p.ID = fresh
	for _, pair := range []*Pair{found.Clash, found.Elsewhere} {
		if pair != nil {
			pair.B, pair.AreaB = fresh, p.Area
		}
	}
	found.ID, found.New, found.Rev = fresh, true, 1
	found.Keys, err = insertPerson(r.DB, p, r.Now)
	return found, err
}

// agree reports whether two with one number are one person: the name, or birth date and sex, must agree too.
func agree(a, b Person) bool {
	return a.NameKey == b.NameKey || a.BirthDate == b.BirthDate && a.Sex == b.Sex && b.BirthDate != ""
}

// deterministic applies the rules that need no weighing. An equal valid number alone is not enough: informants give the
// number of another family member, so the name, or birth date and sex, must agree too. Who is in reach comes first.
func deterministic(db collections.DB, p Person, reach Reach) (Found, error) {
	var found Found
	if p.IDKey != "" {
		others, err := persons(db, `id_key=? AND id_key!='' AND merged_into='' ORDER BY created, id`,
			collections.IndexOf(db, collections.Persons, "id_key", p.IDKey))
		if err != nil {
			return Found{}, err
		}
		for _, o := range others {
			same := agree(o, p)
			switch {
			case same && reach.Holds(o.ID, o.Area, o.Source):
				return Found{ID: o.ID, Rule: SameNumber, Against: o}, nil
			case same && found.Elsewhere == nil:
				found.Elsewhere = candidate(o, p, SameNumber, 1)
			case !same && found.Clash == nil:
				found.Clash = candidate(o, p, NumberClash, 0.5)
			}
		}
	}
	if p.NameKey != "" && p.BirthDate != "" && p.Household != "" {
		others, err := persons(db, `birth_date=? AND name_key=? AND household=? AND merged_into='' ORDER BY created, id`, p.BirthDate,
			collections.IndexOf(db, collections.Persons, "name_key", p.NameKey), p.Household)
		if err != nil {
			return Found{}, err
		}
		for _, o := range others {
			switch agree := o.IDKey == "" || p.IDKey == "" || o.IDKey == p.IDKey; {
			case agree && reach.Holds(o.ID, o.Area, o.Source):
				return Found{ID: o.ID, Rule: SameInHouse, Against: o}, nil
			case agree && found.Elsewhere == nil:
				found.Elsewhere = candidate(o, p, SameInHouse, 1)
			}
		}
	}
	if found.Elsewhere != nil {
		found.Clash = nil // one pair tells the supervisors there
	}
	return found, nil
}

// NamedElsewhere is the pair of somebody out of reach whom a record named, with the person who stands in for them.
func NamedElsewhere(known, said Person, standIn string) Pair {
	pair := candidate(known, said, NamedByID, 0.5)
	pair.B, pair.AreaB = standIn, said.Area
	return *pair
}

func candidate(known, said Person, rule string, score float64) *Pair {
	return &Pair{Kind: KindPerson, Rule: rule, Collection: collections.Persons, A: known.ID, AreaA: known.Area, Score: score,
		Evidence: Explain(known, said)}
}

// Explain compares two descriptions field by field.
func Explain(a, b Person) []Evidence {
	return []Evidence{
		compare("id_number", a.IDKey, b.IDKey), compare("name", a.NameKey, b.NameKey), compare("birth_date", a.BirthDate, b.BirthDate),
		compare("sex", a.Sex, b.Sex), compare("phone", a.Phone, b.Phone), compare("household", a.Household, b.Household),
	}
}

const personColumns = `id, name, name_key, sex, birth_date, id_type, id_number, id_key, phone, relation, household, area, source, rev, ` +
	`merged_into, active, sealed, last_record`

// mostCandidates bounds how many people a record is compared with, the earliest first.
const mostCandidates = 20

func persons(db collections.DB, where string, args ...any) ([]Person, error) {
	return personsUpTo(db, mostCandidates, where, args...)
}

func personsUpTo(db collections.DB, most int, where string, args ...any) ([]Person, error) {
	var found []Person
	err := collections.Each(db, `SELECT `+personColumns+` FROM persons WHERE `+where, args, func(rows *sql.Rows) error {
		if len(found) == most {
			return nil // a LIMIT would make SQLite open a temporary table
		}
		var p Person
		var sealed string
		var active bool
		if err := rows.Scan(&p.ID, &p.Name, &p.NameKey, &p.Sex, &p.BirthDate, &p.IDType, &p.IDNumber, &p.IDKey, &p.Phone, &p.Relation,
			&p.Household, &p.Area, &p.Source, &p.Rev, &p.mergedInto, &active, &sealed, &p.LastRecord); err != nil {
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
	row, whole, err := collections.OpenWhole(db, collections.Persons, p.ID, sealed)
	if p.Damaged = !whole; p.Damaged {
		p.NameKey, p.IDKey = "", "" // what is looked up by is no value
	}
	for column, value := range map[string]*string{"name": &p.Name, "name_key": &p.NameKey, "id_number": &p.IDNumber, "id_key": &p.IDKey,
		"phone": &p.Phone, "relation": &p.Relation} {
		row.Fill(column, value)
	}
	return err
}

// FindPerson follows merged_into, so that an id that a tablet still holds never leads nowhere. An unknown id gives the
// empty person.
func FindPerson(db collections.DB, id string) (Person, error) {
	_, last, err := followPerson(db, id)
	return last, err
}

// Namesake finds who is known by the name of p in the household of p, for a list that tells neither birth date nor number:
// the same list again names the same people. Somebody of the other sex is somebody else.
func Namesake(db collections.DB, p Person) (Person, error) {
	found, err := persons(db, `household=? AND name_key=? ORDER BY created, id`, p.Household,
		collections.IndexOf(db, collections.Persons, "name_key", p.NameKey))
	if err != nil {
		return Person{}, err
	}
	for _, o := range found {
		if o.Sex == p.Sex || o.Sex == "" || p.Sex == "" {
			return FindPerson(db, o.ID)
		}
	}
	return Person{}, nil
}

// NamePerson is FindPerson within a reach: away is whom the id leads to out of reach. One in reach who was merged by both
// sides into one out of reach is that one: known, and not to be changed.
func NamePerson(db collections.DB, id string, reach Reach) (known Person, away *Person, err error) {
	first, last, err := followPerson(db, id)
	switch {
	case err != nil || last.ID == "":
		return Person{}, nil, err
	case reach.Holds(last.ID, last.Area, last.Source), first.ID != last.ID && reach.Holds(first.ID, first.Area, first.Source):
		return last, nil, nil
	default:
		return Person{}, &last, nil
	}
}

func followPerson(db collections.DB, id string) (first, last Person, err error) {
	for range 10 {
		if id == "" {
			break
		}
		found, err := persons(db, `id=?`, id)
		if err != nil || len(found) == 0 {
			return Person{}, Person{}, err
		}
		if first.ID == "" {
			first = found[0]
		}
		if found[0].mergedInto == "" {
			return first, found[0], nil
		}
		id = found[0].mergedInto
	}
	return Person{}, Person{}, nil
}

// current gives the people with these ids in their order, each once; for one who was merged, the person merged into.
func current(db collections.DB, ids []string) (people []Person, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := personsUpTo(db, len(ids), `id IN (SELECT value FROM json_each(?))`, collections.JSONList(ids))
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		at := slices.IndexFunc(found, func(p Person) bool { return p.ID == id })
		if at < 0 {
			continue
		}
		p := found[at]
		if p.mergedInto != "" {
			if p, err = FindPerson(db, p.mergedInto); err != nil {
				return nil, err
			}
		}
		if p.ID != "" && !slices.ContainsFunc(people, func(o Person) bool { return o.ID == p.ID }) {
			people = append(people, p)
		}
	}
	return people, nil
}

// insertPerson writes somebody new and gives what they are looked up by.
func insertPerson(db collections.DB, p Person, now time.Time) (Keys, error) {
	at := collections.Stamp(now)
	row := append(collections.Row{{Column: "id", Value: p.ID}}, p.row()...)
	row = append(row, collections.Field{Column: "source", Value: p.Source}, collections.Field{Column: "active", Value: true},
		collections.Field{Column: "rev", Value: 1},
		collections.Field{Column: "created", Value: at}, collections.Field{Column: "updated", Value: at})
	if err := collections.Insert(db, collections.Persons, row); err != nil {
		return nil, err
	}
	keys, err := KeysOf(db, p)
	if err == nil {
		err = Block(db, p, keys)
	}
	if err != nil {
		return nil, err
	}
	return keys, collections.Announce(db, collections.RevisionOf(collections.Persons, p.ID, 1), p.Area, collections.Upsert, now)
}

func (p Person) row() collections.Row {
	return collections.Row{
		{Column: "name", Value: p.Name}, {Column: "name_key", Value: p.NameKey}, {Column: "sex", Value: p.Sex},
		{Column: "birth_date", Value: p.BirthDate},
		{Column: "id_type", Value: p.IDType}, {Column: "id_number", Value: p.IDNumber}, {Column: "id_key", Value: p.IDKey},
		{Column: "phone", Value: p.Phone},
		{Column: "relation", Value: p.Relation}, {Column: "household", Value: p.Household}, {Column: "area", Value: p.Area},
		{Column: "last_record", Value: p.LastRecord},
	}
}
