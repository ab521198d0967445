package blob_test

import (
	"strings"
	"testing"
	"time"

	"doorstep/internal/blob"
	"doorstep/internal/seal"
)

// A file that is stored again while it is about to be removed stays, and its neighbour with it.
func TestRemoveLeavesWhatCameAgain(t *testing.T) {
	store := blob.In(t.TempDir(), seal.Plain())
	save := func(content string) string {
		info, err := store.Save(strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		return info.SHA256
	}
	lies := func(sha string) bool {
		f, err := store.Open(sha)
		if err == nil {
			f.Close()
		}
		return err == nil
	}
	again, gone, beside := save("again"), save("gone"), save("beside")
	began := time.Now().Add(time.Millisecond)
	time.Sleep(5 * time.Millisecond)
	save("again")
	for _, sha := range []string{again, gone, "not a digest"} {
		if err := store.Remove(sha, began); err != nil {
			t.Fatal(err)
		}
	}
	if !lies(again) || lies(gone) || !lies(beside) {
		t.Errorf("again %v, gone %v, beside %v", lies(again), lies(gone), lies(beside))
	}
}
