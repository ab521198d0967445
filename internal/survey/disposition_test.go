package survey

import "testing"

func TestClassify(t *testing.T) {
	tests := []struct {
		code string
		want Class
		ok   bool
	}{
		{"1.1", Interview, true}, {"1.2", Partial, true}, {"2.111", Refusal, true}, {"2.112", Refusal, true}, {"2.12", Refusal, true},
		{"2.22", NonContact, true}, {"2.31", Other, true}, {"2.36", Other, true}, {"3.17", UnknownHousing, true}, {"3.21", UnknownOther, true}, {"3.90", UnknownOther, true},
		{"4.51", NotEligible, true}, {"4.70", NotEligible, true}, {"", "", false}, {"2.9", "", false}, {"complete", "", false}, {"4", "", false}, {"1.1 张三", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			if got, ok := Classify(tt.code); got != tt.want || ok != tt.ok {
				t.Errorf("%q is %q, %v; want %q, %v", tt.code, got, ok, tt.want, tt.ok)
			}
		})
	}
}
