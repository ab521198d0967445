package devicesync

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
)

// RememberTerritory keeps a territory that a worker gives up, with the end of the feed at that moment, so that a tablet
// which comes from it later can be told what left. It belongs into the transaction of the change.
func RememberTerritory(db collections.DB, worker string, territory []string, now time.Time) error {
	codes, err := json.Marshal(territory)
	if err != nil {
		return err
	}
	id, err := collections.NewID()
	if err != nil {
		return err
	}
	at := collections.Stamp(now)
	_, err = db.Exec(`INSERT INTO former_territories (id, worker, scope, territory, seq, created, updated) VALUES (?, ?, ?, ?, (SELECT COALESCE(MAX(seq),0) FROM changes), ?, ?)
		ON CONFLICT (worker, scope) DO UPDATE SET seq=excluded.seq, updated=excluded.updated`, id, worker, ScopeKey(territory), string(codes), at, at)
	if err != nil {
		return fmt.Errorf("remember territory of %s: %w", worker, err)
	}
	return nil
}

// former is a territory that a worker once had, and the end of the feed when it was given up.
type former struct {
	territory []string
	until     int64
}

func formerTerritory(db collections.DB, worker, scope string) (former, bool, error) {
	var codes string
	var f former
	found, err := collections.One(db, `SELECT territory, seq FROM former_territories WHERE worker=? AND scope=?`, []any{worker, scope}, &codes, &f.until)
	f.territory = access.ParseTerritory(codes)
	return f, found, err
}

// withAbove adds to a territory the areas that it lies in, each as a range of one code.
func withAbove(territory []string) []access.Range {
	ranges := access.Ranges(territory)
	for _, r := range access.Ranges(territory) {
		for _, n := range []int{4, 6, 9, 12} {
			if n < len(r.Lo) {
				ranges = append(ranges, access.Range{Lo: r.Lo[:n], Hi: r.Lo[:n] + "!"}) // below every longer code
			}
		}
	}
	slices.SortFunc(ranges, func(a, b access.Range) int { return strings.Compare(a.Lo, b.Lo) })
	return slices.Compact(ranges)
}

// minus is what of some ranges lies outside of others. Both are in order and do not overlap.
func minus(some, others []access.Range) (left []access.Range) {
	for _, r := range some {
		for _, o := range others {
			if o.Hi <= r.Lo || o.Lo >= r.Hi {
				continue
			}
			if r.Lo < o.Lo {
				left = append(left, access.Range{Lo: r.Lo, Hi: o.Lo})
			}
			r.Lo = min(o.Hi, r.Hi)
		}
		if r.Lo < r.Hi {
			left = append(left, r)
		}
	}
	return left
}

// inside is the SQL condition that a column lies in one of the ranges.
func inside(column string, ranges []access.Range) (string, []any) {
	if len(ranges) == 0 {
		return `0`, nil
	}
	parts, args := make([]string, len(ranges)), make([]any, 0, 2*len(ranges))
	for i, r := range ranges {
		parts[i], args = column+`>=? AND `+column+`<?`, append(args, r.Lo, r.Hi)
	}
	return strings.Join(parts, ` OR `), args
}
