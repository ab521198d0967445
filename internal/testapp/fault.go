package testapp

import (
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
)

// ErrWanted is what a statement fails with that a test wants to fail.
var ErrWanted = errors.New("a statement fails because the test wants it to")

// fault is a statement that is to fail.
type fault struct {
	mu      sync.Mutex
	left    int // statements until it; 0 for none
	skip    func(query string) bool
	reached string
}

// due counts a statement, and reports whether it is the one that fails.
func (f *fault) due(query string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.reached != "":
		return query == f.reached
	case f.left == 0 || f.skip(query):
		return false
	}
	if f.left--; f.left > 0 {
		return false
	}
	f.reached = query
	return true
}

// Failing runs do while the n-th statement of the database fails, of those that are not skipped, and returns that statement; ""
// where there were fewer.
func (a *App) Failing(n int, skip func(query string) bool, do func()) (statement string) {
	f := &a.asked.fails
	set := func(left int) string {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.left, f.skip = left, skip
		reached := f.reached
		f.reached = ""
		return reached
	}
	set(n)
	do()
	return set(0)
}

// Version is a number that changes with every commit of somebody else's to the database.
func (a *App) Version(t testing.TB) (version int) {
	t.Helper()
	if a.looks == nil {
		db, err := sql.Open("sqlite", filepath.Join(a.DataDir(), "data.db"))
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		a.looks = db
		t.Cleanup(func() { db.Close() })
	}
	if err := a.looks.QueryRow(`PRAGMA data_version`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	return version
}
