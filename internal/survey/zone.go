package survey

import (
	"strings"
	"time"
	_ "time/tzdata" // the machine may lack zone files
)

// Zone is where the surveys take place. Wherever a day is meant, it is the day there: China has one zone, whose summer
// time of 1986 to 1991 matters to differences between dates.
var Zone = zoneOf("Asia/Shanghai", 8*60*60)

func zoneOf(name string, offset int) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.FixedZone("CST", offset)
	}
	return zone
}

// momentLayouts are those of moments that carry an offset, as tablets and the database write them.
var momentLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07", "2006-01-02T15:04Z07"}

// Moment reads a moment that carries an offset; ok is false for anything else.
func Moment(s string) (t time.Time, ok bool) {
	s = strings.Replace(s, " ", "T", 1)
	for _, layout := range momentLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.In(Zone), true
		}
	}
	return time.Time{}, false
}

// Day is the day of a moment in Zone, YYYY-MM-DD. A day, or a moment without an offset, has the day that it says; ok is
// false for anything else.
func Day(s string) (day string, ok bool) {
	if t, zoned := Moment(s); zoned {
		return t.Format(time.DateOnly), true
	}
	if len(s) < len(time.DateOnly) {
		return "", false
	}
	day = s[:len(time.DateOnly)]
	_, err := time.Parse(time.DateOnly, day)
	return day, err == nil
}
