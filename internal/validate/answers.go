package validate

import (
	"math"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/survey"
)

// shapes tell by kind whether an answer is written as submissions write it. Other kinds may be any text.
var shapes = map[survey.Kind]func(string) bool{
	survey.KindInteger:  isInteger,
	survey.KindDecimal:  isDecimal,
	survey.KindBoolean:  isBoolean,
	survey.KindDate:     isDate,
	survey.KindTime:     isTime,
	survey.KindDateTime: isDateTime,
	survey.KindGeopoint: isGeopoint,
	survey.KindGeotrace: isGeotrace,
	survey.KindGeoshape: isGeotrace,
}

// isInteger takes up to 18 digits, which every client can store.
func isInteger(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return len(s) > 0 && len(s) <= 18 && allDigits(s)
}

// isDecimal takes exponents too, because tablets write large numbers so: 1.2E7.
func isDecimal(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && !strings.ContainsRune("+-.eE", rune(c)) {
			return false
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsInf(n, 0)
}

func isBoolean(s string) bool { return s == "true" || s == "false" || s == "1" || s == "0" }

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// clocks are times of day with and without seconds; a fraction may follow the seconds.
var clocks = []string{"15:04:05Z07:00", "15:04:05", "15:04Z07:00", "15:04"}

func isTime(s string) bool {
	for _, layout := range clocks {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

func isDateTime(s string) bool {
	day, clock, ok := strings.Cut(s, "T")
	return isDate(day) && (!ok || isTime(clock))
}

// isGeopoint takes "latitude longitude", then altitude and accuracy in metres if known.
func isGeopoint(s string) bool {
	n, limits := 0, [...]float64{90, 180, math.MaxFloat64, math.MaxFloat64}
	for word := range strings.FieldsSeq(s) {
		if n == len(limits) || !isDecimal(word) {
			return false
		}
		if v, _ := strconv.ParseFloat(word, 64); math.Abs(v) > limits[n] {
			return false
		}
		n++
	}
	return n >= 2
}

func isGeotrace(s string) bool {
	for point := range strings.SplitSeq(strings.TrimRight(s, "; "), ";") {
		if !isGeopoint(point) {
			return false
		}
	}
	return true
}

// sameValue tells whether two texts are the same result: clients write numbers, truths and moments in more than one way.
func sameValue(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if a == b || a == "NaN" && b == "" {
		return true
	}
	if x, y, ok := both(a, b, numeric); ok {
		return math.Abs(x-y) <= 1e-9*math.Max(math.Abs(x), math.Abs(y))
	}
	x, y, ok := both(a, b, instant)
	return ok && x.Equal(y)
}

func both[T any](a, b string, read func(string) (T, bool)) (x, y T, ok bool) {
	if x, ok = read(a); ok {
		y, ok = read(b)
	}
	return x, y, ok
}

func numeric(s string) (float64, bool) {
	switch s {
	case "true":
		return 1, true
	case "false":
		return 0, true
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}

func instant(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, true
	}
	t, err := time.ParseInLocation(time.DateOnly, s, shanghai)
	return t, err == nil
}
