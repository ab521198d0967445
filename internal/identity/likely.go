package identity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/linkage"
)

// Described is somebody as a list from elsewhere describes them. The address is as the list has it; its household is not known.
type Described struct {
	Person
	Address string
}

// Likeness is somebody of the register whom a description may mean.
type Likeness struct {
	Person      Person
	Address     string  // of their household
	Rule        string  // SameNumber, NumberClash or Alike
	Probability float64 // that they are one person
	Bits        float64 // weight of the evidence
	Sibling     bool    // as likely a brother, sister or twin
	Look        bool    // for a person to look at, however likely
	Evidence    []Evidence
}

// Band is what becomes of a pair: linked, looked at by a person, or neither. A number that somebody else gave, a brother or
// sister, and a nickname are never linked.
func (l Likeness) Band() linkage.Decision {
	switch {
	case l.Rule == SameNumber:
		return linkage.Link
	case l.Rule == NumberClash:
		return linkage.Review
	case l.Sibling || l.Probability < askFrom:
		return linkage.No
	case l.Probability < linkage.LinkFrom || l.Look:
		return linkage.Review
	}
	return linkage.Link
}

// Likely finds who of the register a description may mean, the likeliest first, by the keys and the model of intake. Who lies
// where over refuses is passed over. Nothing is written.
func Likely(db collections.DB, d Described, over func(area string) bool) ([]Likeness, error) {
	others, err := likely(db, d.Person, over)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	found := make([]Likeness, len(others))
	said := make([]linkage.Said, len(others))
	for i, o := range others {
		found[i].Person, said[i] = o, o.said()
		if found[i].Address, err = addressOf(db, o.Household); err != nil {
			return nil, err
		}
		said[i].House = ""
		if SameAddressText(found[i].Address, d.Address) {
			said[i].House = listed
		}
	}
	one := d.said()
	one.House = listed
	m, err := model()
	if err != nil {
		return nil, err
	}
	judged, err := m.Judge(one, said, 0)
	if err != nil {
		return nil, err
	}
	for i, j := range judged {
		f := &found[i]
		f.Rule, f.Probability, f.Bits = numberRule(f.Person, d.Person), j.Probability, math.Round(j.Bits*10)/10
		f.Sibling, f.Look, f.Evidence = j.Sibling, j.Look, inWords(j.Evidence)
	}
	slices.SortStableFunc(found, func(a, b Likeness) int {
		return cmp.Or(cmp.Compare(rank[a.Band()], rank[b.Band()]), cmp.Compare(b.Probability, a.Probability))
	})
	return found, nil
}

// listed stands for the household of a description: one at another address may have moved since, which tells nothing.
const listed = "listed"

var rank = map[linkage.Decision]int{linkage.Link: 0, linkage.Review: 1, linkage.No: 2}

// likely opens the people who have the number or share keys; for one who was merged, the person merged into.
func likely(db collections.DB, p Person, over func(area string) bool) ([]Person, error) {
	keys, err := KeysOf(db, p)
	if err != nil {
		return nil, err
	}
	ids, _, err := sharing(db, p.ID, keys)
	if err != nil {
		return nil, err
	}
	known, err := FindExact(db, p.IDKey, p.Name, p.BirthDate)
	if err != nil {
		return nil, err
	}
	for i := range known {
		ids = append(ids, known[i].ID)
	}
	others, err := current(db, ids)
	return slices.DeleteFunc(others, func(o Person) bool { return o.Erased || o.Damaged || !over(o.Area) }), err
}

// numberRule is the rule by which two descriptions with a valid number are one person, or are not.
func numberRule(known, said Person) string {
	switch {
	case said.IDKey == "" || known.IDKey != said.IDKey:
		return Alike
	case agree(known, said):
		return SameNumber
	}
	return NumberClash
}

func addressOf(db collections.DB, household string) (string, error) {
	_, h, err := followHousehold(db, household)
	return h.Address, err
}

// SameAddressText reports whether two addresses may be one: the shorter may leave out where the longer begins.
func SameAddressText(a, b string) bool {
	a, b = AddressKey(a), AddressKey(b)
	return a != "" && b != "" && (strings.HasSuffix(a, b) || strings.HasSuffix(b, a))
}

// EachIn gives each the people whose areas lie between two codes, by area. People who were merged into another, were erased, are
// not active any more, or whose row does not open are left out.
func EachIn(db collections.DB, lo, hi string, each func(Person) error) error {
	for area, id := lo, ""; ; {
		next := fmt.Sprintf(`(area,id)>(?,?) AND area<? AND merged_into='' AND active=TRUE ORDER BY area, id LIMIT %d`, personsAtOnce)
		page, err := personsUpTo(db, personsAtOnce, next, area, id, hi)
		if err != nil {
			return err
		}
		for _, p := range page {
			if area, id = p.Area, p.ID; p.Damaged || p.Erased {
				continue
			}
			if err := each(p); err != nil {
				return err
			}
		}
		if len(page) < personsAtOnce {
			return nil
		}
	}
}
