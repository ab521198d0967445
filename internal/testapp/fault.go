package testapp

import (
	"regexp"
	"sync"
	"testing"
)

// errWanted is the error of a statement that a test wants to fail, as SQLite's where the disk does not answer.
var errWanted error = wanted{}

type wanted struct{}

func (wanted) Error() string { return "a statement fails because the test wants it to" }

// Code is SQLITE_IOERR.
func (wanted) Code() int { return 10 }

// fault is a statement that is to fail.
type fault struct {
	mu      sync.Mutex
	left    int  // statements until it; 0 for none
	unread  bool // it answers what nobody can read, where it reads
	skip    func(query string) bool
	reached string
}

// undo takes one operation of a push back, so that it can be kept in quarantine. It fails with what failed before it: else a test could not
// try the same operation once more.
const undo = `ROLLBACK TO operation`

// due counts a statement, and reports whether it is the one that fails.
func (f *fault) due(query string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.reached != "":
		return query == f.reached || query == undo
	case f.left == 0 || f.skip(query):
		return false
	}
	if f.left--; f.left > 0 {
		return false
	}
	f.reached = query
	return true
}

// maybeNothing are statements that read what may be NULL, such as the answers of a record alone, and PocketBase's look whether something
// is there, which asks for a number.
var maybeNothing = regexp.MustCompile(`^\s*(SELECT (\S+\.)?\*|SELECT \(1\)|WITH .\w+__pb_create|SELECT rows FROM audit_seen|` +
	`SELECT ("\w+", )+"\w+" FROM "\w+" WHERE id=\?$)`)

var reads = regexp.MustCompile(`^\s*(SELECT|WITH)\s`)

// instead is what is prepared in place of the statement that is to fail.
func (f *fault) instead(query string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.unread || !reads.MatchString(query) || maybeNothing.MatchString(query) {
		return "", errWanted
	}
	return `SELECT answer.* FROM (SELECT 1) LEFT JOIN (` + query + `) answer ON 0`, nil
}

// Failing runs do while a statement of the database fails, of those that are not skipped, and returns that statement; "" where there were
// fewer. By n each statement comes twice: first one that reads answers a row of NULL, then it is not prepared.
func (a *App) Failing(n int, skip func(query string) bool, do func()) (statement string) {
	f := &a.asked.fails
	set := func(left int, unread bool) string {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.left, f.unread, f.skip = left, unread, skip
		reached := f.reached
		f.reached = ""
		return reached
	}
	set((n+1)/2, n%2 == 1)
	do()
	return set(0, false)
}

// Version is a number that changes with every commit of somebody else's to the database.
func (a *App) Version(t testing.TB) (version int) {
	t.Helper()
	if err := a.looks.QueryRow(`PRAGMA data_version`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	return version
}

var atomic = regexp.MustCompile(`^\s*(SAVEPOINT|ROLLBACK|RELEASE|PRAGMA|BEGIN|COMMIT)`)

// Atomic reports whether a statement begins or ends a transaction, or sets up a connection.
func Atomic(query string) bool { return atomic.MatchString(query) }

// TellsEach runs do again and again, while each time another statement of the database fails, and at last while none does: whichever it
// is, do must return an error. It calls then after each.
func (a *App) TellsEach(t testing.TB, name string, do func() error, then func(failed string)) {
	t.Helper()
	for n := 1; ; n++ {
		var err error
		failed := a.Failing(n, Atomic, func() { err = do() })
		if failed == "" {
			if err != nil || n < 3 {
				t.Errorf("%s: %v at statement %d", name, err, n/2)
			}
			return
		}
		if err == nil {
			t.Errorf("%s succeeds, though this failed: %s", name, failed)
		}
		then(failed)
	}
}

// FailsAtEach is TellsEach of what is done whole or not at all: nothing has moved after a failure.
func (a *App) FailsAtEach(t testing.TB, name string, do func() error) {
	t.Helper()
	before := a.Picture(t)
	a.TellsEach(t, name, do, func(failed string) {
		if moved := a.Moved(t, before); len(moved) > 0 {
			t.Errorf("%s moved %q, though this failed: %s", name, moved, failed)
			before = a.Picture(t)
		}
	})
}
