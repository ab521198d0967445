package console

import (
	"maps"
	"slices"
	"testing"
	"time"

	"doorstep/internal/instrument"
	"doorstep/internal/quality"
)

const counted = `| survey | | | |
| | type | name | label |
| | integer | people | People |
| | integer | rooms | Rooms |
| | text | pets | Pets |
| | select_one water | water | Water |
| | select_one water | drink | Drink |
| choices | | | | |
| | list_name | name | label | missing |
| | water | tap | Tap | |
| | water | well | Well | |
| | water | unknown | Does not know | 99 |
| | water | refused | Refused | 98 |
| settings | | | |
| | form_id | form_title | version |
| | counted | Counted | 1 |
`

// TestNumbersThatEndRound counts whole numbers of two digits and more, and those of them that end in 0 or 5.
func TestNumbersThatEndRound(t *testing.T) {
	in, err := instrument.Convert(instrument.Workbook{Name: "counted.md", Raw: []byte(counted)}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	r := interviewReader{}
	r.blanks, r.whole = missing(in.Instrument(), []string{"people", "pets", "water"})
	if !maps.EqualFunc(r.blanks, map[string][]string{"water": {"unknown", "refused"}}, slices.Equal) {
		t.Errorf("%v say nothing", r.blanks)
	}
	for _, c := range []struct {
		column, value    string
		numbers, rounded int
	}{
		{"people", "10", 1, 1}, {"people", "15", 1, 1}, {"rooms", "25", 1, 1}, {"people", "11", 1, 0}, {"people", "19", 1, 0}, {"people", "504", 1, 0},
		{"people", "5", 0, 0}, {"people", "0", 0, 0}, {"people", "", 0, 0}, {"people", "-5", 0, 0}, {"people", "-15", 0, 0}, {"pets", "10", 0, 0},
	} {
		var one quality.Interview
		if r.answer(&one, c.column, c.value); one.Numbers != c.numbers || one.Rounded != c.rounded || len(one.Answers) != 1 {
			t.Errorf("%s %q: %+v", c.column, c.value, one)
		}
	}
	for value, want := range map[string]uint32{"unknown": quality.Blank, "refused": quality.Blank, "": quality.NotAsked, "null": quality.NotAsked, "[]": quality.NotAsked} {
		if got := answerOf(value, r.blanks["water"]); got != want {
			t.Errorf("%q: %d, want %d", value, got, want)
		}
	}
	if a, b := answerOf("tap", r.blanks["water"]), answerOf("well", r.blanks["water"]); a == b || a < quality.Valued || b < quality.Valued {
		t.Errorf("tap %d, well %d", a, b)
	}
	if answerOf("unknown", r.blanks["drink"]) < quality.Valued {
		t.Error("a choice of a column that is not looked at says nothing")
	}
}
