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

// parseDate reads YYYY-MM-DD, alone or with T and a time: hh, hh:mm, hh:mm:ss with a fraction, then Z or ±hh:mm.
// Without an offset it is local to loc.
func parseDate(s string, loc *time.Location) (time.Time, bool) {
	if !looksLikeDate(s) {
		return time.Time{}, false
	}
	y, okY := digits(s[0:4])
	m, okM := digits(s[5:7])
	d, okD := digits(s[8:10])
	if !okY || !okM || !okD || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return time.Time{}, false
	}
	if len(s) == 10 {
		return time.Date(y, time.Month(m), d, 0, 0, 0, 0, loc), true
	}
	if s[10] != 'T' {
		return time.Time{}, false
	}
	clock, zone, ok := parseTime(s[11:], loc)
	if !ok {
		return time.Time{}, false
	}
	return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Add(clock).Add(zoneShift(y, m, d, clock, zone)).In(loc), true
}

// zoneShift is what takes a wall clock read as UTC to the true instant.
func zoneShift(y, m, d int, clock time.Duration, zone *time.Location) time.Duration {
	wall := time.Date(y, time.Month(m), d, 0, 0, 0, int(clock), time.UTC)
	local := time.Date(y, time.Month(m), d, 0, 0, 0, int(clock), zone)
	return local.Sub(wall)
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
	return n, len(s) > 0
}

// parseTime reads hh, hh:mm or hh:mm:ss[.fff], then an optional Z or ±hh:mm up to 14 hours; zone is loc without one.
func parseTime(s string, loc *time.Location) (clock time.Duration, zone *time.Location, ok bool) {
	s, zone, ok = cutZone(s, loc)
	if !ok {
		return 0, nil, false
	}
	units := [...]struct {
		size  time.Duration
		limit int
	}{{time.Hour, 24}, {time.Minute, 60}, {time.Second, 60}}
	s, fraction, hasFraction := strings.Cut(s, ".")
	if hasFraction && len(s) != len("hh:mm:ss") {
		return 0, nil, false
	}
	parts := strings.Split(s, ":")
	if len(parts) > len(units) {
		return 0, nil, false
	}
	for i, part := range parts {
		n, isNumber := digits(part)
		if len(part) != 2 || !isNumber || n >= units[i].limit {
			return 0, nil, false
		}
		clock += time.Duration(n) * units[i].size
	}
	if hasFraction {
		ms, isNumber := digits((fraction + "000")[:3])
		if _, all := digits(fraction); !all || !isNumber {
			return 0, nil, false
		}
		clock += time.Duration(ms) * time.Millisecond
	}
	return clock, zone, true
}

func cutZone(s string, loc *time.Location) (string, *time.Location, bool) {
	if rest, found := strings.CutSuffix(s, "Z"); found {
		return rest, time.UTC, true
	}
	i := strings.LastIndexAny(s, "+-")
	if i < 0 {
		return s, loc, true
	}
	zone := s[i:]
	if len(zone) != len("+hh:mm") || zone[3] != ':' {
		return "", nil, false
	}
	h, okH := digits(zone[1:3])
	m, okM := digits(zone[4:6])
	if !okH || !okM || h > 14 || m > 59 {
		return "", nil, false
	}
	seconds := h*3600 + m*60
	if zone[0] == '-' {
		seconds = -seconds
	}
	return s[:i], time.FixedZone("", seconds), true
}

// padDate turns 1970-1-2 into 1970-01-02, as date() accepts it.
func padDate(s string) string {
	day, rest, hasTime := strings.Cut(s, "T")
	parts := strings.Split(day, "-")
	if len(parts) != 3 {
		return s
	}
	for i, part := range parts {
		if _, ok := digits(part); !ok {
			return s
		}
		if i > 0 && len(part) == 1 {
			parts[i] = "0" + part
		}
	}
	s = strings.Join(parts, "-")
	if hasTime {
		s += "T" + rest
	}
	return s
}

// formatMoment writes a date as the clients store it: the date alone at local midnight, else with milliseconds and offset.
func formatMoment(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() < int(time.Millisecond) {
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02T15:04:05.000-07:00")
}

const invalidDate = "Invalid Date"

func dateValue(t time.Time) Value {
	return Value{Kind: Number, Num: days(t), Str: formatMoment(t), Dated: true}
}

func noDate() Value { return Value{Kind: Number, Num: math.NaN(), Str: invalidDate, Dated: true} }
