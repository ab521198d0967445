// Package datafolder knows of a data folder what its database cannot tell of itself: whether a server has it open, and
// whether it is the one that was there before.
package datafolder

import (
	"errors"
	"os"
	"path/filepath"
)

// Database is the file in the data folder that holds everything.
const Database = "data.db"

// lockFile is locked by the server of the folder, by flock: such a lock ends with the process and with nothing else.
// SQLite's own locks are those of POSIX, which a process loses when it closes any descriptor of the file.
const lockFile = "server.lock"

// ErrServed is the error of a folder that a server has open.
var ErrServed = errors.New("这个数据文件夹正由一个服务使用，请先停止它 · a server has this data folder open: stop it first")

// ErrLocksLost is the error of a database that a server has open without SQLite's locks: whoever opens it believes to be
// alone, and deletes the log of what was stored last.
var ErrLocksLost = errors.New("服务对数据库的锁已丢失，现在打开会丢失数据；请先重启服务 · the server has lost its locks on the database: opening it now would " +
	"destroy data. Restart the server first")

// Hold takes the folder for a server until release is called or the process ends. It fails with ErrServed when another
// one has it.
func Hold(dir string) (release func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := tryLock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}

// served reports whether a server has the folder open.
func served(dir string) (bool, error) {
	f, err := os.Open(filepath.Join(dir, lockFile))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	err = tryLock(f)
	if errors.Is(err, ErrServed) {
		return true, nil
	}
	return false, err
}

// Check fails with ErrLocksLost where opening the database would harm the server that has it open. It must come before
// this process opens the database, since it opens and closes the same files, and never in the server.
func Check(dir string) error {
	served, err := served(dir)
	if err != nil || !served {
		return err
	}
	for _, place := range sqliteLocks {
		held, err := lockedByOther(filepath.Join(dir, Database+place.suffix), place.start, place.length)
		if err != nil {
			return err
		}
		if !held {
			return ErrLocksLost
		}
	}
	return nil
}

// sqliteLocks is what a process holds for as long as it has a database with a write-ahead log open: a shared lock on
// the database (SHARED_FIRST and SHARED_SIZE of SQLite's os.h) and one on the index of the log (UNIX_SHM_DMS).
var sqliteLocks = []struct {
	suffix        string
	start, length int64
}{
	{"", 0x40000002, 510},
	{"-shm", 128, 1},
}
