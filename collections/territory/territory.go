// Package territory turns a territory, a set of area codes with all that lies below them, into what SQLite finds by an
// index: ranges of codes, read one after the other. Ranges that are joined by OR make it walk a whole table in the order of
// its ids.
package territory

import (
	"slices"
	"strings"
)

// Range is the half-open range of codes below one prefix.
type Range struct{ Lo, Hi string }

// Everywhere is the range of all codes, and of what has none.
var Everywhere = []Range{{"", "~"}}

// Of gives the ranges of a territory, in order and without overlap; prefixes below another are dropped. Codes are digits
// with an optional type letter, so ":" after a prefix would cut letters off: the bound is the next prefix.
func Of(codes []string) []Range {
	var kept []Range
	for _, p := range slices.Sorted(slices.Values(codes)) {
		if p == "" || len(kept) > 0 && strings.HasPrefix(p, kept[len(kept)-1].Lo) {
			continue
		}
		kept = append(kept, Range{Lo: p, Hi: p[:len(p)-1] + string(rune(p[len(p)-1]+1))})
	}
	return kept
}

// Scopes are the ranges of a territory as worker_scopes keeps them: never none, since the rules of what is somebody's own, too,
// go by these rows.
func Scopes(codes []string) []Range {
	if ranges := Of(codes); len(ranges) > 0 {
		return ranges
	}
	return []Range{{Lo: "-", Hi: "-"}} // holds no place
}

// WithAbove gives the ranges of a territory and the areas that it lies in, each of those as a range of one code.
func WithAbove(codes []string) []Range {
	ranges := Of(codes)
	for _, r := range ranges {
		for _, code := range Above(r.Lo) {
			ranges = append(ranges, Range{Lo: code, Hi: code + "!"}) // below every longer code
		}
	}
	slices.SortFunc(ranges, func(a, b Range) int { return strings.Compare(a.Lo, b.Lo) })
	return slices.Compact(ranges)
}

// Both gives what of some ranges lies in others.
func Both(some, others []Range) (left []Range) {
	for _, r := range some {
		for _, o := range others {
			if lo, hi := max(r.Lo, o.Lo), min(r.Hi, o.Hi); lo < hi {
				left = append(left, Range{Lo: lo, Hi: hi})
			}
		}
	}
	return left
}

// Minus gives what of some ranges lies outside of others. Both are in order and do not overlap.
func Minus(some, others []Range) (left []Range) {
	for _, r := range some {
		for _, o := range others {
			if o.Hi <= r.Lo || o.Lo >= r.Hi {
				continue
			}
			if r.Lo < o.Lo {
				left = append(left, Range{Lo: r.Lo, Hi: o.Lo})
			}
			r.Lo = min(o.Hi, r.Hi)
		}
		if r.Lo < r.Hi {
			left = append(left, r)
		}
	}
	return left
}

// Within is the condition that a column lies in one of the ranges, for rows that are found by something else. Write the column
// with a unary plus, as in "+m.area": that keeps SQLite from going along an index of it.
func Within(column string, ranges []Range) (where string, args []any) {
	if len(ranges) == 0 {
		return `0`, nil
	}
	var parts []string // nothing beside the ranges: SQLite uses no index for an OR of which one part has none
	for _, r := range ranges {
		parts, args = append(parts, column+`>=? AND `+column+`<?`), append(args, r.Lo, r.Hi)
	}
	return `(` + strings.Join(parts, ` OR `) + `)`, args
}

// Among makes a table of the ranges for the left of a CROSS JOIN, as in `Among r CROSS JOIN visits m ON m.area>=r.lo AND m.area<r.hi`:
// SQLite then reads one range after the other along the index of the column.
func Among(ranges []Range) (table string, args []any) {
	if len(ranges) == 0 {
		return `(SELECT '' AS lo, '' AS hi WHERE 0)`, nil
	}
	for _, r := range ranges {
		args = append(args, r.Lo, r.Hi)
	}
	return `(SELECT column1 AS lo, column2 AS hi FROM (VALUES ` + strings.TrimSuffix(strings.Repeat(`(?,?),`, len(ranges)), `,`) + `))`, args
}
