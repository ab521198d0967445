package seal

import (
	"path/filepath"
	"testing"
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
