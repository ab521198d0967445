package grid

import "testing"

func TestCodeLevels(t *testing.T) {
	cases := []struct {
		name, suffix, code string
		level              Level
		parent             string
	}{
		{"city", DefaultSuffix, "4403", City, ""},
		{"district", DefaultSuffix, "440307", District, "4403"},
		{"street", DefaultSuffix, "440307011", Street, "440307"},
		{"community", DefaultSuffix, "440307011005", Community, "440307011"},
		{"grid of three digits", DefaultSuffix, "440307011005012", Grid, "440307011005"},
		{"grid of two digits", `[0-9]{2}`, "44030701100512", Grid, "440307011005"},
		{"grid with a type letter", `[A-Z]?[0-9]{3}`, "440307011005Z012", Grid, "440307011005"},
		{"too short a suffix", DefaultSuffix, "44030701100512", "", ""},
		{"too long a suffix", DefaultSuffix, "4403070110050123", "", ""},
		{"letters", DefaultSuffix, "44o307", "", ""},
		{"full-width digits", DefaultSuffix, "４403", "", ""},
		{"five digits", DefaultSuffix, "44030", "", ""},
		{"nothing", DefaultSuffix, "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			codes, err := NewCodes(c.suffix)
			if err != nil {
				t.Fatal(err)
			}
			level, ok := codes.Level(c.code)
			if level != c.level || ok != (c.level != "") {
				t.Errorf("Level(%q) = %q, %v; want %q", c.code, level, ok, c.level)
			}
			if got := codes.Parent(c.code); got != c.parent {
				t.Errorf("Parent(%q) = %q; want %q", c.code, got, c.parent)
			}
		})
	}
}

func TestCodesRefuseBadPatterns(t *testing.T) {
	for _, suffix := range []string{"", `[0-9]*`, `(`} {
		if _, err := NewCodes(suffix); err == nil {
			t.Errorf("NewCodes(%q) gave no error", suffix)
		}
	}
}

func TestUnder(t *testing.T) {
	cases := []struct {
		name, code string
		territory  []string
		want       bool
	}{
		{"itself", "440307", []string{"440307"}, true},
		{"below", "440307011005012", []string{"440306", "440307"}, true},
		{"above", "4403", []string{"440307"}, false},
		{"sibling", "440307011", []string{"440307012"}, false},
		{"no territory", "440307", nil, false},
		{"empty prefix holds nothing", "440307", []string{""}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := UnderAny(c.code, c.territory); got != c.want {
				t.Errorf("UnderAny(%q, %v) = %v", c.code, c.territory, got)
			}
		})
	}
}
