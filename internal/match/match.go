// Package match compares lists from elsewhere (assistance, disability, school rolls) with the register: who is on both, who is
// missing here, who is here and not on the list, who differs in what. Nothing in the register changes by it.
package match

import (
	"context"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/identity"
	"doorstep/internal/linkage"
	"doorstep/internal/problem"
	"doorstep/internal/roster"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
)

// Outcome is what became of a row of a list, or of somebody of the register.
type Outcome string

// The outcomes.
const (
	Both      Outcome = "both"       // on the list and here
	Unsure    Outcome = "review"     // somebody here may be meant: for a person to look at
	Missing   Outcome = "missing"    // on the list and not here
	NotListed Outcome = "not_listed" // here and not on the list
	Nobody    Outcome = "nobody"     // the row names nobody
)

// Kinds of people that may be asked for who is not on the list.
const (
	Children  = "child"
	Elders    = "elder"
	Everybody = "all"
)

// Options say what is compared, for whom.
type Options struct {
	Columns    []tabular.Column
	Actor      access.Actor
	Within     string // area code; "" is the whole territory
	NotListed  string // a kind also tells who is here and not on the list; "" does not
	Identified bool   // with names, numbers and addresses; else masked
	Most       int    // rows that are read, and people who are told as not listed; 0 for any number
	Now        time.Time
	Show       func(rows int) // may be nil
}

// Difference is a field that the list and the register have otherwise.
type Difference struct {
	Field  string `json:"field"`
	Listed string `json:"listed"`
	Known  string `json:"known"`
}

// Row is a row of the list, or somebody who is not on it (Number 0).
type Row struct {
	Number      int                 `json:"row"`
	Outcome     Outcome             `json:"outcome"`
	Name        string              `json:"name"`
	BirthDate   string              `json:"birth_date"`
	IDNumber    string              `json:"id_number"`
	Person      string              `json:"person"`
	Household   string              `json:"household"`
	Area        string              `json:"area"`
	Rule        string              `json:"rule"`
	Probability float64             `json:"probability"`
	Weight      float64             `json:"weight"` // of the evidence, in bits
	Evidence    []identity.Evidence `json:"evidence"`
	Differs     []Difference        `json:"differs"`
	Earlier     int                 `json:"earlier"` // an earlier row that means the same person; 0 for none

	said identity.Described // in clear
}

// Counts are how many rows came to what.
type Counts struct {
	Rows      int      `json:"rows"`
	Both      int      `json:"both"`
	Differing int      `json:"differing"` // of those on both
	Unsure    int      `json:"review"`
	Missing   int      `json:"missing"`
	Nobody    int      `json:"nobody"`
	Repeated  int      `json:"repeated"` // of those on both: an earlier row means the same person
	NotListed int      `json:"not_listed"`
	Ignored   []string `json:"ignored,omitempty"` // headers that are no column
}

// Columns are those of a list, with the usual headers. mapping names others, as COLUMN=HEADER, comma-separated; it fails for a
// column that there is not.
func Columns(mapping string) ([]tabular.Column, error) {
	all := append([]tabular.Column{
		{Name: "address", Headers: []string{"住址", "地址", "家庭住址", "现住址", "居住地址", "详细地址", "户籍地址"}},
		{Name: "area", Headers: []string{"区划代码", "网格代码", "社区代码", "area code"}},
	}, roster.PersonColumns...)
	for entry := range strings.FieldsFuncSeq(mapping, func(r rune) bool { return r == ',' }) {
		name, header, ok := strings.Cut(strings.TrimSpace(entry), "=")
		found := false
		for i := range all {
			if ok && all[i].Name == strings.TrimSpace(name) && strings.TrimSpace(header) != "" {
				all[i].Headers, found = []string{strings.TrimSpace(header)}, true
			}
		}
		if !found {
			return nil, problem.New(problem.BadParameter, "map: name, sex, birth_date, id_type, id_number, phone, address, area")
		}
	}
	return all, nil
}

// Compare reads a list and gives each of its rows to each, then the people who are not on it. It fails with
// survey.Problems where the list cannot be read, and with problem.BadParameter for an area outside of the actor's territory.
func Compare(ctx context.Context, db collections.DB, list tabular.File, o Options, each func(Row) error) (Counts, error) {
	c := comparing{db: db, o: o, met: map[string]int{}}
	if err := c.place(); err != nil {
		return c.counts, err
	}
	ignored, err := tabular.ReadFrom(list, o.Columns, func(r tabular.Row) error {
		if c.counts.Rows++; o.Most > 0 && c.counts.Rows > o.Most {
			return problem.New(problem.TooLarge, "")
		}
		if o.Show != nil {
			o.Show(c.counts.Rows)
		}
		row, err := c.row(r)
		if err == nil {
			err = each(row)
		}
		if err == nil {
			err = ctx.Err()
		}
		return err
	})
	c.counts.Ignored = ignored
	switch {
	case err != nil:
		return c.counts, err
	case c.counts.Rows == 0:
		return c.counts, tabular.Empty()
	}
	return c.counts, c.notListed(ctx, each)
}

// comparing is one list on its way.
type comparing struct {
	db     collections.DB
	o      Options
	ranges []territory.Range
	over   func(area string) bool
	counts Counts
	met    map[string]int // rows by the person that they mean
}

// place finds where people may lie.
func (c *comparing) place() error {
	if c.o.Within != "" {
		_, known, err := collections.AreaName(c.db, c.o.Within)
		if err != nil {
			return err
		}
		if !known {
			return problem.New(problem.BadParameter, "within "+c.o.Within)
		}
	}
	c.ranges = c.o.Actor.Ranges(c.o.Within)
	c.over = func(area string) bool {
		for _, r := range c.ranges {
			if r.Lo <= area && area < r.Hi {
				return c.o.Actor.May(access.MatchList, area, "")
			}
		}
		return false
	}
	_, known := kinds[c.o.NotListed]
	switch {
	case len(c.ranges) == 0:
		return problem.New(problem.BadParameter, "within")
	case c.o.NotListed != "" && !known:
		return problem.New(problem.BadParameter, "not_listed: child, elder, all")
	}
	return nil
}

// described is whom a row describes. A birth date and a sex that contradict the number are kept: one of them is a mistake, and
// the comparison weighs both.
func described(r tabular.Row) identity.Described {
	p, _ := roster.Person(r)
	if day, ok := tabular.Date(r.Get("birth_date")); ok {
		p.BirthDate = day
	}
	if area := r.Get("area"); len(area) >= territory.CommunityDigits {
		p.Area = area
	}
	return identity.Described{Person: p, Address: r.Get("address")}
}

func (c *comparing) row(r tabular.Row) (Row, error) {
	d := described(r)
	row := Row{Number: r.Number, Outcome: Missing, Evidence: []identity.Evidence{}, Differs: []Difference{}, said: d}
	row.Name, row.BirthDate, row.IDNumber = c.shown("name", d.Name), c.shown("birth_date", d.BirthDate), c.shown("id_number", d.IDNumber)
	if d.Name == "" && d.IDNumber == "" {
		c.counts.Nobody++
		row.Outcome = Nobody
		return row, nil
	}
	found, err := identity.Likely(c.db, d, c.over)
	if err != nil {
		return row, err
	}
	if len(found) > 0 && found[0].Band() != linkage.No {
		c.tell(&row, found[0], c.unclear(found))
	}
	switch row.Outcome {
	case Both:
		c.counts.Both++
	case Unsure:
		c.counts.Unsure++
	default:
		c.counts.Missing++
	}
	return row, nil
}

// unclear reports whether somebody else is about as likely meant, by what is known without a number.
func (c *comparing) unclear(found []identity.Likeness) bool {
	return len(found) > 1 && found[0].Rule != identity.SameNumber && found[1].Band() == linkage.Link
}

// tell fills in who is meant.
func (c *comparing) tell(row *Row, l identity.Likeness, unclear bool) {
	row.Outcome = Unsure
	if l.Band() == linkage.Link && !unclear {
		row.Outcome = Both
	}
	row.Person, row.Household, row.Area = l.Person.ID, l.Person.Household, l.Person.Area
	row.Rule, row.Probability, row.Weight, row.Evidence = l.Rule, l.Probability, l.Bits, l.Evidence
	c.differences(row, l)
	if row.Outcome != Both {
		c.met[l.Person.ID] = row.Number // not "not on the list" either
		return
	}
	if len(row.Differs) > 0 {
		c.counts.Differing++
	}
	if row.Earlier = c.met[l.Person.ID]; row.Earlier > 0 {
		c.counts.Repeated++
	}
	c.met[l.Person.ID] = row.Number
}

func (c *comparing) differences(row *Row, l identity.Likeness) {
	said, known := row.said, l.Person
	for _, f := range []struct {
		field, listed, known string
		same                 bool
	}{
		{"name", said.Name, known.Name, said.NameKey == known.NameKey},
		{"sex", said.Sex, known.Sex, said.Sex == known.Sex},
		{"birth_date", said.BirthDate, known.BirthDate, said.BirthDate == known.BirthDate},
		{"id_number", said.IDNumber, known.IDNumber, said.IDKey != "" && said.IDKey == known.IDKey || said.IDNumber == known.IDNumber},
		{"phone", said.Phone, known.Phone, digits(said.Phone) == digits(known.Phone)},
		{"address", said.Address, l.Address, identity.SameAddressText(said.Address, l.Address)},
	} {
		if f.listed != "" && f.known != "" && !f.same {
			row.Differs = append(row.Differs, Difference{f.field, c.shown(f.field, f.listed), c.shown(f.field, f.known)})
		}
	}
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// shown is a value as the result has it.
func (c *comparing) shown(field, value string) string {
	if c.o.Identified {
		return value
	}
	switch at, sealed := collections.Registry[collections.Persons].Find(field); {
	case sealed:
		return at.Shape.Mask(value)
	case field == "birth_date":
		return sensitive.Year.Mask(value)
	case field == "address":
		return sensitive.Nothing.Mask(value)
	}
	return value
}

// kinds are the people who may be asked for: from how many years of age, and below how many.
var kinds = map[string]struct{ from, below int }{Children: {0, 18}, Elders: {60, 200}, Everybody: {}}

// of reports whether somebody is of the kind on the day. Of whom no birth date is known only Everybody tells.
func (c *comparing) of(p identity.Person, day string) bool {
	k := kinds[c.o.NotListed]
	years, ok := survey.Age(p.BirthDate, day)
	return k.below == 0 || ok && years >= k.from && years < k.below
}

// notListed gives each the people of the place and the kind who were not met.
func (c *comparing) notListed(ctx context.Context, each func(Row) error) error {
	if c.o.NotListed == "" {
		return nil
	}
	day := c.o.Now.In(survey.Zone).Format(time.DateOnly)
	for _, r := range c.ranges {
		err := identity.EachIn(c.db, r.Lo, r.Hi, func(p identity.Person) error {
			if c.met[p.ID] > 0 || !c.of(p, day) || !c.over(p.Area) {
				return ctx.Err()
			}
			if c.counts.NotListed++; c.o.Most > 0 && c.counts.NotListed > c.o.Most {
				return problem.New(problem.TooLarge, "not_listed")
			}
			row := Row{Outcome: NotListed, Person: p.ID, Household: p.Household, Area: p.Area}
			row.Evidence, row.Differs = []identity.Evidence{}, []Difference{}
			row.Name, row.BirthDate, row.IDNumber = c.shown("name", p.Name), c.shown("birth_date", p.BirthDate), c.shown("id_number", p.IDNumber)
			return each(row)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
