package dataset

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// text is a text cell; an empty text is a missing value.
func text(value any) any {
	var s string
	switch v := value.(type) {
	case string:
		s = v
	case []byte:
		s = string(v)
	case int64:
		s = strconv.FormatInt(v, 10)
	case float64:
		s = strconv.FormatFloat(v, 'f', -1, 64)
	}
	if s == "" {
		return nil
	}
	return s
}

// number is a number cell, as text where a number would lose digits; what is no number, as the null of a JSON column, is a
// missing value.
func number(value any) any {
	switch v := value.(type) {
	case int64, float64:
		return v
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	}
	s := strings.Trim(orNone(text(value)), `"`)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || f-f != 0: // not finite
		return nil
	case !collections.Exact(s, f):
		return s
	}
	return f
}

// numberOrText is a number cell, and as text what was sent in its place.
func numberOrText(value any) any {
	if n := number(value); n != nil {
		return n
	}
	return text(value)
}

// day cuts a moment down to its day where the survey takes place.
func day(value any) any {
	s, ok := survey.Day(orNone(text(value)))
	if !ok {
		return nil
	}
	return s
}

// local writes a moment with the time and the offset where the survey takes place; what is no such moment stays as it is.
func local(value any) any {
	t, ok := survey.Moment(orNone(text(value)))
	if !ok {
		return text(value)
	}
	return t.Format("2006-01-02T15:04:05.000Z07:00")
}

// month cuts a day or a moment down to its month, YYYY-MM.
func month(value any) any {
	s, ok := day(value).(string)
	if !ok {
		return nil
	}
	return s[:len("2006-01")]
}

// monthAway is the day of a date that lies within a month of the visit, which is one of the survey's own days such as an
// appointment, and the month of any other, by which somebody could be found in another source.
func monthAway(value any, visit string) any {
	at, err := time.Parse(time.DateOnly, orNone(day(value)))
	seen, none := time.Parse(time.DateOnly, orNone(day(visit)))
	if err == nil && none == nil && at.Sub(seen).Abs() <= 31*24*time.Hour {
		return day(value)
	}
	return month(value)
}

// ageAt is the age in completed years, on the day of the visit, of who was born on a day.
func ageAt(value any, visit string) any {
	years, ok := survey.Age(orNone(day(value)), orNone(day(visit)))
	if !ok {
		return nil
	}
	return int64(years)
}

func orNone(cell any) string {
	s, _ := cell.(string)
	return s
}

// highestAge is the largest number that a calculation from a date may show: an age in years passes, an age in days or the
// date itself does not.
const highestAge = 150

func smallNumber(value any) any {
	switch n := number(value).(type) {
	case int64:
		if n >= 0 && n <= highestAge {
			return n
		}
	case float64:
		if n == float64(int64(n)) && n >= 0 && n <= highestAge {
			return int64(n)
		}
	}
	return nil
}

// names are the choices of a select multiple as its column keeps them.
func names(value any) []string {
	s, ok := text(value).(string)
	if !ok {
		return nil
	}
	var list []string
	if json.Unmarshal([]byte(s), &list) != nil {
		return strings.Fields(s)
	}
	return list
}

// point splits a point into latitude, longitude, altitude and accuracy.
func point(cells []any, value any) {
	clear(cells)
	var p *collections.Geopoint
	s, ok := text(value).(string)
	if !ok || json.Unmarshal([]byte(s), &p) != nil || p == nil {
		return
	}
	cells[0], cells[1] = p.Lat, p.Lon
	if p.Alt != nil {
		cells[2] = *p.Alt
	}
	if p.Accuracy != nil {
		cells[3] = *p.Accuracy
	}
}
