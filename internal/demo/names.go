package demo

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// Name is a person's name in its parts; Surname is empty where people have none.
type Name struct{ Surname, Given string }

// Full is the name as it stands in a document.
func (n Name) Full() string { return n.Surname + n.Given }

// surname draws one by its frequency: seven in a thousand are compound or rare.
func surname(r *rand.Rand) string {
	switch x := r.IntN(1000); {
	case x < 3:
		return compoundSurnames[r.IntN(len(compoundSurnames))]
	case x < 7:
		return rareSurnames[r.IntN(len(rareSurnames))]
	}
	x := r.IntN(surnameWeight)
	for _, s := range surnames {
		if x -= s.weight; x < 0 {
			return s.name
		}
	}
	return surnames[0].name
}

var surnameWeight = func() (sum int) {
	for _, s := range surnames {
		sum += s.weight
	}
	return sum
}()

// NewName draws the name of someone born in a year.
func NewName(r *rand.Rand, sex string, birthYear int) Name {
	return Name{surname(r), givenName(r, sex, birthYear)}
}

// givenName follows the fashion of the year; two in a thousand hold a character that few keyboards have.
func givenName(r *rand.Rand, sex string, birthYear int) string {
	e := eras[0]
	for _, next := range eras[1:] {
		if birthYear > e.until {
			e = next
		}
	}
	first, last := e.maleFirst, e.maleLast
	if sex == "female" {
		first, last = e.femaleFirst, e.femaleLast
	}
	if r.IntN(500) == 0 {
		last = rareCharacters
	}
	if r.Float64() < e.single {
		return pick(r, last)
	}
	return pick(r, first) + pick(r, last)
}

// ethnicity draws by household: one in fifteen is not Han.
func ethnicity(r *rand.Rand) string {
	switch x := r.IntN(1000); {
	case x < 935:
		return "han"
	case x < 943:
		return "uyghur"
	case x < 946:
		return "tibetan"
	case x < 949:
		return "mongol"
	}
	return minorities[r.IntN(len(minorities))]
}

// ethnicName names someone as the ethnicity does; father is used where children carry the father's name.
func ethnicName(r *rand.Rand, ethnicity, sex string, birthYear int, father Name) Name {
	one := func(list []string) string { return list[r.IntN(len(list))] }
	switch ethnicity {
	case "uyghur":
		own := one(uyghurMale)
		if sex == "female" {
			own = one(uyghurFemale)
		}
		parent, _, _ := strings.Cut(father.Given, "·")
		if parent == "" {
			parent = one(uyghurMale)
		}
		return Name{Given: own + "·" + parent}
	case "tibetan":
		return Name{Given: one(tibetan) + one(tibetan)}
	case "mongol":
		return Name{Given: one(mongol)}
	}
	n := NewName(r, sex, birthYear)
	if father.Surname != "" {
		n.Surname = father.Surname
	}
	return n
}

// homophone changes one character of a name, not the first, to another that sounds the same; ok is false when none of
// them has one.
func homophone(r *rand.Rand, name string) (same string, ok bool) {
	runes := []rune(name)
	for _, i := range r.Perm(len(runes)) {
		for _, group := range homophones {
			others := []rune(strings.Replace(group, string(runes[i]), "", 1))
			if i == 0 || len(others) == 0 || len(others) == utf8.RuneCountInString(group) {
				continue
			}
			runes[i] = others[r.IntN(len(others))]
			return string(runes), true
		}
	}
	return name, false
}
