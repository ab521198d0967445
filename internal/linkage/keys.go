package linkage

import (
	"fmt"
	"slices"

	"doorstep/internal/validate"
)

// Said is what is known of one person at intake. House names the household, in any way that is the same for all of it.
type Said struct {
	Name, Sex, Birth, Number, Phone, House, Area string
}

// IntakeFields are the columns that a model of intake is learned of, in the order of Said.
func IntakeFields() []Field {
	return []Field{{FullName, "name"}, {Sex, "sex"}, {BirthDate, "birth_date"}, {IDNumber, "id_number"}, {Phone, "phone"}, {HouseCode, "household"}, {Area, "area"}}
}

// Cells are the columns of IntakeFields. Of the household and the place no more is kept than tells whether they are the
// same.
func (s Said) Cells() []string {
	house := ""
	if s.House != "" {
		house = fmt.Sprintf("%08x", hash32(s.House))
	}
	return []string{s.Name, s.Sex, s.Birth, s.Number, s.Phone, house, community(s.Area)}
}

const communityDigits = 12

func community(area string) string { return area[:min(len(area), communityDigits)] }

// Keys are what somebody is looked up by (blocking keys), each of two facts or more, so that one mistake leaves another
// key: how the name sounds and the year of birth; how the surname sounds and the day, as told and as the number has it; how the given name
// sounds, the sex and the community; phone and surname; household and year; the second half of the number and the surname.
func (s Said) Keys() ([]string, error) {
	t, err := NewTable(IntakeFields())
	if err != nil {
		return nil, err
	}
	t.Add("", s.Cells())
	given, surname := givenFeatures(t.known(GivenName))[0], surnameFeatures(t.known(Surname))[0]
	birth, phone, house := t.known(BirthDate).text, t.known(Phone).first, t.known(HouseCode).text
	year := birth[:min(4, len(birth))]
	var keys []string
	add := func(kind string, parts ...any) {
		for _, p := range parts {
			if p == "" || p == uint32(0) {
				return
			}
		}
		keys = append(keys, kind+fmt.Sprint(parts...))
	}
	if surname != 0 && given != 0 && year != "" {
		keys = append(keys, nameKey(surname, given, year))
	}
	add("g", given, " ", t.known(Sex).text, " ", community(s.Area))
	add("p", phone, " ", surname)
	add("h", house, " ", year)
	days := []string{birth}
	if id, err := validate.ParseCNID(s.Number); err == nil {
		number := t.known(IDNumber).text
		days = append(days, dateText(id.Birth))
		add("i", number[len(number)/2:], " ", surname)
	}
	for _, day := range slices.Compact(days) {
		if len(day) == 8 {
			add("d", surname, " ", day)
		}
	}
	return keys, nil
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
func (t *Table) known(r Role) *value { return t.at(0, t.factOf(r)) }
