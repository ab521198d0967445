package backup

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// What an archive says of itself is read, or refused as damaged, of another format, or no archive of Doorstep's.
func TestManifestOf(t *testing.T) {
	for content, want := range map[string]string{
		`{"format":1}`: "", `{"format":999}`: "backup of format 999", "": "not made by doorstep backup", "{": manifestName, `{"format":"1"}`: manifestName,
	} {
		archive := fstest.MapFS{}
		if content != "" {
			archive[manifestName] = &fstest.MapFile{Data: []byte(content)}
		}
		_, err := manifestOf(archive)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
		if damaged := want == manifestName; errors.Is(err, errDamaged) != damaged {
			t.Errorf("%q: damaged is not %v: %v", content, damaged, err)
		}
	}
}
