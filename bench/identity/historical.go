package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ledger says how a list of people of another kind than ours was kept: its header, its dates, and how often what is wrong.
type ledger struct {
	header   []string // of id, given name, surname, full name, sex, birth date, place, postcode, occupation, death; "" for one that it lacks
	day      string   // layout of dates, "" for ages
	versions int      // records of one person, at most
	family   float64  // share of people who have a relative of the same surname and place in the list
	children int      // of such a person, at most; 0 for one
	name     float64  // of records: each of given name and surname, written otherwise
	date     float64  // of records: the birth date, in part, or a wrong one
	place    float64  // of records: another place or postcode
	lost     float64  // of cells: nothing is there
	married  float64  // of women's records: the surname of a husband
	twins    float64  // of children: a brother or sister of the same day, called otherwise
	titled   float64  // of people: a title of some words behind the name, of which words are left out; the first and the last are the names
	blurred  float64  // of later records: letters of the names and digits read for others that look alike
}

// ledgers are the lists that the engine was not tuned on.
func ledgers(set string) (ledger, bool) {
	historical := []string{"unique_id", "first_name", "surname", "full_name", "gender", "dob", "birth_place", "postcode_fake", "occupation"}
	l, ok := map[string]ledger{
		"historical": {header: historical, day: time.DateOnly, versions: 18, family: 0.3, name: 0.25, date: 0.25, place: 0.35, lost: 0.12},
		"parish": {header: []string{"No.", "Forenames", "Last Name", "", "Sex", "Year of Birth", "Parish", "", "Profession"},
			day: "2006", versions: 5, family: 0.3, name: 0.15, date: 0.15, place: 0.15, lost: 0.08},
		"american": {header: []string{"ID", "FirstName", "LastName", "", "Gender", "Birth Date", "City", "ZIP", ""},
			day: "01/02/2006", versions: 4, family: 0.3, name: 0.15, date: 0.1, place: 0.2, lost: 0.05},
		"census": {header: []string{"id", "first names", "surname", "", "sex", "age", "parish", "", "occupation"},
			versions: 4, family: 0.4, children: 4, name: 0.3, date: 0.5, place: 0.3, lost: 0.1, married: 0.3},
		"latin-twins": {header: []string{"ID", "FirstName", "LastName", "", "Gender", "Birth Date", "City", "ZIP", ""},
			day: "01/02/2006", versions: 4, family: 0.6, children: 3, name: 0.15, date: 0.1, place: 0.2, lost: 0.05, twins: 0.02},
		"parish-twins": {header: []string{"No.", "Forenames", "Last Name", "", "Sex", "Date of Birth", "Parish", "", "Profession"},
			day: time.DateOnly, versions: 5, family: 0.6, children: 4, name: 0.15, date: 0.15, place: 0.15, lost: 0.08, twins: 0.02},
		"historical-twins": {header: historical, day: time.DateOnly, versions: 18, family: 0.3, children: 2, name: 0.25, date: 0.25, place: 0.35,
			lost: 0.12, twins: 0.02},
		"many-twins": {header: []string{"ID", "FirstName", "LastName", "", "Gender", "Birth Date", "City", "ZIP", ""},
			day: "01/02/2006", versions: 4, family: 0.6, children: 2, name: 0.15, date: 0.1, place: 0.2, lost: 0.05, twins: 0.6},
		"peers": {header: historical, day: time.DateOnly, versions: 18, family: 0.1, name: 0.25, date: 0.25, place: 0.35, lost: 0.18,
			titled: 0.5},
		"faded": {header: []string{"id", "first name", "last name", "", "", "birth year", "place", "", "", "death year"},
			day: "2006", versions: 10, family: 0.2, name: 0.2, date: 0.2, place: 0.15, lost: 0.35, blurred: 0.3},
		"names": {header: []string{"id", "", "", "name", "", "", "", "", ""}, versions: 3, family: 0.3, name: 0.15, lost: 0.02},
		"european": {header: []string{"Record No", "", "", "Name", "Sex", "Date of Birth", "Town", "Postal Code", ""},
			day: "2.1.2006", versions: 3, family: 0.3, name: 0.1, date: 0.06, place: 0.15, lost: 0.04},
	}[set]
	return l, ok
}

// listYear is when ages are told.
const listYear = 1931

// soul is a person of a ledger.
type soul struct {
	given, middle, surname, title, sex, place, postcode, occupation string
	peerage                                                         string // behind the name
	birth                                                           time.Time
	years                                                           int // of life
}

// scribe writes a ledger.
type scribe struct {
	ledger
	r *rand.Rand
}

// writeLedger makes a list of about so many people, each recorded up to so many times, in no order.
func writeLedger(file string, l ledger, seed uint64, people int) (truth, error) {
	w := scribe{l, rand.New(rand.NewPCG(seed, 5))}
	var rows [][]string
	var who []string
	t := truth{person: map[string]string{}, family: map[string]string{}, twin: map[string]string{}}
	record := func(s soul, n, head int) {
		for times := 1 + w.r.IntN(w.versions); times > 0; times-- {
			rows, who = append(rows, w.row(s, times == 1)), append(who, strconv.Itoa(n))
		}
		t.family[strconv.Itoa(n)] = strconv.Itoa(head)
	}
	for n := 0; n < people; n++ {
		s, head := w.soul(), n
		record(s, n, head)
		if !w.chance(w.family) {
			continue
		}
		taken := map[string]bool{}
		for range 1 + w.r.IntN(max(1, w.children)) { // sons and daughters with the same surname and place, often the name of a parent
			child := w.soul()
			child.surname, child.place, child.postcode = s.surname, s.place, s.postcode
			child.birth = s.birth.AddDate(18+w.r.IntN(20), w.r.IntN(12), w.r.IntN(28))
			if child.sex == s.sex && w.chance(0.3) {
				child.given = s.given
			}
			for taken[child.given] { // no two children of a family have one name
				child.given = w.common(men)
				if child.sex == "female" {
					child.given = w.common(women)
				}
			}
			taken[child.given] = true
			n++
			record(child, n, head)
			if w.twins > 0 && w.chance(w.twins) {
				n++
				record(w.twin(child, taken), n, head)
				t.twin[strconv.Itoa(n)] = strconv.Itoa(n - 1)
			}
		}
	}
	order := w.r.Perm(len(rows))
	f, err := os.Create(file)
	if err != nil {
		return t, err
	}
	out := csv.NewWriter(f)
	_ = out.Write(w.kept(w.header))
	for at, i := range order {
		rows[i][0] = "p" + strconv.Itoa(at)
		t.person[rows[i][0]] = who[i]
		_ = out.Write(w.kept(rows[i]))
	}
	out.Flush()
	return t, errors.Join(out.Error(), f.Close())
}

// kept are the cells of the columns that the ledger has.
func (w *scribe) kept(row []string) (out []string) {
	for i, c := range row {
		if i < len(w.header) && w.header[i] != "" {
			out = append(out, c)
		}
	}
	return out
}

func (w *scribe) chance(share float64) bool { return w.r.Float64() < share }

// common draws from a list whose first entries are the most frequent, as names are.
func (w *scribe) common(list []string) string {
	return list[int(math.Pow(w.r.Float64(), 2.2)*float64(len(list)))]
}

func (w *scribe) soul() soul {
	s := soul{sex: "male", given: w.common(men)}
	if w.chance(0.25) {
		s.sex, s.given = "female", w.common(women)
	}
	if w.chance(0.4) {
		s.middle = w.common(men)
	}
	if w.chance(0.08) {
		s.title = []string{"sir", "lord", "1st baron", "2nd earl", "rev"}[w.r.IntN(5)]
	}
	s.surname = w.common(surnames)
	if w.chance(0.6) { // many are rare
		s.surname = w.common(stems) + w.common(endings)
	}
	s.place, s.occupation = w.common(places), w.common(occupations)
	s.postcode = fmt.Sprintf("%s%d %d%c%c", s.place[:2], 1+w.r.IntN(30), 1+w.r.IntN(9), 'a'+w.r.IntN(26), 'a'+w.r.IntN(26))
	first, years := 1650, 280
	if w.day == "" {
		first, years = listYear-85, 85
	}
	if w.titled > 0 {
		s.title = ""
		if w.chance(w.titled) {
			s.peerage = []string{"1st baronet", "1st baron " + s.surname, "2nd earl of " + w.common(places), "3rd baron " + w.common(stems) +
				w.common(endings), "4th baronet of " + w.common(stems) + w.common(endings), "of " + w.common(places)}[w.r.IntN(6)]
		}
	}
	s.birth = time.Date(first+w.r.IntN(years), 1, 1+w.r.IntN(365), 0, 0, 0, 0, time.UTC)
	if len(w.header) > 9 {
		s.years = 20 + w.r.IntN(65)
	}
	return s
}

// twin is born with a child and called otherwise than all that are taken.
func (w *scribe) twin(child soul, taken map[string]bool) soul {
	other := w.soul()
	for taken[other.given] {
		other = w.soul()
	}
	taken[other.given] = true
	child.given, child.middle, child.sex = other.given, other.middle, other.sex
	return child
}

// row is one record; the first of a person is right but for what is lost.
func (w *scribe) row(s soul, right bool) []string {
	if !right {
		s.given, s.surname = w.written(s.given), w.written(s.surname)
		if w.chance(w.name * 0.08) {
			s.given, s.surname = s.surname, s.given
		}
		if s.sex == "female" && w.chance(w.married) {
			s.surname = w.common(surnames)
		}
		if w.chance(w.place) {
			s.place = w.common(places)
		}
		if w.chance(w.place) {
			s.postcode = s.postcode[:len(s.postcode)-3] + fmt.Sprintf("%d%c%c", 1+w.r.IntN(9), 'a'+w.r.IntN(26), 'a'+w.r.IntN(26))
		}
		if w.chance(w.place * 0.5) {
			s.occupation = w.common(occupations)
		}
	}
	row := []string{"", s.given, s.surname, w.full(s), s.sex, w.born(s.birth, right), s.place, s.postcode, s.occupation}
	if s.years > 0 {
		row = append(row, w.born(s.birth.AddDate(s.years, 0, 0), right))
	}
	if w.titled > 0 {
		row[3] = w.worded(row[3], s.peerage, right)
		words := strings.Fields(row[3])
		row[1], row[2] = words[0], words[len(words)-1]
	}
	if w.blurred > 0 && !right {
		for _, i := range []int{1, 2, 5, 9} {
			if w.chance(w.blurred) {
				row[i] = w.blurry(row[i])
			}
		}
	}
	if w.header[1] != "" && strings.Contains(s.given, ".") { // what was written down once stands in both
		row[3] = s.given + " " + s.surname
	}
	for i := 1; i < len(row); i++ {
		if !right && w.chance(w.lost) {
			row[i] = ""
		}
	}
	return row
}

// worded is a whole name with what stands behind it, of which later records leave words out.
func (w *scribe) worded(name, peerage string, right bool) string {
	words := append(strings.Fields(name), strings.Fields(peerage)...)
	var left []string
	for i, word := range words {
		if i == 0 || right || !w.chance(0.2) {
			left = append(left, word)
		}
	}
	return strings.Join(left, " ")
}

// blurry is a text of which a letter or digit was read for one that looks alike.
func (w *scribe) blurry(text string) string {
	for _, p := range w.r.Perm(len(lookAlike)) {
		if other := strings.Replace(text, lookAlike[p][0], lookAlike[p][1], 1); other != text {
			return other
		}
	}
	return text
}

var lookAlike = [][2]string{{"rn", "m"}, {"m", "rn"}, {"l", "i"}, {"h", "b"}, {"c", "e"}, {"e", "c"}, {"u", "n"}, {"n", "u"}, {"cl", "d"},
	{"t", "f"}, {"o", "a"}, {"r", "v"}, {"1", "7"}, {"7", "1"}, {"3", "8"}, {"8", "3"}, {"5", "6"}, {"6", "5"}}

// full is the whole name, with or without what is between and before.
func (w *scribe) full(s soul) string {
	parts := []string{s.given, s.surname}
	if s.middle != "" && w.chance(0.6) {
		parts = slices.Insert(parts, 1, s.middle)
	}
	if s.title != "" && w.chance(0.6) {
		parts = slices.Insert(parts, 0, s.title)
	}
	return strings.Join(parts, " ")
}

// written is a name as another hand wrote it: by ear, shortened, an initial, mistyped.
func (w *scribe) written(name string) string {
	if !w.chance(w.name) {
		return name
	}
	switch x := w.r.Float64(); {
	case x < 0.2 && shorter[name] != nil:
		return shorter[name][w.r.IntN(len(shorter[name]))]
	case x < 0.28:
		return name[:1] + "."
	case x < 0.5:
		for _, p := range w.r.Perm(len(byEar)) {
			if other := strings.Replace(name, byEar[p][0], byEar[p][1], 1); other != name {
				return other
			}
		}
	case x < 0.56:
		return w.common(men)
	}
	b := []byte(name)
	at := w.r.IntN(len(b))
	switch letter := byte('a' + w.r.IntN(26)); w.r.IntN(4) {
	case 0:
		b[at] = letter
	case 1:
		b = slices.Insert(b, at, letter)
	case 2:
		b = slices.Delete(b, at, min(len(b), at+1))
	default:
		if at > 0 {
			b[at-1], b[at] = b[at], b[at-1]
		}
	}
	return string(b)
}

// born is the birth date: the year alone, another day, month or year.
func (w *scribe) born(t time.Time, right bool) string {
	if w.day == "" { // the age at the time of the list
		years := listYear - t.Year()
		if !right && w.chance(w.date) {
			years += w.r.IntN(7) - 3
		}
		return strconv.Itoa(max(0, years))
	}
	if right || !w.chance(w.date) {
		return t.Format(w.day)
	}
	switch w.r.IntN(5) {
	case 0:
		t = time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	case 1:
		t = t.AddDate(0, 0, w.r.IntN(60)-30)
	case 2:
		t = t.AddDate(w.r.IntN(7)-3, 0, 0)
	case 3:
		t = t.AddDate(10*(w.r.IntN(3)-1), 0, 0)
	default:
		t = time.Date(t.Year(), time.Month(1+w.r.IntN(12)), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return t.Format(w.day)
}
