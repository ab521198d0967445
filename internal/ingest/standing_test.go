package ingest

import (
	"slices"
	"testing"
)

// TestRowsThatWerePutBackStay in a correction of somebody whose app does not show them, where they stood, with what is below them; rows
// that the sender took out go.
func TestRowsThatWerePutBackStay(t *testing.T) {
	told := func(id, answer string, below ...*row) *row {
		r := newRow("children", id)
		r.said["name"] = answer
		r.below["risks"] = below
		return r
	}
	risk := newRow("risks", "k")
	risk.said["kind"] = "flood"
	a, b, c, d := told("a", "甲"), told("b", "乙"), told("c", "丙", risk), told("d", "丁")
	base := []*row{a, b, c, d}
	for _, step := range []struct {
		name string
		back putBacks
		want []string
	}{
		{"nothing was put back", nil, []string{"丁"}},
		{"an answer of the second", putBacks{{"children", "b", "name"}: "children[2]"}, []string{"乙", "丁"}},
		{"an answer below the third", putBacks{{"risks", "k", "kind"}: "children[3]/risks[1]"}, []string{"丙", "丁"}},
		{"an answer that the second does not have", putBacks{{"children", "b", "age"}: "children[2]"}, []string{"丁"}},
		{"of another table", putBacks{{"risks", "b", "name"}: "risks[1]"}, []string{"丁"}},
		{"of the one that is sent", putBacks{{"children", "d", "name"}: "children[4]"}, []string{"丁"}},
		{"of all", putBacks{{"children", "a", "name"}: "", {"children", "b", "name"}: "", {"children", "c", "name"}: ""},
			[]string{"甲", "乙", "丙", "丁"}},
	} {
		m := &merger{back: step.back}
		mine := []*row{told("", "丁")}
		who := matched{base: map[*row]*row{}, mine: map[*row]*row{}}
		who.join(d, mine[0])
		var got []string
		for _, r := range m.withPutBack(base, mine, who) {
			got = append(got, r.said["name"])
			if who.base[r] == nil {
				t.Errorf("%s: %s is nobody's", step.name, r.said["name"])
			}
			if r.said["name"] == "丙" && (len(r.below["risks"]) != 1 || r == c) {
				t.Errorf("%s: %+v", step.name, r)
			}
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
		if len(mine) != 1 {
			t.Errorf("%s: what was sent became %d rows", step.name, len(mine))
		}
	}
}
