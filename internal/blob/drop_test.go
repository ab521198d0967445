package blob_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/blob"
	"doorstep/internal/seal"
)

// TestWhatIsOldAndNotKeptIsDropped drops from a store with files of both ages, kept or not, whole, unfinished or left aside by a crash,
// and with one that is nobody's.
func TestWhatIsOldAndNotKeptIsDropped(t *testing.T) {
	folder := t.TempDir()
	store, dir := blob.In(folder, seal.Plain()), filepath.Join(folder, "attachments")
	before := time.Now().Add(-time.Hour)
	aged := func(path string, age time.Duration) {
		if err := os.Chtimes(path, time.Time{}, before.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	digests := map[string]string{}
	for name, age := range map[string]time.Duration{"old": time.Minute, "old kept": time.Minute, "old aside": time.Minute,
		"young": -time.Minute, "young kept": -time.Minute, "young aside": -time.Minute} {
		info, err := store.Save(strings.NewReader(name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, info.SHA256[:2], info.SHA256)
		if digests[name] = info.SHA256; strings.HasSuffix(name, "aside") {
			if err := os.Rename(path, path+".aside"); err != nil {
				t.Fatal(err)
			}
			path += ".aside"
		}
		aged(path, age)
	}
	for name, age := range map[string]time.Duration{"incoming/old.part": time.Minute, "incoming/young.part": -time.Minute,
		"incoming/old.txt": time.Minute, "notes/old": time.Minute, digests["old"][:2] + "/notes": time.Minute} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		aged(path, age)
	}
	var asked []string
	dropped, err := store.Drop(before, func(sha string) bool {
		asked = append(asked, sha)
		return sha == digests["old kept"] || sha == digests["young kept"]
	})
	if err != nil || dropped != 2 {
		t.Errorf("dropped %d: %v", dropped, err)
	}
	if !slices.IsSorted(asked) || len(asked) != len(digests) {
		t.Errorf("asked of %q", asked)
	}
	var left []string
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name := strings.TrimPrefix(path, dir+"/")
			for what, sha := range digests {
				name = strings.Replace(name, sha[:2]+"/"+sha, what, 1)
			}
			left = append(left, strings.Replace(name, digests["old"][:2]+"/notes", "beside old", 1))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(left)
	want := []string{"beside old", "incoming/old.txt", "incoming/young.part", "notes/old", "old kept", "young", "young aside", "young kept"}
	if !slices.Equal(left, want) {
		t.Errorf("left %q, want %q", left, want)
	}
}
