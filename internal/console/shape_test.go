package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"doorstep/internal/agreement"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// nested has a section in a section, one in a repeat, and questions in none.
const nested = `| survey | | | | |
| | type | name | label | calculation |
| | text | first | First | |
| | begin_group | outer | | |
| | text | within | Within | |
| | begin_group | inner | Inner | |
| | text | deep | Deep | |
| | end_group | | | |
| | end_group | | | |
| | begin_group | home | Home | |
| | begin_group | rooms | Rooms | |
| | text | walls | Walls | |
| | end_group | | | |
| | end_group | | | |
| | begin_repeat | child | Child | |
| | text | child_name | Name | |
| | end_repeat | | | |
| | select_one yes | last | Last | |
| choices | | | |
| | list_name | name | label |
| | yes | y | Yes |
| | yes | n | No |
| settings | | | |
| | form_id | form_title | version |
| | nested | Nested | 1 |
`

func converted(t *testing.T, workbook string) *instrument.Instrument {
	t.Helper()
	in, err := instrument.Convert(instrument.Workbook{Name: "nested.md", Raw: []byte(workbook)}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return in.Instrument()
}

// TestSectionsAreTheOutermostOnesWithALabel finds the section of a path, and lists them in the form's order.
func TestSectionsAreTheOutermostOnesWithALabel(t *testing.T) {
	in := converted(t, nested)
	s := newSheet(in, instrument.NewLibrary())
	var all []string
	for _, e := range sections(s.entries) {
		all = append(all, e.q.Name)
	}
	if got := strings.Join(all, " "); got != "inner home child" {
		t.Errorf("the sections are %s", got)
	}
	for path, want := range map[string]string{"/data/first": "", "/data/outer/within": "", "/data/outer/inner/deep": "inner", "/data/home/rooms/walls": "home",
		"/data/child[2]/child_name": "child", "/data/child": "child", "/data": "", "": "", "/data/gone/deep": "", "/data/first/deep": "", "data/home": "home"} {
		got := ""
		if e := s.section(path); e != nil {
			got = e.q.Name
		}
		if got != want {
			t.Errorf("%q lies in %q, not %q", path, got, want)
		}
	}
}

// TestSheetsAreMadeOnce keeps a few and begins anew with one more.
func TestSheetsAreMadeOnce(t *testing.T) {
	in, s := converted(t, nested), NewSheets()
	library := instrument.NewLibrary()
	made := s.of(in, library)
	for n := 1; n < mostSheets; n++ {
		other := *in
		s.of(&other, library)
	}
	if s.of(in, library) != made || len(s.kept) != mostSheets {
		t.Errorf("%d sheets are kept, the first one: %t", len(s.kept), s.of(in, library) == made)
	}
	other := *in
	if s.of(&other, library); len(s.kept) != 1 {
		t.Errorf("%d sheets are kept after one too many", len(s.kept))
	}
}

// TestWhatAVersionAddsAndTakesAway lists what is new in the order of the new version, then what is gone, then the choices.
func TestWhatAVersionAddsAndTakesAway(t *testing.T) {
	before, after := converted(t, nested).Form, converted(t, strings.NewReplacer("| text | first | First |", "| text | zeroth | Zeroth |",
		"| text | deep | Deep |", "| integer | deep | Deeper |", "| yes | n | No |", "| yes | m | Maybe |").Replace(nested)).Form
	var got []string
	for _, c := range changes(before, after) {
		got = append(got, fmt.Sprintf("%s %s %s: %s > %s", c.Path, c.Label.EN, c.What, c.Before.EN, c.After.EN))
	}
	want := []string{"zeroth Zeroth added:  > ", "outer/inner/deep Deeper type: text > integer", "outer/inner/deep Deeper label: Deep > Deeper",
		"first First removed:  > ", "yes  choices: n No > m Maybe"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if same := changes(before, before); len(same) > 0 || same == nil {
		t.Errorf("against itself: %+v", same)
	}
}

// TestTheLeastAgreementStandsFirst: one that is not known, last.
func TestTheLeastAgreementStandsFirst(t *testing.T) {
	all := []AgreementOf{{Key: "unknown"}}
	for key, share := range map[string]float64{"half": .5, "none": 0, "all": 1} {
		all = append(all, AgreementOf{Key: key, Result: agreement.Result{Share: &share}})
	}
	slices.SortFunc(all, func(a, b AgreementOf) int { return cmp.Compare(a.share(), b.share()) })
	for i, key := range []string{"none", "half", "all", "unknown"} {
		if all[i].Key != key {
			t.Errorf("%d: %s, want %s", i, all[i].Key, key)
		}
	}
}

// TestManyAreasAreCountedByThoseAbove: two hundred are counted one by one.
func TestManyAreasAreCountedByThoseAbove(t *testing.T) {
	var codes []string
	for n := range fewRanges + 1 {
		codes = append(codes, fmt.Sprintf("440305001%03d001", 2*n))
	}
	if got := coarse(codes[:fewRanges]); len(got) != fewRanges || got[0].Lo != codes[0] {
		t.Errorf("of %d areas: %d ranges from %v", fewRanges, len(got), got[0])
	}
	if got := coarse(codes); len(got) != fewRanges+1 || got[0].Lo != codes[0][:12] {
		t.Errorf("of %d areas: %d ranges from %v", len(codes), len(got), got[0])
	}
}

// TestHowAVisitFollowsOnTheOneBefore tells how long it took, how far it was and how fast the way, of what is known of both alone.
func TestHowAVisitFollowsOnTheOneBefore(t *testing.T) {
	visit := func(start, end string, at *orb.Point) (v DayVisit) {
		v.start, _ = time.Parse("15:04:05", start)
		v.end, _ = time.Parse("15:04:05", end)
		v.at = at
		return v
	}
	here, there := &orb.Point{114, 22.5}, &orb.Point{114, 22.51} // 1113 m
	for _, c := range []struct {
		first, second DayVisit
		want          string
	}{
		{visit("09:00:00", "09:30:00", here), visit("10:00:00", "10:10:40", there), "11 1113 2.2"},
		{visit("09:00:00", "10:00:00", here), visit("10:00:00", "10:00:20", there), "0 1113 -"},
		{visit("09:00:00", "10:00:00", here), visit("09:30:00", "09:30:00", there), "- 1113 -"},
		{visit("09:00:00", "", here), visit("10:00:00", "10:10:00", there), "10 1113 -"},
		{visit("09:00:00", "09:30:00", here), visit("", "10:10:00", there), "- 1113 -"},
		{visit("09:00:00", "09:30:00", nil), visit("10:00:00", "10:10:00", there), "10 - -"},
		{visit("09:00:00", "09:30:00", here), visit("10:00:00", "10:10:00", nil), "10 - -"},
		{visit("09:00:00", "09:30:00", here), visit("10:00:00", "09:50:00", here), "- 0 0"},
	} {
		d := WorkerDay{Visits: []DayVisit{c.first, c.second}}
		d.follow()
		var got []string
		for _, n := range []*float64{d.Visits[1].Minutes, d.Visits[1].MetresFrom, d.Visits[1].Kmh} {
			if n == nil {
				got = append(got, "-")
			} else {
				got = append(got, fmt.Sprint(*n))
			}
		}
		if strings.Join(got, " ") != c.want || d.Visits[0].MetresFrom != nil || d.Visits[0].Kmh != nil {
			t.Errorf("%v after %v: %v, want %s", c.second, c.first, got, c.want)
		}
	}
}

// TestUsualIsBetweenTheTenths: of thirty records and more, numbers by their size and dates by their day.
func TestUsualIsBetweenTheTenths(t *testing.T) {
	of := func(kind survey.Kind) *entry { return &entry{q: &survey.Question{Kind: kind}} }
	given := func(records, each int) (a answers) {
		a.records = map[string]bool{}
		for r := range records {
			a.records[fmt.Sprint(r)] = true
			for n := range each {
				a.all = append(a.all, fmt.Sprint(1000-r*each-n))
			}
		}
		return a
	}
	for _, c := range []struct {
		answers
		of   *entry
		want string
	}{
		{given(leastUsual, 1), of(survey.KindInteger), "974 997"}, {given(leastUsual+9, 1), of(survey.KindInteger), "965 997"},
		{given(leastUsual, 2), of(survey.KindDecimal), "947 994"}, {given(leastUsual-1, 2), of(survey.KindDecimal), "none"},
		{given(leastUsual, 1), of(survey.KindDate), "973 996"}, // 1000 stands first, as a text
	} {
		got := "none"
		if u := c.usual(c.of); u != nil {
			got = u.Low + " " + u.High
		}
		if got != c.want {
			t.Errorf("%d of %d records: %s, want %s", len(c.all), len(c.records), got, c.want)
		}
	}
	for kind, want := range map[survey.Kind]bool{survey.KindInteger: true, survey.KindDecimal: true, survey.KindDate: true, survey.KindText: false} {
		if got := of(kind).ranged(); got != want {
			t.Errorf("%v: %t", kind, got)
		}
	}
}
