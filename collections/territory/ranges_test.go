package territory

import (
	"fmt"
	"slices"
	"testing"
)

// TestRanges asks for parts of territories and for what SQLite is told of them, at their borders and where there is nothing.
func TestRanges(t *testing.T) {
	one := func(lo, hi string) []Range { return []Range{{lo, hi}} }
	for name, c := range map[string]struct {
		some, others, want []Range
	}{
		"nothing taken": {one("990101", "990102"), nil, one("990101", "990102")},
		"beside, below": {one("990101", "990102"), one("990100", "990101"), one("990101", "990102")},
		"beside, above": {one("990101", "990102"), one("990102", "990103"), one("990101", "990102")},
		"all of it":     {one("990101", "990102"), one("990101", "990102"), nil},
		"more than all": {one("990101", "990102"), one("9901", "9902"), nil},
		"its end":       {one("990101", "990103"), one("990102", "990103"), one("990101", "990102")},
		"its beginning": {one("990101", "990103"), one("990101", "990102"), one("990102", "990103")},
		"its middle":    {one("990101", "990104"), one("990102", "990103"), []Range{{"990101", "990102"}, {"990103", "990104"}}},
		"two of two": {Of([]string{"990101", "990105"}), Of([]string{"990101001", "990105"}), []Range{{"990101", "990101001"},
			{"990101002", "990102"}}},
		"of nothing":        {nil, one("9901", "9902"), nil},
		"both ends of ours": {one("990101", "990103"), []Range{{"9900", "990102"}, {"9901025", "9902"}}, one("990102", "9901025")},
	} {
		if got := Minus(c.some, c.others); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for name, c := range map[string]struct{ some, others, want []Range }{
		"beside": {one("990101", "990102"), one("990102", "990103"), nil}, "inside": {one("9901", "9902"), one("990101", "990102"),
			one("990101", "990102")},
		"half": {one("990101", "990103"), one("990102", "990104"), one("990102", "990103")}, "nothing": {one("9901", "9902"), nil, nil},
	} {
		if got := Both(c.some, c.others); !slices.Equal(got, c.want) {
			t.Errorf("both %s: %v, want %v", name, got, c.want)
		}
		if got := Both(c.others, c.some); !slices.Equal(got, c.want) {
			t.Errorf("both, the other way round, %s: %v, want %v", name, got, c.want)
		}
	}
	if where, args := Within("+area", Of([]string{"990101", "990105"})); where != "(+area>=? AND +area<? OR +area>=? AND +area<?)" ||
		fmt.Sprint(args) != "[990101 990102 990105 990106]" {
		t.Errorf("within two: %s %v", where, args)
	}
	if where, args := Within("area", nil); where != "0" || args != nil {
		t.Errorf("within none: %s %v", where, args)
	}
	if table, args := Among(nil); table != "(SELECT '' AS lo, '' AS hi WHERE 0)" || args != nil {
		t.Errorf("among none: %s %v", table, args)
	}
	if scopes := Scopes([]string{""}); !slices.Equal(scopes, []Range{{"-", "-"}}) {
		t.Errorf("nobody's territory is kept as %v", scopes)
	}
	want := []Range{{"9901", "9901!"}, {"990101", "990101!"}, {"990101001", "990101002"}}
	if got := WithAbove([]string{"990101001"}); !slices.Equal(got, want) {
		t.Errorf("with what lies above: %v, want %v", got, want)
	}
}
