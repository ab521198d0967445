package validate

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// readers read an answer by its kind as JavaRosa does and write it as columns keep it; ok is false for what is not of the
// kind. Other kinds may be any text. Digits of every script are digits, white space around an answer is none of it.
var readers = map[survey.Kind]func(string) (answer string, ok bool){
	survey.KindInteger:        readInteger,
	survey.KindDecimal:        readDecimal,
	survey.KindBoolean:        readBoolean,
	survey.KindDate:           readDate,
	survey.KindTime:           readTime,
	survey.KindDateTime:       readMoment,
	survey.KindGeopoint:       test(isGeopoint),
	survey.KindGeotrace:       test(isGeotrace),
	survey.KindGeoshape:       test(isGeotrace),
	survey.KindSelectOne:      func(s string) (string, bool) { return s, true },
	survey.KindSelectMultiple: readNames,
	survey.KindRank:           readNames,
}

func test(is func(string) bool) func(string) (string, bool) {
	return func(s string) (string, bool) { return s, is(s) }
}

// read is the answer as its kind has it.
func read(kind survey.Kind, s string) (answer string, ok bool) {
	reader := readers[kind]
	if reader == nil {
		return s, true
	}
	return reader(strings.TrimSpace(s))
}

// plainDigits writes the digits, signs and decimal points of any script as ASCII has them.
func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			return r
		case unicode.Is(unicode.Nd, r):
			return digitOf(r)
		case r == '\u066B', r == '．':
			return '.'
		case r == '\u2212', r == '－':
			return '-'
		case r == '＋':
			return '+'
		}
		return r
	}, s)
}

// digitOf is the value of a decimal digit: those of a script stand together, in order, from zero on (Unicode, section 4.6).
func digitOf(r rune) rune {
	for _, block := range unicode.Nd.R16 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return '0' + (r-rune(block.Lo))%10
		}
	}
	for _, block := range unicode.Nd.R32 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return '0' + (r-rune(block.Lo))%10
		}
	}
	return r
}

// readInteger takes up to 18 digits, which every client can store, and a fraction of nothing but zeros.
func readInteger(s string) (string, bool) {
	s = plainDigits(s)
	if whole, zeros, fractional := strings.Cut(s, "."); fractional && strings.Trim(zeros, "0") == "" {
		s = whole
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || len(strings.TrimLeft(s, "+-")) > 18 {
		return s, false
	}
	return strconv.FormatInt(n, 10), true
}

// readDecimal takes exponents too, because tablets write large numbers so: 1.2E7.
func readDecimal(s string) (string, bool) {
	s = plainDigits(s)
	return s, isDecimal(s)
}

func isDecimal(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && !strings.ContainsRune("+-.eE", rune(c)) {
			return false
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsInf(n, 0)
}

func readBoolean(s string) (string, bool) {
	return s, s == "true" || s == "false" || s == "1" || s == "0"
}

// readNames takes the names of choices, each once, with one blank between them.
func readNames(s string) (string, bool) {
	if !strings.ContainsFunc(s, unicode.IsSpace) {
		return s, true
	}
	seen := map[string]bool{}
	names := slices.DeleteFunc(strings.Fields(s), func(name string) bool {
		again := seen[name]
		seen[name] = true
		return again
	})
	return strings.Join(names, " "), true
}

func readDate(s string) (string, bool) {
	s = plainDigits(s)
	t, ok := xpath.ParseMoment(s, time.UTC)
	return t.Format(time.DateOnly), ok && !strings.Contains(s, "T")
}

// readMoment keeps what is written as the standards have it. An offset of hours alone gets its minutes.
func readMoment(s string) (string, bool) {
	s = plainDigits(s)
	day, clock, timed := strings.Cut(s, "T")
	day, ok := readDate(day)
	if !ok || !timed {
		return day, ok
	}
	clock, ok = readTime(clock)
	return day + "T" + clock, ok
}

// clocks are times of day with and without seconds; a fraction may follow the seconds.
var clocks = []string{"15:04:05Z07:00", "15:04:05", "15:04Z07:00", "15:04"}

func readTime(s string) (string, bool) {
	s = plainDigits(s)
	if strings.IndexByte(s, ':') == 1 {
		s = "0" + s
	}
	for _, layout := range clocks {
		if _, err := time.Parse(layout, s); err == nil {
			return s, true
		}
	}
	t, zoned, ok := xpath.ReadMoment("1970-01-01T"+s, time.UTC)
	if zoned {
		return t.Format("15:04:05.000-07:00"), ok
	}
	return t.Format("15:04:05.000"), ok
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

// sameValue reports whether two texts are the same result: clients write numbers, truths and moments in more than one way.
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

func instant(s string) (time.Time, bool) { return xpath.ParseMoment(s, survey.Zone) }

// between reports whether a result lies between two others: as numbers, as moments, else as texts such as 09:30.
func between(s, a, b string) bool {
	if x, y, ok := both(a, b, numeric); ok {
		n, isNumber := numeric(s)
		return isNumber && min(x, y) <= n && n <= max(x, y)
	}
	if x, y, ok := both(a, b, instant); ok {
		t, isMoment := instant(s)
		return isMoment && (t.Equal(x) || t.Equal(y) || t.After(x) != t.After(y))
	}
	return min(a, b) <= s && s <= max(a, b)
}
