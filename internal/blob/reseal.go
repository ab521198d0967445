package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"doorstep/internal/disk"
)

// Reseal seals every file that lies in clear or under an earlier key with the primary one, and returns how many there
// were. A file is replaced all at once, so it may be stopped at any moment and begun again.
func (s Store) Reseal(ctx context.Context, progress func(seen, sealed int)) (sealed int, err error) {
	if !s.keys.Sealing() {
		return 0, nil
	}
	var failed error
	seen := 0
	for sha := range s.all() {
		if err := ctx.Err(); err != nil {
			return sealed, errors.Join(failed, err)
		}
		done, err := s.resealOne(sha)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // swept meanwhile
			failed = errors.Join(failed, err)
		}
		if done {
			sealed++
		}
		if seen++; progress != nil {
			progress(seen, sealed)
		}
	}
	return sealed, failed
}

// files are the paths of what is stored, with what a crash left aside, in the order of the digests. They are read folder by folder: a
// city has millions.
func (s Store) files() iter.Seq[string] {
	return func(yield func(path string) bool) {
		for _, folder := range disk.Glob(s.dir, "[0-9a-f][0-9a-f]") {
			for _, path := range disk.Glob(folder, "*") {
				if !yield(path) {
					return
				}
			}
		}
	}
}

// all are the digests of the stored files, in order.
func (s Store) all() iter.Seq[string] {
	return func(yield func(sha string) bool) {
		for path := range s.files() {
			if sha := filepath.Base(path); IsDigest(sha) && !yield(sha) {
				return
			}
		}
	}
}

func (s Store) resealOne(sha string) (bool, error) {
	plain, err := s.Open(sha)
	if err != nil {
		return false, err
	}
	defer plain.Close()
	if key, sealed, err := sealedWith(plain.stored); err != nil || sealed && key == s.keys.Primary() {
		return false, err
	}
	before, err := plain.stored.Stat()
	if err != nil {
		return false, err
	}
	f, err := s.incoming()
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name()) // it is not there any more once it has its name
	info, err := s.fill(f, plain)
	if err := disk.Keep(f, err); err != nil {
		return false, err
	}
	if info.SHA256 != sha {
		return false, fmt.Errorf("file %s: %w", sha, ErrDigest) // left as it is, for somebody to look at
	}
	if err := os.Chtimes(f.Name(), before.ModTime(), before.ModTime()); err != nil { // its age is that of the file
		return false, err
	}
	if err := disk.Rename(f.Name(), s.path(sha)); err != nil {
		return false, err
	}
	return true, nil
}

// Count tells how many files each key has sealed; "" counts those in clear.
func (s Store) Count() (map[string]int, error) {
	counts := map[string]int{}
	for path := range s.files() {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		key, _, err := sealedWith(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		counts[key]++
	}
	return counts, nil
}

// Prove opens one file for each key that has sealed any, and fails where the keys do not.
func (s Store) Prove() error {
	proved := map[string]bool{}
	for sha := range s.all() {
		plain, err := s.Open(sha)
		if err != nil {
			return err
		}
		key, _, err := sealedWith(plain.stored)
		if err == nil && !proved[key] {
			_, err = io.Copy(io.Discard, plain)
			proved[key] = true
		}
		if err := errors.Join(err, plain.Close()); err != nil {
			return fmt.Errorf("file %s: %w", sha, err)
		}
	}
	return nil
}
