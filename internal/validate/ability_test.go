package validate

import (
	"strconv"
	"testing"
)

// lowered is everything at its best, less points taken from the items in order.
func lowered(points int) func(string) string {
	scores := map[string]string{}
	for _, p := range GBT42195().Parts {
		for _, item := range p.Items {
			take := min(points, item.Max)
			points -= take
			scores[item.Name] = strconv.Itoa(item.Max - take)
		}
	}
	return func(item string) string { return scores[item] }
}

func TestGBT42195Table(t *testing.T) {
	in := GBT42195()
	want := map[string]struct{ items, points int }{"self_care": {8, 32}, "mobility": {4, 15}, "mental": {9, 28}, "perception": {5, 15}}
	for _, p := range in.Parts {
		sum := 0
		for _, item := range p.Items {
			sum += item.Max
		}
		if got := (struct{ items, points int }{len(p.Items), sum}); got != want[p.Name] {
			t.Errorf("%s has %+v, want %+v", p.Name, got, want[p.Name])
		}
	}
}

func TestAbilityScore(t *testing.T) {
	tests := []struct {
		name               string
		total              int
		facts              AbilityFacts
		preliminary, final Level
	}{
		{"all at best", 90, AbilityFacts{}, intact, intact},
		{"one point less", 89, AbilityFacts{}, mild, mild},
		{"last of mild", 66, AbilityFacts{}, mild, mild},
		{"first of moderate", 65, AbilityFacts{}, moderate, moderate},
		{"last of moderate", 46, AbilityFacts{}, moderate, moderate},
		{"first of severe", 45, AbilityFacts{}, severe, severe},
		{"last of severe", 30, AbilityFacts{}, severe, severe},
		{"first of total", 29, AbilityFacts{}, total, total},
		{"nothing", 0, AbilityFacts{}, total, total},
		{"90 and dementia F01", 90, AbilityFacts{Dementia: true}, intact, mild},
		{"28 and dementia", 28, AbilityFacts{Dementia: true}, total, total},
		{"75 and coma", 75, AbilityFacts{Coma: true}, mild, total},
		{"70, dementia and three falls", 70, AbilityFacts{Dementia: true, RiskEvents: 3}, mild, moderate},
		{"70 and another mental disorder", 70, AbilityFacts{MentalDisorder: true}, mild, moderate},
		{"70 and one fall", 70, AbilityFacts{RiskEvents: 1}, mild, mild},
		{"70 and two falls", 70, AbilityFacts{RiskEvents: 2}, mild, moderate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := GBT42195().Score(lowered(90-tt.total), tt.facts)
			if r.Total != tt.total || r.Preliminary != tt.preliminary || r.Final != tt.final {
				t.Errorf("got %d %s %s, want %d %s %s", r.Total, r.Preliminary, r.Final, tt.total, tt.preliminary, tt.final)
			}
		})
	}
}

func TestAbilityParts(t *testing.T) {
	r := GBT42195().Score(lowered(33), AbilityFacts{}) // all self-care, one point of mobility
	for i, want := range []int{0, 14, 28, 15} {
		if r.Parts[i] != want {
			t.Errorf("part %d is %d, want %d", i, r.Parts[i], want)
		}
	}
}

func TestAbilityNeedsEveryItem(t *testing.T) {
	best := lowered(0)
	for _, wrong := range []string{"", "5", "-1", "x"} {
		answer := func(item string) string {
			if item == "memory" {
				return wrong
			}
			return best(item)
		}
		r := GBT42195().Score(answer, AbilityFacts{})
		if r.Total != unscored || r.Parts[2] != unscored || r.Parts[3] != 15 || r.Preliminary != "" || r.Final != "" {
			t.Errorf("memory %q: %+v", wrong, r)
		}
		if r := GBT42195().Score(answer, AbilityFacts{Coma: true}); r.Final != total {
			t.Errorf("a coma with memory %q is %q", wrong, r.Final)
		}
	}
}

func TestGradeRisk(t *testing.T) {
	grades := []gradeFrom{{"green", 0}, {"red", 10}, {"yellow", 6}, {"blue", 3}}
	for points, want := range map[int]string{0: "green", 2: "green", 3: "blue", 5: "blue", 6: "yellow", 9: "yellow", 10: "red", 50: "red", -1: ""} {
		if got := gradeRisk(grades, points); got != want {
			t.Errorf("%d points are %q, want %q", points, got, want)
		}
	}
}
