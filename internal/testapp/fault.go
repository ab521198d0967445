package testapp

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
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
	whole   bool // nothing can be taken back to a savepoint then, so that an operation of a push is not kept aside
	unread  bool // it answers what nobody can read, where it reads
	skip    func(query string) bool
	reached string
}

// due counts a statement, and reports whether it is the one that fails.
func (f *fault) due(query string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.reached != "":
		return query == f.reached || f.whole && strings.HasPrefix(query, "ROLLBACK TO ")
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
	return a.failing(n, false, skip, do)
}

func (a *App) failing(n int, whole bool, skip func(query string) bool, do func()) (statement string) {
	f := &a.asked.fails
	set := func(left int, unread bool) string {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.left, f.unread, f.skip, f.whole = left, unread, skip, whole
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

// Places are those of the product that asked for a statement which failed.
type Places map[string]bool

// Whenever runs do again and again, while each time another statement of the database fails, each once from each place that asks it and is
// not known yet, and calls then after each. It returns when do ran while none failed. What fails is not kept aside, so that do can be run
// again.
func (a *App) Whenever(known Places, spared *regexp.Regexp, do func(), then func(failed string)) {
	for n := 1; ; n = 3 - n { // a row of NULL, and not prepared
		var at string
		failed := a.failing(n, true, func(query string) bool {
			who, test := asker()
			at = fmt.Sprint(n, " ", who, query)
			return test || known[at] || Atomic(query) || spared != nil && spared.MatchString(at)
		}, do)
		if failed == "" {
			return
		}
		known[at] = true
		then(at)
	}
}

// between are functions between a statement and the place that asks for it.
var between = regexp.MustCompile(`^doorstep/(internal/testapp\.|collections\.(\(|One$|Column|All))`)

// asker returns the three functions of the product next to a statement, with their lines, and reports whether a test itself asked for it.
func asker() (at string, test bool) {
	var pcs [50]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for n, more, framework := 0, true, false; n < 3 && more; {
		var f runtime.Frame
		f, more = frames.Next()
		framework = framework || strings.HasPrefix(f.Function, "github.com/pocketbase/pocketbase/")
		switch {
		case !strings.HasPrefix(f.Function, "doorstep/") || between.MatchString(f.Function):
		case at == "" && strings.HasSuffix(f.File, "_test.go"):
			return "", !framework
		default:
			at, n = fmt.Sprintf("%s%s:%d ", at, f.Function, f.Line), n+1
		}
	}
	return at, false
}

// TellsEach runs do again and again, while each time another statement of the database fails, each once from each place that asks it, and
// at last while none does: whichever it is, do must return an error. It calls then after each.
func (a *App) TellsEach(t testing.TB, name string, do func() error, then func(failed string)) {
	t.Helper()
	var err error
	known := Places{}
	a.Whenever(known, nil, func() { err = do() }, func(failed string) {
		if err == nil {
			t.Errorf("%s succeeds, though this failed: %s", name, failed)
		}
		then(failed)
	})
	if err != nil || len(known) == 0 {
		t.Errorf("%s: %v after %d failures", name, err, len(known))
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
