package openrosa

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Store keeps files by the SHA-256 of their bytes, below the data folder: attachments/ab/ab12…, written once and never
// changed. What is not whole yet has a name of its own under attachments/incoming.
type Store struct{ dir string }

// NewStore is the store of a data folder; it makes folders as needed.
func NewStore(dataDir string) Store { return Store{filepath.Join(dataDir, "attachments")} }

// Blob is a stored file.
type Blob struct {
	SHA256, MD5 string
	Size        int64
}

// Save streams r to disk. When it returns without an error the bytes survive a power cut.
func (s Store) Save(r io.Reader) (Blob, error) {
	incoming := filepath.Join(s.dir, "incoming")
	if err := os.MkdirAll(incoming, 0o700); err != nil {
		return Blob{}, fmt.Errorf("store a file: %w", err)
	}
	f, err := os.CreateTemp(incoming, "*.part")
	if err != nil {
		return Blob{}, fmt.Errorf("store a file: %w", err)
	}
	defer os.Remove(f.Name()) // it is not there any more once it has its name
	strong, weak := sha256.New(), md5.New()
	size, err := io.Copy(io.MultiWriter(f, strong, weak), r)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return Blob{}, err
	}
	b := Blob{hex.EncodeToString(strong.Sum(nil)), hex.EncodeToString(weak.Sum(nil)), size}
	return b, s.settle(f.Name(), b.SHA256)
}

func (s Store) settle(from, sha string) error {
	to := s.path(sha)
	if _, err := os.Stat(to); err == nil {
		return nil // the same bytes came before
	}
	folder := filepath.Dir(to)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	for _, dir := range []string{folder, s.dir} {
		if err := syncFolder(dir); err != nil {
			return err
		}
	}
	return nil
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
	if len(sha) != 2*sha256.Size {
		return nil, os.ErrNotExist
	}
	return os.Open(s.path(sha))
}

func (s Store) path(sha string) string { return filepath.Join(s.dir, sha[:2], sha) }
