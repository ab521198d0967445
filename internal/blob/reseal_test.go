package blob_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"doorstep/internal/blob"
	"doorstep/internal/seal"
)

// shelf is a store with the keys of two days in a folder whose name is also a pattern, and what lies in it by name.
type shelf struct {
	testing.TB
	folder, dir     string
	clear, old, now blob.Store
	first, second   string // the keys' ids
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{TB: t, folder: filepath.Join(t.TempDir(), "city[1]")}
	s.dir = filepath.Join(s.folder, "attachments")
	keyset, err := seal.NewKeyset(seal.AES256, time.Now())
	s.must(err)
	first, err := seal.New(keyset)
	s.must(err)
	s.must(keyset.Rotate(seal.AES256, time.Now()))
	second, err := seal.New(keyset)
	s.must(err)
	s.clear, s.old, s.now = blob.In(s.folder, seal.Plain()), blob.In(s.folder, first), blob.In(s.folder, second)
	s.first, s.second = first.Primary(), second.Primary()
	return s
}

func (s *shelf) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *shelf) save(in blob.Store, text string) (sha, path string) {
	s.Helper()
	info, err := in.Save(strings.NewReader(text))
	s.must(err)
	return info.SHA256, filepath.Join(s.dir, info.SHA256[:2], info.SHA256)
}

// lies are the bytes of all files by their path.
func (s *shelf) lies() map[string]string {
	s.Helper()
	all := map[string]string{}
	s.must(filepath.WalkDir(s.folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var raw []byte
			raw, err = os.ReadFile(path)
			all[path] = string(raw)
		}
		return err
	}))
	return all
}

func (s *shelf) reads(in blob.Store, sha, want string) {
	s.Helper()
	f, err := in.Open(sha)
	s.must(err)
	got, err := io.ReadAll(f)
	if s.must(errors.Join(err, f.Close())); string(got) != want {
		s.Errorf("%q, want %q", got, want)
	}
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
		s.Errorf("it was not closed: %v", err)
	}
}

// TestEveryFileGetsTheNewKey has files in clear, of the key before and of this one, what is no file of the store, and a file that another
// took the place of: it stays, is told, and the others go on.
func TestEveryFileGetsTheNewKey(t *testing.T) {
	s := newShelf(t)
	texts := map[string]string{}
	for name, in := range map[string]blob.Store{"clear": s.clear, "old": s.old, "now": s.now, "more": s.old} {
		text := strings.Repeat(name, 50_000)
		sha, _ := s.save(in, text)
		texts[sha] = text
	}
	wrong, there := s.save(s.clear, "wrong")
	s.must(os.WriteFile(there, []byte("damaged"), 0o600))
	beside := filepath.Join(s.dir, wrong[:2], "notes")
	s.must(os.WriteFile(beside, []byte("notes"), 0o600))
	age := time.Now().Add(-time.Hour).Truncate(time.Second)
	for sha := range texts {
		s.must(os.Chtimes(filepath.Join(s.dir, sha[:2], sha), age, age))
	}
	count := func(want map[string]int) {
		t.Helper()
		if got, err := s.now.Count(); err != nil || !maps.Equal(got, want) {
			t.Errorf("%v of each key, want %v: %v", got, want, err)
		}
	}
	count(map[string]int{"": 3, s.first: 2, s.second: 1})
	if n, err := s.clear.Reseal(t.Context(), nil); n != 0 || err != nil {
		t.Errorf("without keys: %d, %v", n, err)
	}
	before := s.lies()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if n, err := s.now.Reseal(stopped, nil); n != 0 || !errors.Is(err, context.Canceled) || !maps.Equal(s.lies(), before) {
		t.Errorf("stopped: %d, %v", n, err)
	}
	if n, err := s.now.Leaving(1<<62).Reseal(t.Context(), nil); n != 0 || !errors.Is(err, syscall.ENOSPC) || !maps.Equal(s.lies(), before) {
		t.Errorf("no room: %d, %v", n, err)
	}
	var said []string
	n, err := s.now.Reseal(t.Context(), func(seen, sealed int) { said = append(said, fmt.Sprint(seen, " ", sealed)) })
	if n != 3 || !errors.Is(err, blob.ErrDigest) || !strings.Contains(err.Error(), wrong) {
		t.Errorf("%d: %v", n, err)
	}
	if len(said) != 5 || said[4] != "5 3" || !slices.IsSorted(said) {
		t.Errorf("said %q", said)
	}
	count(map[string]int{"": 2, s.second: 4})
	for path, raw := range s.lies() {
		sha := filepath.Base(path)
		text, mine := texts[sha]
		if mine {
			s.reads(s.now, sha, text)
			if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(age) {
				t.Errorf("its age: %v, %v", info, err)
			}
		}
		if _, was := before[path]; !was || !mine && raw != before[path] {
			t.Errorf("%s: %q", path, raw)
		}
	}
	if n, err := s.old.Reseal(t.Context(), nil); n != 0 || !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("without the key: %d, %v", n, err)
	}
	again := s.lies()
	if n, err := s.now.Reseal(t.Context(), nil); n != 0 || !errors.Is(err, blob.ErrDigest) || !maps.Equal(s.lies(), again) {
		t.Errorf("again: %d, %v", n, err)
	}
}

// TestAFileThatIsSweptMeanwhileIsNoFailure removes the second file while the first gets its key.
func TestAFileThatIsSweptMeanwhileIsNoFailure(t *testing.T) {
	s := newShelf(t)
	var files []string
	for i := range 3 {
		sha, _ := s.save(s.clear, fmt.Sprint(i))
		files = append(files, sha)
	}
	slices.Sort(files)
	n, err := s.now.Reseal(t.Context(), func(seen, _ int) {
		if seen == 1 {
			s.must(s.now.Remove(files[1], time.Now().Add(time.Hour)))
		}
	})
	if n != 2 || err != nil {
		t.Errorf("%d: %v", n, err)
	}
}

// TestKeysAreProvedByAFileEach proves with the first file of each key, whole, and is not stopped by what is no file of the store.
func TestKeysAreProvedByAFileEach(t *testing.T) {
	s := newShelf(t)
	s.must(s.now.Prove())
	_, path := s.save(s.old, "aside")
	s.must(os.Rename(path, path+".aside"))
	of := map[string][]string{} // by key, in order
	for i := range 9 {
		key, in := s.first, s.old
		if i%2 == 0 {
			key, in = s.second, s.now
		}
		sha, _ := s.save(in, fmt.Sprint("file ", i))
		of[key] = append(of[key], sha)
	}
	s.must(s.now.Prove())
	if err := s.old.Prove(); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("without the key: %v", err)
	}
	for key, files := range of {
		slices.Sort(files)
		for i, sha := range files {
			path := filepath.Join(s.dir, sha[:2], sha)
			whole, err := os.ReadFile(path)
			s.must(err)
			s.must(os.WriteFile(path, append(whole[:len(whole)-1:len(whole)-1], whole[len(whole)-1]^1), 0o600))
			if err := s.now.Prove(); errors.Is(err, seal.ErrTampered) != (i == 0) || (err != nil) != (i == 0) {
				t.Errorf("file %d of %s is damaged: %v", i, key, err)
			}
			s.must(os.WriteFile(path, whole, 0o600))
		}
	}
}

// TestWhatCannotBeReadIsTold has a folder where a file should be: whoever reads it says so, and changes nothing.
func TestWhatCannotBeReadIsTold(t *testing.T) {
	s := newShelf(t)
	sha := strings.Repeat("ab", 32)
	path := filepath.Join(s.dir, sha[:2], sha)
	s.must(os.MkdirAll(path, 0o700))
	for name, do := range map[string]func() error{
		"open":   func() error { _, err := s.now.Open(sha); return err },
		"count":  func() error { _, err := s.now.Count(); return err },
		"prove":  s.now.Prove,
		"reseal": func() error { _, err := s.now.Reseal(t.Context(), nil); return err },
	} {
		if err := do(); !errors.Is(err, syscall.EISDIR) {
			t.Errorf("%s: %v", name, err)
		}
	}
	within := filepath.Join(path, "x")
	s.must(os.WriteFile(within, nil, 0o600))
	s.must(os.Rename(path, path+".aside"))
	if err := s.now.Remove(sha, time.Now().Add(time.Hour)); !errors.Is(err, syscall.ENOTEMPTY) {
		t.Errorf("remove: %v", err)
	}
	young, _ := s.save(s.now, "young")
	gone, err := s.now.Drop(time.Now().Add(time.Hour), func(other string) bool { return other == young })
	if gone != 1 || !errors.Is(err, syscall.ENOTEMPTY) {
		t.Errorf("drop: %d, %v", gone, err)
	}
}
