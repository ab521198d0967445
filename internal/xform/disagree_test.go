package xform_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reasons reads why some recorded cases cannot agree, by test name or questionnaire id.
func reasons(t *testing.T) map[string]string {
	data, err := os.ReadFile(filepath.Join("testdata", "disagree.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if name, why, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(name, "#") {
			out[name] = why
		}
	}
	return out
}
