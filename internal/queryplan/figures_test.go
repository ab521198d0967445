package queryplan

import (
	"slices"
	"strings"
	"testing"
)

func TestFigures(t *testing.T) {
	for table, want := range map[string]int{"households": 1_200_000, "persons": 3_300_000, "areas": 21_000, "visits": usual, "_authOrigins": usual,
		"_externalAuths": usual, "_collections": 50, "sqlite_stat1": 50, "pragma_index_list": 50, "json_each": 50} {
		if got, growing := rowsOf(table), grows(table); got != want || growing != (want >= usual) {
			t.Errorf("%s: %d rows, grows %v", table, got, growing)
		}
	}
	for _, c := range []struct {
		x    index
		want []int
	}{
		{index{table: "visits", columns: []string{"area", "id"}}, []int{usual, 50, 1}},
		{index{table: "visits", columns: []string{"kind", "status"}}, []int{usual, usual / 6, usual / 24}},
		{index{table: "visits", columns: []string{"kind", "status"}, unique: true}, []int{usual, usual / 6, 1}},
		{index{table: "visits", columns: []string{"kind"}, partial: true}, []int{usual / 100, usual / 600}},
		{index{table: "forms", columns: []string{"status"}, partial: true}, []int{1, 1}},
		{index{table: "visits"}, []int{usual}},
	} {
		if got := c.x.reads(); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.x, got, c.want)
		}
	}
	if got := (index{table: "visits", columns: []string{"kind"}}).statistics(); got != "1000000 166666" {
		t.Error(got)
	}
}

// Each exception needs all of its parts, and holds for its step alone.
func TestAllowed(t *testing.T) {
	for _, a := range allowed {
		query, step := "x "+strings.Join(a.parts, "\n\t and ")+" x", a.step
		if step == "" {
			step = "SCAN anything"
		}
		if len(a.parts) == 0 || !Allowed(strings.ReplaceAll(query, " ", "\n "), step+" USING x") {
			t.Errorf("%q, %s", a.parts, step)
		}
		if a.step != "" && Allowed(query, "ANOTHER "+step) {
			t.Errorf("%q: any step", a.parts)
		}
		for i := range a.parts {
			if rest := "x " + strings.Join(slices.Delete(slices.Clone(a.parts), i, i+1), " and ") + " x"; Allowed(rest, step) {
				t.Errorf("%q is allowed without %q", a.parts, a.parts[i])
			}
		}
	}
}
