package collections

import (
	"database/sql"
	"path/filepath"

	"github.com/pocketbase/dbx"
)

const driverName = "sqlite"

// Connect opens a database as PocketBase does, but data.db with synchronous=FULL: what a tablet was told is stored must
// survive a power cut, and PocketBase's NORMAL may lose the last commits. Transactions take the write lock when they
// begin, so that a command beside a running server waits instead of failing half-way. Connections keep
// their prepared statements, and up to 8 MB of pages instead of 32: there are as many of them as requests that read at
// the same time. The one that Write uses takes 32 MB. What is deleted is overwritten: an erased person must not be found in
// the free pages of the file.
func Connect(path string) (*dbx.DB, error) {
	synchronous := "NORMAL"
	if filepath.Base(path) == "data.db" {
		synchronous = "FULL"
	}
	plain, err := sql.Open(driverName, "") // connects to nothing: it only finds the driver
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	db := sql.OpenDB(connector{plain.Driver(), path + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)" +
		"&_pragma=synchronous(" + synchronous + ")&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=secure_delete(ON)&_pragma=cache_size(-8000)&_txlock=immediate"})
	return dbx.NewFromDB(db, driverName), db.Ping()
}
