package grid

import (
	"database/sql"
	"fmt"
	"sync/atomic"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// Live is the index of the areas as they are now; readers never wait for a reload.
type Live struct {
	index atomic.Pointer[Index]
	stand atomic.Int64 // of the areas when they were read
}

// NewLive is a Live without areas.
func NewLive() *Live {
	l := &Live{}
	l.index.Store(NewIndex(nil))
	return l
}

// Index is the current index, not to be changed.
func (l *Live) Index() *Index { return l.index.Load() }

// Load reads the areas in use again.
func (l *Live) Load(app core.App) error {
	db := collections.Read(app)
	stand, err := standOf(db) // before: what changes meanwhile is read again
	if err != nil {
		return err
	}
	idx, err := readIndex(db)
	if err != nil {
		return err
	}
	l.index.Store(idx)
	l.stand.Store(stand)
	return nil
}

// Refresh reads them again if another process has changed them.
func (l *Live) Refresh(app core.App) error {
	if stand, err := standOf(collections.Read(app)); err != nil || stand == l.stand.Load() {
		return err
	}
	return l.Load(app)
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
	var areas []Area
	err := collections.Each(db, `SELECT code, name, level, expected_households, COALESCE(boundary,'null') FROM areas WHERE active
		ORDER BY code`, nil, func(rows *sql.Rows) error {
		var a Area
		var boundary string
		if err := rows.Scan(&a.Code, &a.Name, &a.Level, &a.ExpectedHouseholds, &boundary); err != nil {
			return err
		}
		var err error
		if a.Boundary, err = storedBoundary(boundary); err != nil {
			return fmt.Errorf("boundary of %s: %w", a.Code, err)
		}
		areas = append(areas, a)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load areas: %w", err)
	}
	return NewIndex(areas), nil
}
