package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/identity"
)

// uncounted takes the triggers out of the copy that count coverage.
func (l *limit) uncounted() error {
	var names []string
	if err := l.db.NewQuery(`SELECT name FROM sqlite_master WHERE type='trigger' AND name GLOB '*_coverage_*'`).Column(&names); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := l.db.NewQuery(`DROP TRIGGER "` + name + `"`).Execute(); err != nil {
			return fmt.Errorf("drop %s: %w", name, err)
		}
	}
	return nil
}

// lookFor tells how long it takes to look for everybody in the rows of children as if they were new: their keys, writing them, who shares
// them, and the weights.
func (s *server) lookFor(ctx context.Context, all []rows) (took time.Duration, err error) {
	err = collections.Write(ctx, s.app, func(db collections.DB) error {
		for _, r := range all {
			at := slices.Index(r.columns, "person")
			if r.table != "child_visit_children" || at < 0 {
				continue
			}
			for _, values := range r.values {
				id, _ := values[at].(string)
				p, err := identity.FindPerson(db, id)
				if err != nil {
					return err
				}
				if p.ID == "" {
					continue // a row about nobody
				}
				if _, err := db.Exec(`DELETE FROM blocking_of WHERE who=?`, p.ID); err != nil {
					return err
				}
				began := time.Now()
				keys, err := identity.KeysOf(db, p)
				if err != nil {
					return err
				}
				if err := identity.Block(db, p, keys); err != nil {
					return err
				}
				if _, err := identity.Suggest(db, p, keys, s.now); err != nil {
					return err
				}
				took += time.Since(began)
			}
		}
		return nil
	})
	return took, err
}
