package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"doorstep/internal/grid"
)

// Mistake is a kind of error that field workers make.
type Mistake string

const (
	IDDigit      Mistake = "id_digit"      // one digit of a citizen number is wrong: the check digit fails
	IDTransposed Mistake = "id_transposed" // two neighbouring digits are swapped: the check digit fails
	BirthDay     Mistake = "birth_day"     // the birth date is a day off and contradicts the citizen number
	WrongDatum   Mistake = "wrong_datum"   // GCJ-02 numbers were sent as WGS-84
	OutsideArea  Mistake = "outside_area"  // the point lies 3 to 8 km away
	Homophone    Mistake = "homophone"     // the person is recorded again under a name that sounds the same, without a number
)

// Mistakes are all kinds.
var Mistakes = []Mistake{IDDigit, IDTransposed, BirthDay, WrongDatum, OutsideArea, Homophone}

// Planted is a mistake made on purpose, so that what the server finds can be counted against it.
type Planted struct {
	Mistake Mistake
	Field   string // question name, with the occurrence of its repeat in front: children[2]/child_id_number
	Person  string // id of the person it is about, "" for places
}

// Plant makes a mistake in the record and notes it. It returns false and leaves the record alone when the mistake does
// not fit: no person in it, no number, a name without homophones.
func (rec *Record) Plant(r *rand.Rand, m Mistake) bool {
	switch m {
	case WrongDatum:
		lon, lat := grid.GCJ02.FromWGS84(rec.lon, rec.lat)
		return rec.move(m, lon, lat)
	case OutsideArea:
		angle, km := 2*math.Pi*r.Float64(), 3+5*r.Float64()
		return rec.move(m, rec.lon+km/111*math.Cos(angle)/math.Cos(rec.lat*math.Pi/180), rec.lat+km/111*math.Sin(angle))
	}
	if len(rec.Persons) == 0 {
		return false
	}
	i := r.IntN(len(rec.Persons))
	answers, prefix, path := rec.Given.Answers, "elder_", ""
	if rec.Form == "child_visit" {
		answers, prefix = rec.Given.Repeats["children"][i].Answers, "child_"
		path = "children[" + strconv.Itoa(i+1) + "]/"
	}
	field := slip(r, m, answers, prefix)
	if field == "" {
		return false
	}
	rec.Planted = append(rec.Planted, Planted{m, path + field, rec.Persons[i]})
	return true
}

func (rec *Record) move(m Mistake, lon, lat float64) bool {
	rec.lon, rec.lat = lon, lat
	rec.Given.Answers["location"] = geopoint(lon, lat, rec.accuracy)
	rec.Planted = append(rec.Planted, Planted{Mistake: m, Field: "location"})
	return true
}

// slip makes a mistake about a person and returns the question that it is in, "" when it does not fit.
func slip(r *rand.Rand, m Mistake, answers map[string]string, prefix string) string {
	number := []byte(answers[prefix+"id_number"])
	switch {
	case m == Homophone:
		return mishear(r, answers, prefix)
	case len(number) != 18:
		return ""
	case m == IDDigit:
		i := 6 + r.IntN(11)
		number[i] = '0' + (number[i]-'0'+byte(1+r.IntN(9)))%10
	case m == IDTransposed:
		i := transposable(r, number)
		if i < 0 {
			return ""
		}
		number[i], number[i+1] = number[i+1], number[i]
	case m == BirthDay:
		return dayOff(answers, prefix)
	}
	answers[prefix+"id_number"] = string(number)
	return prefix + "id_number"
}

// transposable finds two neighbouring digits that differ, the check character left alone; -1 when all are equal.
func transposable(r *rand.Rand, number []byte) int {
	for _, i := range r.Perm(16) {
		if number[i] != number[i+1] {
			return i
		}
	}
	return -1
}

// dayOff moves the birth date by a day within its month.
func dayOff(answers map[string]string, prefix string) string {
	date := answers[prefix+"birth_date"]
	if len(date) != 10 {
		return ""
	}
	day, _ := strconv.Atoi(date[8:])
	next := day - 1
	if day == 1 {
		next = 2
	}
	answers[prefix+"birth_date"] = date[:8] + fmt.Sprintf("%02d", next)
	return prefix + "birth_date"
}

// mishear writes the name as it sounds and drops what else would tell who it is: id and number.
func mishear(r *rand.Rand, answers map[string]string, prefix string) string {
	name := answers[prefix+"name"]
	heard, ok := homophone(r, name)
	if !ok {
		return ""
	}
	answers[prefix+"name"] = heard
	answers["person_id"], answers["person_looked"], answers[prefix+"id_type"] = "", lookedFor(false), "none"
	delete(answers, prefix+"id_number")
	return prefix + "name"
}
