package xlsform

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// numberText writes a number as the reference converter does: whole numbers without a point, others in the shortest
// way that gives the same number back, with an exponent below 1e-4 only.
func numberText(f float64) string {
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return ""
	case f == math.Trunc(f):
		return strconv.FormatFloat(f, 'f', 0, 64)
	case math.Abs(f) < 1e-4:
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// dateText writes the day count of a spreadsheet as "2006-01-02 15:04:05", or as a time alone where there is no day.
// It rounds to unit, as the reference converter does: milliseconds in xlsx, seconds in xls. Milliseconds are written
// with six digits.
func dateText(days float64, from1904 bool, unit time.Duration) string {
	if days < 0 || days > 3e6 || math.IsNaN(days) {
		return numberText(days)
	}
	const day = 24 * time.Hour
	whole, fraction := math.Modf(days)
	clock := time.Duration(math.Round(fraction*float64(day/unit))) * unit
	layout := "15:04:05"
	if clock%time.Second != 0 {
		layout += ".000000"
	}
	if days < 1 {
		return time.Time{}.Add(clock).Format(layout)
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if from1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if days < 60 {
		epoch = epoch.AddDate(0, 0, 1) // spreadsheets count a 29 February 1900 that never was
	}
	return epoch.AddDate(0, 0, int(whole)).Add(clock).Format("2006-01-02 " + layout)
}

// builtinDate reports whether a built-in number format shows a date or time (ECMA-376 part 1, 18.8.30).
func builtinDate(id int) bool { return id >= 14 && id <= 22 || id >= 45 && id <= 47 }

// What a number format says in quotes, behind a backslash, as padding, or in brackets; and the brackets that are a time,
// [h], [mm] or [ss], and no colour, condition or language.
var (
	reFormatText = regexp.MustCompile(`"[^"]*"|\\.|_.|\[[^\]]*\]`)
	reElapsed    = regexp.MustCompile(`(?i)^\[(h+|m+|s+)\]$`)
)

// dateFormat reports whether a number format shows a date or time: it has a date letter outside of what is only text.
func dateFormat(format string) bool {
	first, _, _ := strings.Cut(format, ";")
	letters := reFormatText.ReplaceAllStringFunc(first, func(part string) string {
		if reElapsed.MatchString(part) {
			return part
		}
		return ""
	})
	return strings.ContainsAny(letters, "dmhysDMHYS") &&
		!strings.EqualFold(strings.TrimSpace(first), "general")
}
