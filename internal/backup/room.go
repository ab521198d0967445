package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"doorstep/internal/datafolder"
	"doorstep/internal/disk"
)

// ErrRoom is the error of a disk that is too full for a backup.
var ErrRoom = errors.New("磁盘空间不足，没有备份 · not enough room for a backup")

// room fails with ErrRoom unless a backup of a data folder fits into a folder beside what files leave free.
func room(dir, data string, spare disk.Spare) error {
	need, err := sizeOf(filepath.Join(data, "attachments"))
	if err != nil {
		return err
	}
	info, err := os.Stat(filepath.Join(data, datafolder.Database))
	if err != nil {
		return err
	}
	if err := spare.Room(dir, need+2*info.Size()); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrRoom, dir, err)
	}
	return nil
}

func sizeOf(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // swept meanwhile, or there are none
		}
		if err != nil || e.IsDir() {
			return err
		}
		if info, err := e.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return size, err
}
