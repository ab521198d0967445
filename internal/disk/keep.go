package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Keep syncs and closes a file whose writing ended with err, and returns that or what fails. When it returns nil, what was written
// survives a power cut.
func Keep(f *os.File, err error) error {
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// SyncFolder makes the names in a folder survive a power cut.
func SyncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}

// Rename gives a file or folder another name, which survives a power cut when it returns nil.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(to))
}

// Replace writes a file that only its owner may read in place of what had its name, all at once: whenever the machine stops, one of the
// two is there.
func Replace(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(content)
	if err := Keep(f, err); err != nil {
		return err
	}
	return Rename(f.Name(), path)
}
