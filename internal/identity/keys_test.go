package identity

import "testing"

func TestNameKey(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"dots":               {"买买提·吐尔逊", "买买提.吐尔逊", true},
		"katakana dot":       {"买买提·吐尔逊", "买买提・吐尔逊", true},
		"blanks in Chinese":  {"王 小明", "王小明", true},
		"full-width blank":   {"王　小明", "王小明", true},
		"Latin case":         {"Ann Lee", "ANN  LEE", true},
		"beyond the plane":   {"李𬱖", "李𬱖", true},
		"homophones differ":  {"王小明", "王晓明", false},
		"the dot is a part":  {"买买提·吐尔逊", "买买提吐尔逊", false},
		"rare ones differ":   {"李𬱖", "李㛃", false},
		"zero-width pasted":  {"王\u200b小明", "王小明", true},
		"composed and apart": {"Jose\u0301", "Jos\u00e9", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := NameKey(c.a) == NameKey(c.b); got != c.same {
				t.Errorf("%q and %q: same %v, want %v", c.a, c.b, got, c.same)
			}
		})
	}
}

func TestAddressKey(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"blanks and commas":  {"示例路 1 号,101 室", "示例路1号101室", true},
		"full-width digits":  {"示例路１号", "示例路1号", true},
		"another number":     {"示例路 1 号", "示例路 11 号", false},
		"hyphens count":      {"示例路 1-1 号", "示例路 11 号", false},
		"what joins numbers": {"示例路 1—1 号", "示例路 1-1 号", true},
		"another that joins": {"示例路 1#1 号", "示例路 1-1 号", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := AddressKey(c.a) == AddressKey(c.b); got != c.same {
				t.Errorf("%q and %q: same %v, want %v", c.a, c.b, got, c.same)
			}
		})
	}
}

// TestSameAddressText: the shorter of two addresses may leave out where the longer begins, whichever comes first; none is no address.
func TestSameAddressText(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"示例市示例路 5 号", "示例路5号", true}, {"示例路 5 号", "示例路5号", true}, {"示例路 5 号", "示例路 15 号", false}, {"示例路 5 号", "示例路 5 号之二", false},
		{"示例路 5 号", "", false}, {"", "", false},
	} {
		if SameAddressText(c.a, c.b) != c.want || SameAddressText(c.b, c.a) != c.want {
			t.Errorf("%+v", c)
		}
	}
}
