package dataset

import "testing"

func TestBandsAreOfFiveYears(t *testing.T) {
	all := bands()
	if len(all) != 19 {
		t.Fatalf("%d bands", len(all))
	}
	for i, want := range map[int]Choice{
		0:  {"0", "0 至 4 岁", "aged 0 to 4"},
		1:  {"5", "5 至 9 岁", "aged 5 to 9"},
		17: {"85", "85 至 89 岁", "aged 85 to 89"},
		18: {"90", "90 岁及以上", "aged 90 and over"},
	} {
		if all[i] != want {
			t.Errorf("%d: %v, want %v", i, all[i], want)
		}
	}
}
