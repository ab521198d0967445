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
	{name: "date", low: 1, high: 1, params: "x", build: buildDate(false)},
	{name: "date-time", low: 1, high: 1, params: "x", build: buildDate(true)},
	{name: "decimal-date-time", low: 1, high: 1, params: "x", build: buildDecimalDate},
	{name: "decimal-time", low: 1, high: 1, params: "x", build: buildDecimalTime},
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
	out := valueCode(Any, func(f *frame) Value { return dateValue(moment(f)) })
	out.nodes = nil
	return out
}

// dateOf reads a moment from days, from text or from an answer.
func (f *frame) dateOf(v *Value) (time.Time, bool) {
	f.spend(1)
	if v.Kind == Nodes && len(v.Nodes) > 0 {
		one := f.typed(v.Nodes[0])
		v = &one
	}
	switch v.Kind {
	case Number:
		return fromDays(v.Num, f.zone)
	case String:
		return ParseMoment(trim(v.Str), f.zone)
	}
	return time.Time{}, false
}

// buildDate compiles date() and date-time(). Of a number or a moment date() gives the day, while text keeps its time, as
// JavaRosa has it. Empty text stays empty, and so does a number that is none; anything else that is no date becomes an
// invalid one.
func buildDate(keepsTime bool) func(*call) *code {
	return func(c *call) *code {
		arg := c.args[0]
		out := valueCode(Any, func(f *frame) Value {
			mark := len(f.arena)
			v := arg.value(f)
			f.arena = f.arena[:mark]
			if v.Kind == Nodes && len(v.Nodes) == 0 {
				v = textValue("")
			} else if v.Kind == Nodes {
				v = f.typed(v.Nodes[0])
			}
			return f.dateOrNone(v, keepsTime)
		})
		out.nodes = nil
		return out
	}
}

func (f *frame) dateOrNone(v Value, keepsTime bool) Value {
	switch {
	case v.Kind == Boolean, v.Kind == String && v.Str == "", v.Kind == Number && math.IsNaN(v.Num) && !v.Dated:
		return textValue("")
	}
	t, ok := f.dateOf(&v)
	switch {
	case !ok:
		return noDate()
	case keepsTime || v.Kind == String:
	case v.Dated:
		t = midnight(t, f.zone)
	default:
		t = time.Date(1970, 1, 1+int(v.Num), 0, 0, 0, 0, f.zone)
	}
	return dateValue(t)
}

func midnight(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

func buildDecimalDate(c *call) *code {
	arg := c.args[0]
	return numberCode(func(f *frame) float64 {
		mark := len(f.arena)
		v := arg.value(f)
		f.arena = f.arena[:mark]
		if v.Kind == Number {
			return v.Num
		}
		if t, ok := f.dateOf(&v); ok {
			return days(t)
		}
		return math.NaN()
	})
}

// buildDecimalTime compiles decimal-time(): the part of the local day that has gone. It reads a time of day, a moment,
// and of a number its fraction.
func buildDecimalTime(c *call) *code {
	arg := c.args[0]
	return numberCode(func(f *frame) float64 {
		mark := len(f.arena)
		v := arg.value(f)
		f.arena = f.arena[:mark]
		v = f.unpack(&v)
		if v.Kind == Number && !v.Dated {
			return v.Num - math.Floor(v.Num)
		}
		t, ok := f.dateOf(&v)
		if !ok && v.Kind == String && len(v.Str) >= len("hh:mm") {
			t, ok = ParseMoment("1970-01-01T"+v.Str, f.zone)
		}
		if !ok {
			return math.NaN()
		}
		return float64(t.Sub(midnight(t, f.zone)).Milliseconds()) / dayMillis
	})
}

// buildFormat compiles format-date() and format-date-time(); no date gives "". The names of months and days are those of
// the tablet's language.
func buildFormat(c *call) *code {
	arg, pattern := c.args[0], c.args[1].text
	if lit := c.args[1].lit; lit != nil && (strings.Contains(*lit, "%a") || strings.Contains(*lit, "%b")) {
		c.c.info.Uses |= UsesLabels
	}
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
	case '%':
		return "%", true
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
