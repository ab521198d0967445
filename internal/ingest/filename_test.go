package ingest

import (
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFileName(t *testing.T) {
	long := strings.Repeat("长", 90) + ".jpg"
	for name, want := range map[string]string{
		"": "", "  ": "", "a.jpg": "a.jpg", " lead.jpg": "lead.jpg", "a  b.jpg": "a  b.jpg", "dir/a.jpg": "a.jpg", `a"b.jpg`: `a"b.jpg`, "a%22b.jpg": `a"b.jpg`, `a\b.jpg`: `a\b.jpg`,
		"100%.jpg": "100%.jpg", "a%20b.jpg": "a%20b.jpg", "门口照片.jpg": "门口照片.jpg", "e\u0301.jpg": "é.jpg", "..": "file", "/": "file", "a\x00b": "a_b", "a\xffb": "a_b",
		"a\x1fb": "a_b", "a\x7fb": "a_b", "a~b": "a~b", "a\u0080b": "a\u0080b", ".": "file", "a/..": "file", "a%0D%0Ab": "a__b", "a/ b.jpg ": "b.jpg",
	} {
		if got := FileName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	short := FileName(long)
	if len(short) > longestName || !strings.HasSuffix(short, ".jpg") || short == FileName(strings.Repeat("长", 91)+".jpg") {
		t.Errorf("a long name is %q", short)
	}
}

// The end of a long name that tells its kind stays, up to twenty bytes of it.
func TestTheKindOfALongNameStays(t *testing.T) {
	for n, stays := range map[int]bool{18: true, 19: true, 20: false} {
		kind := "." + strings.Repeat("k", n)
		if name := FileName(strings.Repeat("a", longestName) + kind); strings.HasSuffix(name, kind) != stays || len(name) != longestName {
			t.Errorf("a kind of %d bytes: %q", len(kind), name)
		}
	}
}

// A name as long as may be stays; of a longer one a sum of eight bytes tells what was cut, and no letter is cut in two.
func TestANameThatIsTooLong(t *testing.T) {
	whole := strings.Repeat("a", longestName)
	if FileName(whole) != whole {
		t.Errorf("%q", FileName(whole))
	}
	for name, c := range map[string][2]string{
		whole + "a":                     {strings.Repeat("a", longestName-17) + "~", ""},
		strings.Repeat("é", 200) + ".j": {strings.Repeat("é", (longestName-19)/2) + "~", ".j"},
	} {
		got := FileName(name)
		sum, begins := strings.CutPrefix(got, c[0])
		sum, ends := strings.CutSuffix(sum, c[1])
		if raw, err := hex.DecodeString(sum); !begins || !ends || err != nil || len(raw) != 8 {
			t.Errorf("%q: %v", got, err)
		}
	}
}

// A name that has been through it once stays as it is, whatever it was.
func TestFileNameIsOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := FileName(rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z%2"\\/. é長]{0,300}`)).Draw(t, "name"))
		if again := FileName(name); again != name || len(name) > longestName || !utf8.ValidString(name) {
			t.Fatalf("%q became %q", name, again)
		}
	})
}
