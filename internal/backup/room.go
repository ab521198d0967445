package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"doorstep/internal/datafolder"
)

// ErrRoom is the error of a disk that is too full for a backup.
var ErrRoom = errors.New("磁盘空间不足,没有备份 · not enough room for a backup")

// room fails with ErrRoom unless a backup of a data folder fits into a folder with something to spare: a disk that a backup filled
// would stop the field work.
func room(dir, data string) error {
	free, total, known := space(dir)
	if !known {
		return nil
	}
	need, err := sizeOf(filepath.Join(data, "attachments"))
	if err != nil {
		return err
	}
	info, err := os.Stat(filepath.Join(data, datafolder.Database))
	if err != nil {
		return err
	}
	need += 2*info.Size() + total/20
	if free < need {
		return fmt.Errorf("%w in %s: %d MB free, %d MB needed", ErrRoom, dir, free>>20, need>>20)
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
