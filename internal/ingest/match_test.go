package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Rows that nothing tells apart, the same name in each: whoever corrects alone keeps every row's id while as many are there, and
// where both sides changed some, each answer of either side is in the merge or in a conflict.
func TestRowsThatNothingTellsApart(t *testing.T) {
	in := form(t, "yes")
	rapid.Check(t, func(t *rapid.T) {
		answer := rapid.SampledFrom([]string{"1", "2", "3", "4"})
		draw := func(name, side string) *row {
			one := newRow("f_room", name)
			one.said["name"] = "双"
			for _, c := range []string{"a", "b", "c"} {
				one.said[c] = side + c + answer.Draw(t, c)
			}
			return one
		}
		base := say(in.Whole, "")
		for i := range rapid.IntRange(1, 4).Draw(t, "rooms") {
			base.below["f_room"] = append(base.below["f_room"], draw(fmt.Sprint(i), "base-"))
		}
		side := func(name string) *row {
			r := base.clone()
			for i, one := range r.below["f_room"] {
				if rapid.Bool().Draw(t, name) {
					r.below["f_room"][i] = draw(one.id, name+"-")
				}
			}
			return r
		}
		theirs, mine := base, side("mine")
		alone := rapid.Bool().Draw(t, "alone")
		if !alone {
			theirs = side("theirs")
		}
		for _, one := range mine.below["f_room"] {
			one.id = ""
		}
		m := &merger{layout: in.Whole, sender: in, keys: in.Keys, persons: map[string]string{}}
		merged := m.merge(base, theirs, mine)
		merged.number(in.Whole)
		told := fmt.Sprint(merged.values(), m.clashes, differences(in.Whole, theirs, merged))
		for _, one := range append(slices.Clone(theirs.below["f_room"]), mine.below["f_room"]...) {
			for _, v := range one.said {
				if changed := alone || !strings.HasPrefix(v, "base-"); changed && !strings.Contains(told, v) {
					t.Fatalf("%s is lost\nbase %s\ntheirs %s\nmine %s\nmerged %s", v, shown(base), shown(theirs), shown(mine), shown(merged))
				}
			}
		}
		for i, one := range merged.below["f_room"] {
			if one.id != base.below["f_room"][i].id {
				t.Fatalf("the row %q is %q now\nbase %s\nmine %s", base.below["f_room"][i].id, one.id, shown(base), shown(mine))
			}
		}
	})
}
