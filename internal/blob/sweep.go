package blob

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"doorstep/internal/crash"
	"doorstep/internal/disk"
)

const aside = ".aside"

// Drop removes stored files, and unfinished ones, that are older than before and not kept. A file that is stored again
// at the same time survives: it is set aside before its age is looked at for good, and its writer first makes it young
// and then looks whether it is there. keep is asked in the order of the digests.
func (s Store) Drop(before time.Time, keep func(sha string) bool) (int, error) {
	var failed error
	for _, path := range disk.Glob(s.dir, "incoming/*.part") {
		if older(path, before) {
			failed = errors.Join(failed, os.Remove(path))
		}
	}
	dropped := 0
	for path := range s.files() {
		sha := strings.TrimSuffix(filepath.Base(path), aside) // one that a crash left aside
		if !IsDigest(sha) {
			continue
		}
		gone, err := s.dropOne(s.path(sha), before, keep(sha))
		failed = errors.Join(failed, err)
		if gone {
			dropped++
		}
	}
	return dropped, failed
}

func (s Store) dropOne(path string, before time.Time, keep bool) (bool, error) {
	if !keep && older(path, before) {
		if err := os.Rename(path, path+aside); err != nil {
			return false, err
		}
		crash.At("sweep: a file set aside")
	}
	if _, err := os.Stat(path + aside); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if keep || !older(path+aside, before) {
		return false, os.Rename(path+aside, path)
	}
	return true, os.Remove(path + aside)
}

func older(path string, before time.Time) bool {
	info, err := os.Stat(path)
	return err == nil && info.ModTime().Before(before)
}
