package agreement

import (
	"math"
	"slices"
	"strconv"
	"testing"
)

// of makes pairs of a square table of counts: rows are the first one's categories, columns the second one's.
func of(rows ...[]int) (pairs []Pair) {
	for i, row := range rows {
		for j, n := range row {
			for range n {
				pairs = append(pairs, Pair{strconv.Itoa(i), strconv.Itoa(j)})
			}
		}
	}
	return pairs
}

// Published examples. The figures are those printed there, to the digits printed.
func TestPublishedExamples(t *testing.T) {
	tests := []struct {
		name                    string
		pairs                   []Pair
		share, kappa, low, high float64
		digits                  float64
	}{
		// SAS/STAT User's Guide, The FREQ Procedure, "Cohen's Kappa Coefficient": two dermatologists, 88 patients.
		{"dermatologists", of([]int{10, 4, 1, 0}, []int{5, 10, 12, 2}, []int{2, 4, 12, 5}, []int{0, 2, 6, 13}),
			45. / 88, 0.3449, 0.2030, 0.4868, 1e4},
		// Fleiss, Statistical Methods for Rates and Proportions, table 18.1: kappa .68 with a standard error of .087.
		{"psychiatric diagnoses", of([]int{75, 1, 4}, []int{5, 4, 1}, []int{0, 0, 10}), .89, 0.68, 0.68 - 1.96*.087, 0.68 + 1.96*.087, 1e2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Of(tt.pairs)
			near := func(got *float64, want float64) bool { return math.Abs(*got-want) < 0.6/tt.digits }
			if !near(r.Share, tt.share) || !near(r.Kappa, tt.kappa) || !near(r.Low, tt.low) || !near(r.High, tt.high) {
				t.Errorf("share %.4f kappa %.4f (%.4f to %.4f)", *r.Share, *r.Kappa, *r.Low, *r.High)
			}
		})
	}
}

func TestWhatCannotBeTold(t *testing.T) {
	if r := Of(nil); r.Share != nil || r.Kappa != nil {
		t.Errorf("no pairs: %+v", r)
	}
	if r := Of(of([]int{7})); *r.Share != 1 || r.Kappa != nil || r.Equal != 7 {
		t.Errorf("one answer only: %+v", r)
	}
	if r := Of(of([]int{5, 0}, []int{0, 5})); *r.Kappa != 1 || *r.Low != 1 {
		t.Errorf("all equal: %+v", r)
	}
	if r := Of(of([]int{0, 5}, []int{5, 0})); *r.Kappa != -1 {
		t.Errorf("never equal: %+v", r)
	}
}

func TestTogether(t *testing.T) {
	a, b := of([]int{20, 5}, []int{10, 15}), of([]int{45, 0}, []int{0, 5})
	r := Together([][]Pair{a, nil, b})
	// Mean observed (.7+1)/2, mean expected (.5+.82)/2.
	if r.N != 100 || r.Equal != 85 || *r.Share != .85 || math.Abs(*r.Kappa-(.85-.66)/(1-.66)) > 1e-9 || r.Low != nil {
		t.Errorf("%+v", r)
	}
	if r := Together([][]Pair{nil}); r.Share != nil || r.Kappa != nil {
		t.Errorf("no pairs: %+v", r)
	}
	back := slices.Clone(a)
	slices.Reverse(back)
	if first, second := Of(a), Of(back); *first.Kappa != *second.Kappa || *first.Low != *second.Low {
		t.Error("the order of the pairs changes the digits")
	}
}
