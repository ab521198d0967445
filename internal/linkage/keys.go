package linkage

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Said is what is known of one person at intake. House names the household, in any way that is the same for all of it.
type Said struct {
	Name, Sex, Birth, Number, Phone, House, Area string
}

// IntakeFields are the columns that a model of intake is learned of, in the order of Said.
func IntakeFields() []Field {
	return []Field{{FullName, "name"}, {Sex, "sex"}, {BirthDate, "birth_date"}, {IDNumber, "id_number"}, {Phone, "phone"},
		{HouseCode, "household"}, {Area, "area"}}
}

// Cells are the columns of IntakeFields, of the household and the place only what it takes to compare them.
func (s Said) Cells() []string {
	house := ""
	if s.House != "" {
		house = houseCell(s.House)
	}
	return []string{s.Name, s.Sex, s.Birth, s.Number, s.Phone, house, community(s.Area)}
}

func houseCell(house string) string { return fmt.Sprintf("%08x", hash32(house)) }

const communityDigits = 12

func community(area string) string { return area[:min(len(area), communityDigits)] }

// keyers keep what they have read between people, so that those of a whole city cost microseconds each.
var keyers sync.Pool

// Keys are what somebody is looked up by (blocking keys), each of two aspects or more, so that one mistake leaves another
// key: how the name sounds and the year of birth; how the surname sounds and the day, as told and as the number has it; how the given name
// sounds, the sex and the community; phone and surname; household and year; the second half of the number and the surname.
func (s Said) Keys() ([]string, error) {
	k, _ := keyers.Get().(*keyer)
	if k == nil {
		var err error
		if k, err = newKeyer(); err != nil {
			return nil, err
		}
	}
	defer keyers.Put(k)
	return k.keys(s), nil
}

// keyer makes keys. It is not for several goroutines at once. Of the names and days that it has read it keeps what keys hold
// of them: a city has few different ones.
type keyer struct {
	reader         *reader
	given, surname map[string]uint32
	days           map[string]string
}

// mostRead bounds how many names or days are kept.
const mostRead = 30_000

func newKeyer() (*keyer, error) {
	r, err := newReader()
	if err != nil {
		return nil, fmt.Errorf("read the table of characters: %w", err)
	}
	return &keyer{reader: r, given: map[string]uint32{}, surname: map[string]uint32{}, days: map[string]string{}}, nil
}

// remembered is what was read of a text before, or else now.
func remembered[T any](known map[string]T, text string, read func(string) T) T {
	if v, ok := known[text]; ok {
		return v
	}
	if len(known) >= mostRead {
		clear(known)
	}
	v := read(text)
	known[text] = v
	return v
}

func (k *keyer) keys(s Said) []string {
	surnameText, givenText := k.reader.namesOf(survey.NormalizeName(s.Name))
	surname := remembered(k.surname, surnameText, func(text string) uint32 { v := k.reader.surname(text); return surnameFeatures(&v)[0] })
	given := remembered(k.given, givenText, func(text string) uint32 { v := k.reader.given(text); return givenFeatures(&v)[0] })
	id, err := validate.ParseCNID(s.Number)
	valid := err == nil
	birth := remembered(k.days, cmp.Or(s.Birth, id.Birth), func(text string) string { return k.reader.date(text).text })
	year, sex := birth[:min(4, len(birth))], k.reader.sex(cmp.Or(s.Sex, id.Sex)).text
	keys := make([]string, 0, 7)
	add := func(kind byte, a, between, b string) {
		if a != "" && b != "" {
			keys = append(keys, string(kind)+a+between+b)
		}
	}
	bySurname, byGiven := digits(surname), digits(given)
	if surname != 0 && given != 0 && year != "" {
		keys = append(keys, nameKey(surname, given, year))
	}
	if area := community(s.Area); sex != "" && area != "" {
		add('g', byGiven, " ", sex+" "+area)
	}
	add('p', local(k.reader.phone(s.Phone).text), " ", bySurname)
	if s.House != "" {
		add('h', k.reader.code(houseCell(s.House)).text, " ", year)
	}
	if valid {
		number := k.reader.number(s.Number).text
		add('i', number[len(number)/2:], " ", bySurname)
	}
	days := []string{birth}
	if valid {
		days = append(days, dateText(id.Birth))
	}
	for _, day := range slices.Compact(days) {
		if len(day) == 8 {
			add('d', bySurname, " ", day)
		}
	}
	return keys
}

// digits is a feature in a key; "" where it is not known.
func digits(feature uint32) string {
	if feature == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(feature), 10)
}

// dateText is a day as values of dates have it.
func dateText(s string) string {
	d, ok := parseDate(s)
	if !ok || d.month == 0 {
		return ""
	}
	return fmt.Sprintf("%04d%02d%02d", d.year, d.month, d.day)
}

// known is the value of a table's only record.
func (t *Table) known(r Role) *value { return t.at(0, t.aspectOf(r)) }
