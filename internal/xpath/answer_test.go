package xpath

import (
	"math"
	"testing"

	"doorstep/internal/survey"
)

// TestNumbersBecomeAnswers of the kind that the question has.
func TestNumbersBecomeAnswers(t *testing.T) {
	for _, c := range []struct {
		kind survey.Kind
		n    float64
		want string
	}{
		{survey.KindInteger, 2.9, "2"}, {survey.KindInteger, -2.9, "-2"}, {survey.KindInteger, 0, "0"}, {survey.KindInteger, math.NaN(), ""},
		{survey.KindInteger, math.MaxInt32, "2147483647"}, {survey.KindInteger, math.MaxInt32 + 1, "2147483647"},
		{survey.KindInteger, math.MinInt32, "-2147483648"}, {survey.KindInteger, math.MinInt32 - 1, "-2147483648"},
		{survey.KindInteger, math.Inf(1), "2147483647"},
		{survey.KindBoolean, 0, "false"}, {survey.KindBoolean, 2, "true"}, {survey.KindBoolean, math.NaN(), "false"},
		{survey.KindDecimal, 2.5, "2.5"}, {survey.KindDecimal, -2.5, "-2.5"}, {survey.KindDecimal, 3, "3"}, {survey.KindDecimal, math.NaN(), ""},
		{survey.KindDecimal, 3 + nearWhole/2, "3"}, {survey.KindDecimal, 3 + 2*nearWhole, "3.000000002"}, {survey.KindDecimal, math.MaxInt32 + 1, "2147483648"},
		{survey.KindText, 0.1, "0.1"}, {survey.KindText, 7, "7"}, {survey.KindText, math.Inf(-1), "-Infinity"},
	} {
		if got := numberAnswer(c.kind, c.n); got != c.want {
			t.Errorf("%v as %v: %q, want %q", c.n, c.kind, got, c.want)
		}
	}
}
