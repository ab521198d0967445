//go:build linux

package main

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"doorstep/internal/blob"
	"doorstep/internal/datafolder"
	"doorstep/internal/seal"
)

// filesOf are the files below a folder, by path, with what they hold.
func filesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all[path] = read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAFullDiskChangesNothing writes files while none can have more than so many bytes, as on a full disk: who writes one is told, what was
// there stays, and nothing else is left.
func TestAFullDiskChangesNothing(t *testing.T) {
	if os.Getenv("DOORSTEP_TEST_DISK") == "" { // a process of its own: the limit is on all of its files
		c := exec.Command(os.Args[0], "-test.run", "^TestAFullDiskChangesNothing$")
		c.Env = append(os.Environ(), "DOORSTEP_TEST_DISK=full")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	full := func(bytes uint64, do func() error) error {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: limit.Max}); err != nil {
			t.Fatal(err)
		}
		defer syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
		return do()
	}
	keyset, err := seal.NewKeyset(seal.AES256, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(keyset)
	if err != nil {
		t.Fatal(err)
	}
	photo := strings.Repeat("照片", 50_000)
	for _, work := range []struct {
		name string
		do   func(folder string) error
	}{
		{"key file", func(folder string) error { return keyset.Create(filepath.Join(folder, "new")) }},
		{"key file in place of another", func(folder string) error { return keyset.Replace(filepath.Join(folder, "old")) }},
		{"witness", func(folder string) error { return datafolder.Witness{Feed: 7}.Write(filepath.Join(folder, "old")) }},
		{"file", func(folder string) error {
			_, err := blob.In(folder, seal.Plain()).Save(strings.NewReader(photo))
			return err
		}},
		{"sealed file", func(folder string) error { _, err := blob.In(folder, keys).Save(strings.NewReader(photo)); return err }},
		{"file that is sealed later", func(folder string) error {
			_, err := blob.In(folder, keys).Reseal(t.Context(), func(int, int) {})
			return err
		}},
	} {
		t.Run(work.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "old"), []byte("what was there"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := blob.In(folder, seal.Plain()).Save(strings.NewReader(photo + "before")); err != nil {
				t.Fatal(err)
			}
			before := filesOf(t, folder)
			for _, bytes := range []uint64{0, 1, 40} {
				if err := full(bytes, func() error { return work.do(folder) }); err == nil {
					t.Errorf("nothing is said of a disk with room for %d bytes", bytes)
				}
				if now := filesOf(t, folder); !maps.Equal(now, before) {
					t.Fatalf("with room for %d bytes there is %q", bytes, slices.Sorted(maps.Keys(now)))
				}
			}
			if err := work.do(folder); err != nil || maps.Equal(filesOf(t, folder), before) {
				t.Errorf("with room enough: %v", err)
			}
		})
	}
}
