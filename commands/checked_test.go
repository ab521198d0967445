package commands

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"doorstep/internal/survey"
)

// TestWhatFlagsTake holds of every check what it takes and what it refuses, on both sides of each edge.
func TestWhatFlagsTake(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		check         func(string) error
		takes, leaves []string
	}{
		"isAddress":    {isAddress, []string{"", ":80", "0.0.0.0:443", "[::1]:65535", "localhost:http"}, []string{"80", "localhost", "a:b:c", ":65536", ":-1", ":frob"}},
		"isFile":       {isFile, []string{file}, []string{dir, file + "x", ""}},
		"isSchedule":   {isSchedule, []string{"", "30 18 * * *", "*/5 0-3 1,2 * *"}, []string{"30 18 * *", "60 18 * * *", "30 24 * * *", "nightly"}},
		"isSubnets":    {isSubnets, []string{"10.0.0.1", "10.0.0.0/24", "::1,fe80::/10"}, []string{"", "10.0.0", "10.0.0.0/33", "10.0.0.1,", "10.0.0.1, 10.0.0.2"}},
		"isOrigin":     {isOrigin, []string{"https://a.example", "http://127.0.0.1:8090"}, []string{"", "a.example", "ftp://a.example", "https://", "https:a", "https://a b"}},
		"areOrigins":   {areOrigins, []string{"", "*", noOrigin, "https://a.example,http://b.example"}, []string{"a.example", "https://a.example,b", "https://a.example,b,*"}},
		"isPositive":   {isPositive, []string{"1", "12"}, []string{"0", "-1", "1.5", "", "x"}},
		"isShare":      {isShare, []string{"0", "0.1", "1"}, []string{"-0.001", "1.001", "NaN", "", "x"}},
		"one domain":   {domain, []string{"a.example", "1.example", "a.1"}, []string{"", "localhost", ".local", "local.", "127.0.0.1", "1.2", "a.example/b", "a.example:80", "x@a.example", "a.example b"}},
		"in any place": {func(s string) error { return areDomains([]string{"a.example", s}) }, []string{"b.example"}, []string{"b"}},
	} {
		for _, said := range c.takes {
			if err := c.check(said); err != nil {
				t.Errorf("%s %q: %v", name, said, err)
			}
		}
		for _, said := range c.leaves {
			if err := c.check(said); err == nil {
				t.Errorf("%s takes %q", name, said)
			}
		}
	}
}

func domain(said string) error { return areDomains([]string{said}) }

// TestDaysAreChinas: a day that an operator types begins at midnight in China, and is printed as that day; none is "-".
func TestDaysAreChinas(t *testing.T) {
	begins, err := dayOf("starts", "2026-03-01")
	if want := time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC); err != nil || !begins.Equal(want) {
		t.Errorf("%v, %v", begins, err)
	}
	if none, err := dayOf("starts", ""); err != nil || !none.IsZero() {
		t.Errorf("%v, %v", none, err)
	}
	const want = `--ends 应为 YYYY-MM-DD，而不是“soon” · --ends is a day YYYY-MM-DD, not "soon"`
	if _, err := dayOf("ends", "soon"); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	said := []string{day(time.Time{}), day(begins.Add(-time.Second)), day(begins.UTC()), day(begins.In(survey.Zone).Add(24*time.Hour - 1))}
	if !slices.Equal(said, []string{"-", "2026-02-28", "2026-03-01", "2026-03-01"}) {
		t.Errorf("%q", said)
	}
}
