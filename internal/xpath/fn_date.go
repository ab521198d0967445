package xpath

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

var dateFunctions = []function{
	{name: "today", params: "x", uses: UsesClock, build: buildToday},
	{name: "now", params: "x", uses: UsesClock, build: buildNow},
	{name: "date", low: 1, high: 1, params: "x", build: buildDate},
	{name: "date-time", low: 1, high: 1, params: "x", build: buildDate},
	{name: "decimal-date-time", low: 1, high: 1, params: "x", build: buildDecimalDate},
	{name: "decimal-time", low: 1, high: 1, params: "s", build: buildDecimalTime},
	{name: "format-date", low: 2, high: 2, params: "xs", build: buildFormat},
	{name: "format-date-time", low: 2, high: 2, params: "xs", build: buildFormat},
}

func buildToday(c *call) *code {
	off := c.off
	return momentCode(func(f *frame) time.Time {
		y, m, d := f.now(off, "today()").Date()
		return time.Date(y, m, d, 0, 0, 0, 0, f.zone)
	})
}

func buildNow(c *call) *code {
	off := c.off
	return momentCode(func(f *frame) time.Time { return f.now(off, "now()") })
}

func momentCode(moment func(*frame) time.Time) *code {
	out := valueCode(Number, func(f *frame) Value { return dateValue(moment(f)) })
	out.number = func(f *frame) float64 { return days(moment(f)) }
	out.truth = func(f *frame) bool { return truthOf(days(moment(f))) }
	return out
}

// dateOf reads a date from days or from text.
func (f *frame) dateOf(v *Value) (time.Time, bool) {
	f.spend(1)
	switch v.Kind {
	case Number:
		return fromDays(v.Num, f.zone)
	case Boolean:
		return time.Time{}, false
	}
	return parseDate(f.textOf(v), f.zone)
}

// buildDate compiles date() and date-time(), which are the same: empty text stays empty, anything else that is no date
// becomes an invalid one.
func buildDate(c *call) *code {
	arg := c.args[0]
	return valueCode(Any, func(f *frame) Value {
		mark := len(f.arena)
		v := arg.value(f)
		f.arena = f.arena[:mark]
		if v.Kind == Boolean {
			return textValue("")
		}
		if v.Kind != Number {
			s := f.textOf(&v)
			if s == "" {
				return textValue("")
			}
			v = textValue(padDate(s))
		}
		if t, ok := f.dateOf(&v); ok {
			return dateValue(t)
		}
		return noDate()
	})
}

func buildDecimalDate(c *call) *code {
	arg := c.args[0]
	if arg.kind == Number {
		return numberCode(arg.number)
	}
	return numberCode(func(f *frame) float64 {
		mark := len(f.arena)
		v := arg.value(f)
		f.arena = f.arena[:mark]
		if t, ok := f.dateOf(&v); ok {
			return days(t)
		}
		return math.NaN()
	})
}

// buildDecimalTime compiles decimal-time(): the part of the local day that has gone.
func buildDecimalTime(c *call) *code {
	a := c.args[0].text
	return numberCode(func(f *frame) float64 {
		s := a(f)
		if len(s) < len("hh:mm") {
			return math.NaN()
		}
		t, ok := parseDate("1970-01-01T"+s, f.zone)
		if !ok {
			return math.NaN()
		}
		since := t.Sub(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, f.zone))
		return float64(since.Milliseconds()) / dayMillis
	})
}

// buildFormat compiles format-date() and format-date-time(); no date gives "".
func buildFormat(c *call) *code {
	arg, pattern := c.args[0], c.args[1].text
	return textCode(func(f *frame) string {
		mark := len(f.arena)
		v := arg.value(f)
		f.arena = f.arena[:mark]
		t, ok := f.dateOf(&v)
		if !ok {
			return ""
		}
		p := pattern(f)
		f.spendBytes(len(p) * 8)
		return formatDate(t, p)
	})
}

// formatDate replaces the markers of format-date (ODK XForms, "fn:format-date"); others stay as they are.
func formatDate(t time.Time, pattern string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(pattern, '%')
		if i < 0 || i+1 == len(pattern) {
			return b.String() + pattern
		}
		b.WriteString(pattern[:i])
		if s, known := datePart(t, pattern[i+1]); known {
			b.WriteString(s)
		} else {
			b.WriteString(pattern[i : i+2])
		}
		pattern = pattern[i+2:]
	}
}

func datePart(t time.Time, marker byte) (string, bool) {
	switch marker {
	case 'Y':
		return fmt.Sprintf("%04d", t.Year()), true
	case 'y':
		return fmt.Sprintf("%02d", t.Year()%100), true
	case 'm':
		return fmt.Sprintf("%02d", t.Month()), true
	case 'n':
		return strconv.Itoa(int(t.Month())), true
	case 'b':
		return t.Format("Jan"), true
	case 'd':
		return fmt.Sprintf("%02d", t.Day()), true
	case 'e':
		return strconv.Itoa(t.Day()), true
	case 'a':
		return t.Format("Mon"), true
	case 'H':
		return fmt.Sprintf("%02d", t.Hour()), true
	case 'h':
		return strconv.Itoa(t.Hour()), true
	case 'M':
		return fmt.Sprintf("%02d", t.Minute()), true
	case 'S':
		return fmt.Sprintf("%02d", t.Second()), true
	case '3':
		return fmt.Sprintf("%03d", t.Nanosecond()/int(time.Millisecond)), true
	}
	return "", false
}
