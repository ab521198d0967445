package grid

import (
	"database/sql"
	"fmt"
	"sync/atomic"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// Live is the index of the areas as they are now; readers never wait for a reload.
type Live struct{ index atomic.Pointer[Index] }

// NewLive is a Live without areas.
func NewLive() *Live {
	l := &Live{}
	l.index.Store(NewIndex(nil))
	return l
}

// Index is the current index, not to be changed.
func (l *Live) Index() *Index { return l.index.Load() }

// Load reads the active areas again.
func (l *Live) Load(app core.App) error {
	var areas []Area
	err := collections.Each(collections.Read(app), `SELECT code, name, level, expected_households, COALESCE(boundary,'null') FROM areas WHERE active ORDER BY code`, nil, func(rows *sql.Rows) error {
		var a Area
		var boundary string
		if err := rows.Scan(&a.Code, &a.Name, &a.Level, &a.ExpectedHouseholds, &boundary); err != nil {
			return err
		}
		if boundary != "null" && boundary != "" {
			var err error
			if a.Boundary, err = ParseBoundary([]byte(boundary)); err != nil {
				return fmt.Errorf("boundary of %s: %w", a.Code, err)
			}
		}
		areas = append(areas, a)
		return nil
	})
	if err != nil {
		return fmt.Errorf("load areas: %w", err)
	}
	l.index.Store(NewIndex(areas))
	return nil
}
