package ingest

import (
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

// A name that has been through it once stays as it is, whatever it was.
func TestFileNameIsOneForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := FileName(rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z%2"\\/. é長]{0,300}`)).Draw(t, "name"))
		if again := FileName(name); again != name || len(name) > longestName || !utf8.ValidString(name) {
			t.Fatalf("%q became %q", name, again)
		}
	})
}
