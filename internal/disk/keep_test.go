package disk

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestKeep: what cannot be synced is not said to be on the disk, what went wrong before is told, and the file is closed.
func TestKeep(t *testing.T) {
	wrong := errors.New("no room")
	for name, before := range map[string]error{"a pipe, which nobody can sync": nil, "a failed writing": wrong} {
		out, in, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if err := Keep(in, before); err == nil || before != nil && !errors.Is(err, before) {
			t.Errorf("%s: %v", name, err)
		}
		if err := in.Close(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s is still open: %v", name, err)
		}
	}
}

// TestNames: a name in a folder that cannot be synced is not said to be on the disk.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := Replace(path, []byte("a")); err != nil {
		t.Fatal(err)
	}
	if err := Replace(path, []byte("b")); err != nil {
		t.Fatal(err)
	}
	if err := Rename(path, path+" 2"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path + " 2")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) != 1 {
		t.Errorf("%v %v", all, err)
	}
	if content, err := os.ReadFile(path + " 2"); err != nil || string(content) != "b" {
		t.Errorf("%q %v", content, err)
	}
	for name, err := range map[string]error{
		"a folder that is not there": SyncFolder(filepath.Join(dir, "gone")), "a name that is not there": Rename(path, path+" 3"),
		"a file in a folder that is not there": Replace(filepath.Join(dir, "gone", "file"), nil),
	} {
		if err == nil {
			t.Error(name)
		}
	}
}
