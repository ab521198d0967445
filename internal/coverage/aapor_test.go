package coverage

import (
	"math"
	"testing"

	"doorstep/internal/survey"
)

// The figures are those of two published worked cases of AAPOR's formulas.
func TestRates(t *testing.T) {
	first := Counts{survey.Interview: 4, survey.Partial: 2, survey.Refusal: 1, survey.NonContact: 1, survey.Other: 1, survey.UnknownHousing: 1, survey.UnknownOther: 1, survey.NotEligible: 1}
	e, ok := first.Eligibility()
	if !ok || math.Abs(e-0.9) > 1e-12 {
		t.Fatalf("e = %v, %v; want 0.9", e, ok)
	}
	second := Counts{survey.Interview: 5, survey.Partial: 3, survey.Refusal: 2, survey.NonContact: 1, survey.Other: 2, survey.UnknownHousing: 1, survey.UnknownOther: 1, survey.NotEligible: 1}
	tests := []struct {
		name   string
		counts Counts
		e      float64
		within float64
		want   map[string]float64
	}{
		{"estimated e", first, e, 0.0005, map[string]float64{
			"RR1": .364, "RR2": .545, "RR3": .370, "RR4": .556, "RR5": .444, "RR6": .667,
			"COOP1": .500, "COOP2": .750, "COOP3": .571, "COOP4": .857, "REF1": .091, "REF2": .093, "REF3": .111, "CON1": .727, "CON2": .741, "CON3": .889,
		}},
		{"e is one half", second, 0.5, 1e-12, map[string]float64{
			"RR1": 1. / 3, "RR2": 8. / 15, "RR3": 5. / 14, "RR4": 4. / 7, "RR5": 5. / 13, "RR6": 8. / 13,
			"COOP1": 5. / 12, "COOP2": 2. / 3, "COOP3": 1. / 2, "COOP4": 4. / 5, "REF1": 2. / 15, "REF2": 1. / 7, "REF3": 2. / 13, "CON1": 4. / 5, "CON2": 6. / 7, "CON3": 12. / 13,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.counts.Rates(tt.e)
			if len(got) != len(tt.want) {
				t.Fatalf("%d rates, want %d", len(got), len(tt.want))
			}
			for _, r := range got {
				if want, ok := tt.want[r.Name]; !ok || !r.Defined || math.Abs(r.Value-want) > tt.within {
					t.Errorf("%s = %.4f (defined %v), want %.4f", r.Name, r.Value, r.Defined, want)
				}
			}
		})
	}
}

func TestRatesOfNothing(t *testing.T) {
	if _, ok := (Counts{}).Eligibility(); ok {
		t.Error("an eligibility of nothing")
	}
	for _, r := range (Counts{}).Rates(1) {
		if r.Defined || r.Value != 0 {
			t.Errorf("%s of no cases is %v", r.Name, r.Value)
		}
	}
}
