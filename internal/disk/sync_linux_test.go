package disk

import "testing"

// TestAFolderThatCannotBeSynced: a folder of /proc can be opened and not synced.
func TestAFolderThatCannotBeSynced(t *testing.T) {
	if err := SyncFolder("/proc/self"); err == nil {
		t.Error("it was synced")
	}
}
