package validate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
)

// said are answers as people and tablets write them, at the edges of what each kind and each rule takes.
var said = slices.Concat([]string{"", "王 小 明", "王\u0301", "\u0301王明", "王\U000F0000明", "王某", "不详", "XX", "test", "J. Smith", "J.. Smith", "J .S", ". Smith", "Smith.", "Ann-", "-Ann", "Ann--Lee", "O'Neill", "李", "〇一", "a b", " a  b a ", "true", "false", "TRUE",
	strings.Repeat("王", longestName), strings.Repeat("王", longestName+1), "22.5 114", "90 180", "-90 -180 1 2", "90.1 0", "0 180.1", "0 -181", "1", "1 2 3 4 5", "1 x", "1 2;3 4", "1 2;3 4; ", "1 2;x", ";", "1e999 0"},
	strings.Fields("0 1 -1 +1 1.0 1.00 1.5 1. .5 1e3 1.2E7 1e999 0x10 ١٢ １２．５ －３ −3 ＋4 𝟏𝟐 1_000 999999999999999999 1000000000000000000 -999999999999999999 007 NaN Inf --1 1-1 "+
		"2026-09-05 2026-9-5 2026-02-30 2024-02-29 2026-09-05T08:05 2026-09-05T8:05 2026-09-05T08:05:09.5Z 2026-09-05T08:05:09+08 2026-09-05T08:05+0830 2026-09-05T25:00 2026-09-05Tx T08:05 ２０２６-09-05 "+
		"08:05 8:05 08:05:09 08:05:09.123 08:05Z 08:05:09.000+08:00 08:05+08 08:05:09-0330 24:00 08:60 8 :05 "+
		"13800000000 12800000000 1380000000 138000000000 23800000000 +8613800000000 008613800000000 8613800000000 0755-12345678 075-1234567 0755-123456 0755-123456789 07551-12345678 0755-12345678-1 0755-12345678-1234567 075512345678转101 075512345678转 0755-1 4001234567 8001234567 5001234567 "+
		"+85212345678 85312345678 +85412345678 +8521234567 (0755)12345678 （0755）12345678 "+
		"440307 44030 440307011 44030701 440307011005 440307011005012 4403070110050 4403070110050120000000001 440307011005012000000000 "+
		"110101194910010018 11010119491001001 11010149100100 110101491001001 11010149100100X 110101194913010018 110101179912310015 11010119491001001x 1101011949100100１８ 000000194901010010 900000194901010010 911000194901010010 81000019490101001X 110101194910010019 99010119491001001X"))

// pairs are results that may be the same, or lie between each other.
var pairs = strings.Fields("1 1.0 1.0000000001 1.00001 2 -1 true false NaN Inf 0 2026-09-05 2026-09-05T00:00:00+08:00 2026-09-04T16:00:00Z 2026-09-06 09:30 10:00 a b")

// TestEachReading holds how each answer is read by each kind, what each rule says of it, and which results are the same.
func TestEachReading(t *testing.T) {
	tags, err := valueTags("")
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := valueTags("[0-9]{2}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := valueTags("["); err == nil {
		t.Error("half a pattern is taken")
	}
	var b strings.Builder
	for _, s := range said {
		fmt.Fprintf(&b, "%q:", s)
		for _, kind := range slices.Sorted(maps.Keys(readers)) {
			if answer, ok := read(kind, s); ok && answer == s {
				fmt.Fprintf(&b, " %d", kind)
			} else if ok {
				fmt.Fprintf(&b, " %d=%q", kind, answer)
			}
		}
		if answer, ok := read(survey.KindText, s); answer != s || !ok {
			t.Errorf("a text %q is read as %q", s, answer)
		}
		for _, tag := range slices.Sorted(maps.Keys(tags)) {
			if tags[tag](s) {
				b.WriteString(" " + tag)
			}
		}
		if narrow["area_code"](s) {
			b.WriteString(" narrow")
		}
		id, err := ParseCNID(s)
		if err != nil {
			fmt.Fprintf(&b, " %v", err)
		} else {
			fmt.Fprintf(&b, " %+v", id)
		}
		if key := IDKey(s); key != id.Number {
			t.Errorf("the key of %q is %q", s, key)
		}
		fmt.Fprintf(&b, " %s %s %s\n", nameFault(s), nameDoubt(s), dayOf(s))
	}
	bit := map[bool]string{false: ".", true: "x"}
	for _, x := range pairs {
		fmt.Fprintf(&b, "%s is the same as, and lies between one and another:", x)
		for _, y := range pairs {
			b.WriteString(" " + bit[sameValue(x, y)])
			for _, z := range pairs {
				b.WriteString(bit[between(x, y, z)])
			}
		}
		b.WriteString("\n")
	}
	for _, answer := range []string{"", "0", "1", "1.0", "x", "level"} {
		var v visit
		for _, score := range []int{unscored, 0, 1} {
			v.sameScore(answer, score)
		}
		for _, level := range []Level{"", "level", "other"} {
			v.sameLevel(answer, level)
		}
		fmt.Fprintf(&b, "a score or a level of %q:", answer)
		for _, issue := range v.issues {
			b.WriteString(" " + issue.Code)
		}
		b.WriteString("\n")
	}
	corpora.Golden(t, "testdata/readings.txt", b.String())
}
