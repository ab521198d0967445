package blob_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"doorstep/internal/blob"
	"doorstep/internal/seal"
)

// A file that is stored again, or named, while it is about to be removed stays, and its neighbour with it.
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
	again, named, gone, beside := save("again"), save("named"), save("gone"), save("beside")
	began := time.Now().Add(time.Millisecond)
	time.Sleep(5 * time.Millisecond)
	save("again")
	if err := store.Renew(named); err != nil {
		t.Fatal(err)
	}
	for _, sha := range []string{again, named, gone, "not a digest"} {
		if err := store.Remove(sha, began); err != nil {
			t.Fatal(err)
		}
	}
	if !lies(again) || !lies(named) || lies(gone) || !lies(beside) {
		t.Errorf("again %v, named %v, gone %v, beside %v", lies(again), lies(named), lies(gone), lies(beside))
	}
	if err := store.Renew(gone); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is gone: %v", err)
	}
}
