package territory

import (
	"cmp"
	"database/sql"
	"strings"

	"doorstep/collections"
)

// Feed is the part of the feed of changes that goes to the areas in the ranges and to some more targets. It is read target by
// target, so that it costs what the areas of the ranges cost and not what was ever told of them.
type Feed struct {
	Ranges []Range
	Also   []string

	Where string // narrows the changes, named c, with Args; "" for all
	Args  []any
}

// Each calls scan with seq, collection, record, record_rev and op of the first changes after seq, in their order.
func (f Feed) Each(db collections.DB, seq int64, limit int, scan func(*sql.Rows) error) error {
	query, all := f.targets()
	query += `SELECT c.seq, c.collection, c.record, c.record_rev, c.op FROM targets CROSS JOIN changes c ON c.target=targets.target AND c.seq>?
		WHERE ` + cmp.Or(f.Where, `1`) + ` ORDER BY c.seq LIMIT ?`
	return collections.Each(db, query, append(append(append(all, seq), f.Args...), limit), scan)
}

// Head is the sequence number of the last change; 0 when there is none.
func (f Feed) Head(db collections.DB) (seq int64, err error) {
	query, args := f.targets()
	_, err = collections.One(db, query+`SELECT COALESCE(MAX((SELECT MAX(seq) FROM changes c WHERE c.target=targets.target)),0) FROM targets`,
		args, &seq)
	return seq, err
}

// targets begins a query with the targets that occur in the feed: of each range the first one, and then always the next.
func (f Feed) targets() (with string, args []any) {
	first := []string{`SELECT NULL, NULL WHERE 0`}
	for _, r := range f.Ranges {
		first, args = append(first, `SELECT MIN(target), ? FROM changes WHERE target>=? AND target<?`), append(args, r.Hi, r.Lo, r.Hi)
	}
	also := []string{`SELECT target FROM places WHERE target IS NOT NULL`}
	for _, target := range f.Also {
		also, args = append(also, `SELECT ?`), append(args, target)
	}
	return `WITH RECURSIVE first(target, hi) AS (` + strings.Join(first, ` UNION ALL `) + `),
		places(target, hi) AS (SELECT target, hi FROM first
		UNION ALL SELECT (SELECT MIN(target) FROM changes WHERE target>places.target AND target<places.hi), hi FROM places
		WHERE target IS NOT NULL),
		targets(target) AS (` + strings.Join(also, ` UNION ALL `) + `) `, args
}
