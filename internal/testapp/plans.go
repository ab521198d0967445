package testapp

import (
	"runtime"
	"strings"
	"sync"
	"testing"

	"doorstep/collections"
	"doorstep/internal/queryplan"
)

// asked is the statements of one app that no plan was read of yet.
type asked struct {
	mu      sync.Mutex
	waiting map[string]bool
	fails   fault
}

// examined is the statements whose plans were read, by any app of a test binary.
var examined sync.Map

// note keeps a statement for later, unless a test itself asked it. Where the test wants a statement to fail, it fails, or gives one that
// answers what nobody can read.
func (a *asked) note(query string) (string, error) {
	if a.fails.due(query) {
		return a.fails.instead(query)
	}
	if _, known := examined.Load(query); known || !judged(query) {
		return query, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting[query] = true
	return query, nil
}

// take empties it.
func (a *asked) take() map[string]bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	waiting := a.waiting
	a.waiting = map[string]bool{}
	return waiting
}

// cities are full cities by their schema: apps that publish no form share one.
var cities sync.Map

// cityOf is the full city with the tables of a database. It lives as long as the test binary.
func cityOf(db collections.DB) (*queryplan.City, error) {
	var schema string
	const all = `SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)`
	if _, err := collections.One(db, all, nil, &schema); err != nil {
		return nil, err
	}
	if city, known := cities.Load(schema); known {
		return city.(*queryplan.City), nil
	}
	city, err := queryplan.New(db)
	if err == nil {
		cities.Store(schema, city)
	}
	return city, err
}

// judged reports whether the statement that is being prepared is the program's: not one of a test's sources, and not a list that an
// operator asks for, who may ask for anything.
func judged(query string) bool {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		switch {
		case strings.Contains(f.Function, "pocketbase/tools/search.(*Provider)") && !strings.Contains(query, "__auth_"):
			return false
		case !strings.HasPrefix(f.Function, "doorstep/") || strings.HasSuffix(f.File, "collections/prepared.go") || strings.HasSuffix(f.File,
			"collections/db.go"):
		default:
			return !strings.HasSuffix(f.File, "_test.go") && !strings.HasPrefix(f.Function, "doorstep/internal/testapp.")
		}
		if !more {
			return true
		}
	}
}

// examine reads the plan of every statement that was new, and fails the test where it would be slow in a full city.
func (a *App) examine(t testing.TB, asked *asked) {
	waiting := asked.take()
	if len(waiting) == 0 {
		return
	}
	city, err := cityOf(collections.Read(a.TestApp))
	if err != nil {
		t.Error(err)
		return
	}
	for query := range waiting {
		if _, known := examined.LoadOrStore(query, true); known {
			continue
		}
		wasteful, err := city.Wasteful(query)
		if err != nil {
			continue // of a table that is not there any more
		}
		for _, step := range wasteful {
			if !queryplan.Allowed(query, step) {
				t.Errorf("slow in a full city: %s\n\t%s", step, query)
			}
		}
	}
}
