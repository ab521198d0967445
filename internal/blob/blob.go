// Package blob keeps files by the SHA-256 of their bytes, below the data folder: attachments/ab/ab12…, written once and
// never changed. What is not whole yet has a name of its own under attachments/incoming.
package blob

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"doorstep/internal/crash"
)

// Store is the folder that all doors share.
type Store struct{ dir string }

// In is the store of a data folder; it makes folders as needed.
func In(dataDir string) Store { return Store{filepath.Join(dataDir, "attachments")} }

// Info is what the store knows of a file: digests in lower-case hex, bytes, and the type that the bytes tell.
type Info struct {
	SHA256, MD5 string
	Size        int64
	Type        Type
}

// Save streams r to disk. When it returns without an error the bytes survive a power cut.
func (s Store) Save(r io.Reader) (Info, error) {
	incoming := filepath.Join(s.dir, "incoming")
	if err := os.MkdirAll(incoming, 0o700); err != nil {
		return Info{}, fmt.Errorf("store a file: %w", err)
	}
	f, err := os.CreateTemp(incoming, "*.part")
	if err != nil {
		return Info{}, fmt.Errorf("store a file: %w", err)
	}
	defer os.Remove(f.Name()) // it is not there any more once it has its name
	info, err := measure(r, f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return Info{}, err
	}
	return info, s.settle(f.Name(), info.SHA256, os.Rename)
}

// Measure reads a file of this data folder that is whole, and sees to it that its bytes survive a power cut.
func Measure(path string) (Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return Info{}, fmt.Errorf("sync %s: %w", path, err)
	}
	return measure(f, io.Discard)
}

func measure(r io.Reader, to io.Writer) (Info, error) {
	strong, weak, head := sha256.New(), md5.New(), &beginning{}
	size, err := io.Copy(io.MultiWriter(to, strong, weak, head), r)
	return Info{hex.EncodeToString(strong.Sum(nil)), hex.EncodeToString(weak.Sum(nil)), size, typeOf(head.bytes)}, err
}

// Adopt gives a measured file its place; it keeps its old name beside the new one, and must not be written to again.
func (s Store) Adopt(path string, info Info) error {
	return s.settle(path, info.SHA256, os.Link)
}

func (s Store) settle(from, sha string, move func(from, to string) error) error {
	to := s.path(sha)
	if s.renew(to) {
		return nil // the same bytes came before
	}
	folder := filepath.Dir(to)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	if err := move(from, to); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("store a file: %w", err)
	}
	crash.At("file: named, its folder not synced")
	for _, dir := range []string{folder, s.dir} {
		if err := syncFolder(dir); err != nil {
			return err
		}
	}
	return nil
}

// renew makes a stored file young again, so that a sweep that runs now leaves it (see Store.Drop); false if it is not
// there. Its time is that of the file system, like that of a file just written.
func (s Store) renew(path string) bool {
	now := time.Now()
	if err := os.Chtimes(path, now, now); err != nil {
		return false
	}
	_, err := os.Stat(path)
	return err == nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

// Open reads a stored file; the error is fs.ErrNotExist for one that was never stored.
func (s Store) Open(sha string) (*os.File, error) {
	if !IsDigest(sha) {
		return nil, os.ErrNotExist
	}
	return os.Open(s.path(sha))
}

// Remove deletes a stored file at once; one that is not there is no error.
func (s Store) Remove(sha string) error {
	if !IsDigest(sha) {
		return nil
	}
	if err := os.Remove(s.path(sha)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove a file: %w", err)
	}
	return nil
}

func (s Store) path(sha string) string { return filepath.Join(s.dir, sha[:2], sha) }

// IsDigest tells whether s is a SHA-256 in lower-case hex.
func IsDigest(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
