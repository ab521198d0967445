package backup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A folder of backups tells of those that doorstep made and of nothing beside them, the newest first, and opens no other file.
func TestAFolderHoldsItsBackupsAlone(t *testing.T) {
	f := Folder{Dir: filepath.Join(t.TempDir(), "backups")}
	if none, err := f.List(); err != nil || none == nil || len(none) > 0 {
		t.Errorf("a folder that is not there holds %v, %v", none, err)
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(f.Dir, "doorstep-20260105-000000.zip"), 0o700), os.Mkdir(filepath.Join(f.Dir, "sub"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"doorstep-20260101-100000.zip", "nightly-20260102-183000.zip", "nightly-20260102-183001.zip", "doorstep-20260102-190000.zip", "doorstep-2026.zip",
		"nightly-20261301-000000.zip", "other-20260103-000000.zip", "doorstep-20260104-000000.zip.part", "notes.txt", "sub/doorstep-20260106-000000.zip", "20260107-000000.zip",
	} {
		if err := os.WriteFile(filepath.Join(f.Dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := f.List()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, item := range all {
		if names = append(names, item.Name); item.Size != int64(len(item.Name)) || !strings.Contains(item.Name, item.Made.Format(stamp)) {
			t.Errorf("%+v", item)
		}
	}
	want := "doorstep-20260102-190000.zip nightly-20260102-183001.zip nightly-20260102-183000.zip doorstep-20260101-100000.zip"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if _, err := (Folder{Dir: filepath.Join(f.Dir, "notes.txt")}).List(); err == nil {
		t.Error("a folder that cannot be read passes for an empty one")
	}
	for name, here := range map[string]bool{
		"nightly-20260102-183000.zip": true, "doorstep-20260101-100000.zip": true, "nightly-20260109-000000.zip": false, "notes.txt": false,
		"doorstep-20260104-000000.zip.part": false, "other-20260103-000000.zip": false, "": false, "doorstep-/../notes.zip": false,
		"doorstep-x/../sub/doorstep-20260106-000000.zip": false, "sub/doorstep-20260106-000000.zip": false,
	} {
		file, err := f.Open(name)
		if (err == nil) != here || err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
		if err == nil {
			file.Close()
		}
	}
}

// What a backup left that was stopped half-way goes a day later, and nothing else does.
func TestTidyTakesOldWorkAlone(t *testing.T) {
	f := Folder{Dir: t.TempDir()}
	for name, hours := range map[string]int{".backup-old": 25, ".backup-new": 23, "backup-old": 99, ".other": 99} {
		dir, then := filepath.Join(f.Dir, name), time.Now().Add(-time.Duration(hours)*time.Hour)
		if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "a"), nil, 0o600), os.Chtimes(dir, then, then)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.tidy(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(f.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range left {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != ".backup-new .other backup-old" {
		t.Errorf("%s are left", got)
	}
}
