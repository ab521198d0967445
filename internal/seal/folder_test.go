package seal

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSyncFolder: a folder that is not there is not said to be on the disk.
func TestSyncFolder(t *testing.T) {
	dir := t.TempDir()
	if err := syncFolder(filepath.Join(dir, "keys.json")); err != nil {
		t.Error(err)
	}
	if err := syncFolder(filepath.Join(dir, "gone", "keys.json")); err == nil {
		t.Error("a folder that is not there")
	}
}

// TestKeysAreSynced: keys that are written where nothing can be synced are not said to be on the disk.
func TestKeysAreSynced(t *testing.T) {
	keys, err := NewKeyset(AES256, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := keys.writeTo(in); err == nil {
		t.Error("a pipe was synced")
	}
}
