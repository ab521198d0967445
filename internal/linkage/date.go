package linkage

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/6tail/lunar-go/calendar"
)

// date is a day, or a year where the rest is not known.
type date struct {
	digits           string // YYYYMMDD, as written even where there is no such day
	year, month, day int
	at, lunar        int // count of days; lunar is the day that it is when it was meant in the lunar calendar, 0 for none
}

// date reads YYYY-MM-DD and the like, DD/MM/YYYY, eight digits, or a year.
func (*reader) date(s string) value {
	d, ok := parseDate(s)
	if !ok {
		return value{}
	}
	if d.month > 0 {
		if t := time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC); t.Day() == d.day && int(t.Month()) == d.month {
			d.at = int(t.Unix() / 86400)
		}
		d.lunar = lunarDay(d)
	}
	d.digits = two(d.year/100) + two(d.year)
	if d.month > 0 {
		d.digits += two(d.month) + two(d.day)
	}
	return value{text: d.digits, date: &d, mask: letters(d.digits)}
}

func two(n int) string { return strconv.Itoa(n/10%10) + strconv.Itoa(n%10) }

func parseDate(s string) (d date, ok bool) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "T")
	parts := strings.FieldsFunc(s, func(c rune) bool { return c < '0' || c > '9' })
	if len(parts) == 0 {
		return d, false
	}
	if len(parts) == 1 && len(parts[0]) == 8 {
		parts = []string{s[:4], s[4:6], s[6:8]}
		if len(s) != 8 {
			return d, false
		}
	}
	if len(parts) >= 3 && len(parts[2]) == 4 {
		parts[0], parts[2] = parts[2], parts[0]
	}
	numbers := make([]int, 3)
	for i, p := range parts[:min(3, len(parts))] {
		numbers[i], _ = strconv.Atoi(p[:min(len(p), 4)])
	}
	d.year = numbers[0]
	if len(parts) >= 3 {
		d.month, d.day = numbers[1], numbers[2]
	}
	return d, len(parts[0]) == 4 && d.year > 0 && d.month < 100 && d.day < 100
}

// epoch is the Julian day of the first of January 1970.
const epoch = 2440588

// Years whose lunar calendar is known.
const firstLunar, lastLunar = 1850, 2100

// lunarYears tell when the months of a lunar year begin, 0 for a month that it has not. A year is found from the courses of sun
// and moon, which takes longer than all else that is done with a person: each is computed once.
var lunarYears = sync.OnceValue(func() (all [lastLunar - firstLunar + 1]func() [13]int) {
	for i := range all {
		all[i] = sync.OnceValue(func() (months [13]int) {
			year := calendar.NewLunarYear(firstLunar + i)
			for m := 1; m <= 12; m++ {
				if month := year.GetMonth(m); month != nil {
					months[m] = int(math.Round(month.GetFirstJulianDay())) - epoch
				}
			}
			return months
		})
	}
	return all
})

// lunarDay is the day count of a date of the lunar calendar, 0 where there is no such date.
func lunarDay(d date) int {
	if d.year < firstLunar || d.year > lastLunar || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 30 {
		return 0
	}
	first := lunarYears()[d.year-firstLunar]()[d.month]
	if first == 0 {
		return 0
	}
	return first + d.day - 1
}

// compareDates is symmetric.
func compareDates(x, y *value) level {
	if x.text == "" || y.text == "" {
		return missing
	}
	a, b := x.date, y.date
	if a.digits == b.digits {
		return dateSame
	}
	years := max(a.year-b.year, b.year-a.year)
	if yearOnly(a) || yearOnly(b) {
		return compareYears(a, b, years)
	}
	switch days := max(a.at-b.at, b.at-a.at); {
	case years == 0 && a.month == b.day && a.day == b.month:
		return dateSwapped
	case a.lunar != 0 && a.lunar == b.at || b.lunar != 0 && b.lunar == a.at:
		return dateLunar
	case !far(x.mask, y.mask, 1) && edits(a.digits, b.digits, 1) == 1:
		return dateDigit
	case parts(a, b) == 2 && years <= 10:
		return dateTwoParts
	case days >= 18 && days <= 52 && a.at != 0 && b.at != 0:
		return dateShift
	case years == 0:
		return dateYear
	}
	return apart(years)
}

// century is how far years lie apart in which one digit or two make one of the other, and no life.
const century = 90

// generation is how many years lie between parents and children of one name, at the least.
const generation = 15

func apart(years int) level {
	if years >= generation {
		return dateGeneration
	}
	return dateOther
}

// compareYears compares where the year alone is known, perhaps from a nominal age, which counts one or two more.
func compareYears(a, b *date, years int) level {
	switch {
	case years >= century && edits(a.digits[:4], b.digits[:4], 1) == 1:
		return dateOther
	case years == 0:
		return dateYearKnown
	case years <= 2:
		return dateAge
	}
	return apart(years)
}

// yearOnly takes the first of January for what registers write when they know the year alone.
func yearOnly(d *date) bool { return d.month == 0 || d.month == 1 && d.day == 1 }

func parts(a, b *date) (same int) {
	for _, equal := range []bool{a.year == b.year, a.month == b.month, a.day == b.day} {
		if equal {
			same++
		}
	}
	return same
}
