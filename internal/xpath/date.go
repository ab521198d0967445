package xpath

import (
	"math"
	"strings"
	"time"
)

const dayMillis = 24 * 60 * 60 * 1000

// days counts the days from 1970-01-01T00:00Z to t, in milliseconds as the clients do.
func days(t time.Time) float64 { return float64(t.UnixMilli()) / dayMillis }

// fromDays is the inverse of days; ok is false for NaN and for days beyond the years a time.Time can format.
func fromDays(n float64, loc *time.Location) (t time.Time, ok bool) {
	ms := math.Round(n * dayMillis)
	if math.IsNaN(ms) || math.Abs(ms) > 2.5e14 {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(ms)).In(loc), true
}

// looksLikeDate is a cheap first test: four digits and a hyphen.
func looksLikeDate(s string) bool {
	return len(s) >= 10 && s[4] == '-' && s[7] == '-' && isDigit(s[0]) && isDigit(s[3])
}

// parseDate reads YYYY-MM-DD, alone or with T and a time.
func parseDate(s string, loc *time.Location) (time.Time, bool) {
	if !looksLikeDate(s) {
		return time.Time{}, false
	}
	return ParseMoment(s, loc)
}

// ParseMoment reads a date or a moment as JavaRosa does: year-month-day, each a number of any length, alone or with T and
// a time of hours and minutes, perhaps seconds with a fraction, then perhaps Z or an offset as +08, +8, +0800 or +08:00.
// Without an offset it is local to loc.
func ParseMoment(s string, loc *time.Location) (time.Time, bool) {
	t, _, ok := ReadMoment(s, loc)
	return t.In(loc), ok
}

// ReadMoment is ParseMoment with the time in the zone that is written, and whether one is.
func ReadMoment(s string, loc *time.Location) (t time.Time, zoned, ok bool) {
	day, clock, timed := strings.Cut(s, "T")
	y, m, d, ok := parseDay(day)
	if !ok || !timed {
		return time.Date(y, time.Month(m), d, 0, 0, 0, 0, loc), false, ok
	}
	since, zone, ok := parseTime(clock, loc)
	if !ok {
		return time.Time{}, false, false
	}
	return time.Date(y, time.Month(m), d, 0, 0, 0, int(since), zone), zone != loc, true
}

func parseDay(s string) (y, m, d int, ok bool) {
	year, rest, _ := strings.Cut(s, "-")
	month, day, _ := strings.Cut(rest, "-")
	y, okY := digits(year)
	m, okM := digits(month)
	d, okD := digits(day)
	ok = okY && okM && okD && y <= 9999 && m >= 1 && m <= 12 && d >= 1 && d <= daysIn(y, m)
	return y, m, d, ok
}

func daysIn(y, m int) int { return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// digits reads a short string of nothing but digits.
func digits(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0 && len(s) <= 9
}

var clockUnits = [...]struct {
	size  time.Duration
	limit int
}{{time.Hour, 24}, {time.Minute, 60}, {time.Second, 60}}

// parseTime reads hours:minutes or hours:minutes:seconds, which may have a fraction, then an optional Z or offset; zone
// is loc without one.
func parseTime(s string, loc *time.Location) (clock time.Duration, zone *time.Location, ok bool) {
	s, zone, ok = cutZone(s, loc)
	if !ok {
		return 0, nil, false
	}
	s, fraction, fractional := strings.Cut(s, ".")
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 || fractional && len(parts) != 3 {
		return 0, nil, false
	}
	for i, part := range parts {
		n, isNumber := digits(part)
		if !isNumber || len(part) > 2 || n >= clockUnits[i].limit {
			return 0, nil, false
		}
		clock += time.Duration(n) * clockUnits[i].size
	}
	if fractional {
		ms, isNumber := digits((fraction + "000")[:3])
		if !isNumber || strings.Trim(fraction, "0123456789") != "" {
			return 0, nil, false
		}
		clock += time.Duration(ms) * time.Millisecond
	}
	return clock, zone, true
}

// cutZone takes the offset off a time. Offsets reach 14 hours.
func cutZone(s string, loc *time.Location) (string, *time.Location, bool) {
	if rest, found := strings.CutSuffix(s, "Z"); found {
		return rest, time.UTC, true
	}
	i := strings.LastIndexAny(s, "+-")
	if i < 0 {
		return s, loc, true
	}
	hours, minutes, colon := strings.Cut(s[i+1:], ":")
	if !colon && len(hours) == len("hhmm") {
		hours, minutes = hours[:2], hours[2:]
	}
	h, okH := digits(hours)
	m, okM := digits(minutes)
	if !okH || !okM && minutes != "" || colon && minutes == "" || h > 14 || m > 59 {
		return "", nil, false
	}
	seconds := h*3600 + m*60
	if s[i] == '-' {
		seconds = -seconds
	}
	return s[:i], time.FixedZone("", seconds), true
}

// formatMoment writes a date as the clients store it: the date alone at local midnight, else with milliseconds and offset.
func formatMoment(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() < int(time.Millisecond) {
		return t.Format(time.DateOnly)
	}
	return t.Format(momentLayout)
}

// How answers write moments and times of day.
const (
	momentLayout = "2006-01-02T15:04:05.000-07:00"
	timeLayout   = "15:04:05.000-07:00"
)

const invalidDate = "Invalid Date"

func dateValue(t time.Time) Value {
	return Value{Kind: Number, Num: days(t), Str: formatMoment(t), Dated: true}
}

func noDate() Value { return Value{Kind: Number, Num: math.NaN(), Str: invalidDate, Dated: true} }
