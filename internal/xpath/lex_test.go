package xpath

import "testing"

// A name begins with a letter of any script, and goes on with digits, marks and what lengthens a sound.
func TestNamesOfEveryScript(t *testing.T) {
	for name, want := range map[string]int{
		"a": 1, "Z": 1, "_": 1, "名字": 6, "é9": 3, "नमः": 9, "x-1.b": 5, "a·b": 4, "カー": 6, "a١": 3, "٣a": 0,
		"9a": 0, "-a": 0, ".a": 0, "·a": 0, "\u0301a": 0, "\u0080": 0, "a\u0080": 1, "\xff": 0, "a\xff": 1, "a b": 1, "a@": 1, "[": 0, "`": 0, "{": 0, "@": 0, "a/": 1, "a:b": 1, "": 0,
	} {
		if got := nameEnd(name, 0); got != want {
			t.Errorf("%q: %d bytes are a name, want %d", name, got, want)
		}
	}
}
