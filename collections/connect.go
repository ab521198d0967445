package collections

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

const driverName = "sqlite"

// Connect opens a database as PocketBase does, but data.db with synchronous=FULL: what a tablet was told is stored must
// survive a power cut, and PocketBase's NORMAL may lose the last commits. Transactions take the write lock when they
// begin, so that a command beside a running server waits instead of failing half-way. Connections keep
// their prepared statements, and up to 8 MB of pages instead of 32: there are as many of them as requests that read at
// the same time. The one that Write uses takes 32 MB. What is deleted is overwritten: an erased person must not be found in
// the free pages of the file. The log is brought into the file when it has come to 16 MB instead of 4: a page that many
// transactions change is then written once for all of them.
func Connect(path string) (*dbx.DB, error) { return connect(path, nil) }

// Watched is Connect for a program that wants to be told of every statement that data.db prepares, also of PocketBase's own. What it
// returns is prepared instead; a statement for which it fails is not prepared, and fails so.
func Watched(prepared func(query string) (string, error)) core.DBConnectFunc {
	return func(path string) (*dbx.DB, error) {
		if filepath.Base(path) != "data.db" {
			return connect(path, nil)
		}
		return connect(path, prepared)
	}
}

func connect(path string, prepared func(query string) (string, error)) (*dbx.DB, error) {
	synchronous := "NORMAL"
	if filepath.Base(path) == "data.db" {
		synchronous = "FULL"
	}
	plain, err := sql.Open(driverName, "") // connects to nothing: it only finds the driver
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	db := sql.OpenDB(connector{driver: plain.Driver(), prepared: prepared, spare: keepSpare(),
		dsn: path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)" +
			"&_pragma=synchronous(" + synchronous +
			")&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=secure_delete(ON)&_pragma=cache_size(-8000)&_pragma=wal_autocheckpoint(" +
			"4000)&_txlock=immediate"})
	pool := dbx.NewFromDB(db, driverName)
	return pool, checkVersion(pool) // the first that is asked of it
}

// oldest is the first version of SQLite in which a commit on one connection survives a checkpoint on another one.
var oldest = []int{3, 51, 3}

// checkVersion fails where this program was built with a SQLite that may lose what was committed.
func checkVersion(pool *dbx.DB) error {
	var version string
	if err := pool.NewQuery(`SELECT sqlite_version()`).Row(&version); err != nil {
		return err
	}
	return refuseOld(version)
}

func refuseOld(version string) error {
	numbers := make([]int, len(oldest))
	_, err := fmt.Sscanf(version, "%d.%d.%d", &numbers[0], &numbers[1], &numbers[2])
	if err != nil || slices.Compare(numbers, oldest) < 0 {
		return fmt.Errorf("SQLite %s may lose committed writes: this program needs %v or later", version, oldest)
	}
	return nil
}
