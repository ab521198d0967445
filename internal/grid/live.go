package grid

import (
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// Live is the index of the areas as they are now; who reads it never waits for a reload.
type Live struct {
	now  atomic.Pointer[standing]
	read sync.Mutex // one reads the areas at a time, and who comes late finds them read
}

// standing is what the areas were at one moment.
type standing struct {
	index *Index
	stand int64
}

// NewLive is a Live without areas.
func NewLive() *Live {
	l := &Live{}
	l.now.Store(&standing{index: NewIndex(nil), stand: -1})
	return l
}

// Index returns the index as it was read last, which is not to be changed.
func (l *Live) Index() *Index { return l.now.Load().index }

// At returns the index of the areas as a transaction sees them. It reads them again where they were changed since the last time, in this
// process or in another one. Whatever places a record asks it: placed by areas of a minute ago, the record would lie where no job looks
// for it any more. The transaction must not have changed the areas itself.
func (l *Live) At(db collections.DB) (*Index, error) {
	stand, err := standOf(db) // before: what changes meanwhile is read again
	if err != nil {
		return nil, err
	}
	if now := l.now.Load(); now.stand == stand {
		return now.index, nil
	}
	l.read.Lock()
	defer l.read.Unlock()
	if now := l.now.Load(); now.stand == stand {
		return now.index, nil
	}
	idx, err := readIndex(db)
	if err != nil {
		return nil, err
	}
	if stand > l.now.Load().stand {
		l.now.Store(&standing{idx, stand})
	}
	return idx, nil
}

// Load reads the areas in use again where they were changed.
func (l *Live) Load(app core.App) error {
	_, err := l.At(collections.Read(app))
	return err
}

// Affected are the areas whose records may lie elsewhere now that one was changed in the database and not in the index.
func (idx *Index) Affected(db collections.DB, code string) ([]string, error) {
	codes, err := CodesOf(db)
	if err != nil {
		return nil, err
	}
	after, err := readIndex(db)
	if err != nil {
		return nil, err
	}
	changed := []Change{{Code: code, moved: true}}
	return affected(idx, after, changed, codes), nil
}

// readIndex makes an index of the areas in use.
func readIndex(db collections.DB) (*Index, error) {
	areas, err := collections.All(db, `SELECT code, name, level, expected_households, COALESCE(boundary,'null') FROM areas WHERE active
		ORDER BY code`, nil, func(rows *sql.Rows, a *Area) error {
		var boundary string
		if err := rows.Scan(&a.Code, &a.Name, &a.Level, &a.ExpectedHouseholds, &boundary); err != nil {
			return err
		}
		var err error
		if a.Boundary, err = storedBoundary(boundary); err != nil {
			return fmt.Errorf("boundary of %s: %w", a.Code, err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load areas: %w", err)
	}
	return NewIndex(areas), nil
}
