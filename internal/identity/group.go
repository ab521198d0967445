package identity

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"
	"time"

	"doorstep/collections"
)

// member is a person among those whom verdicts call the same.
type member struct{ id, merged, created string }

// regroup points everybody whom verdicts connect with the pair at the eldest of them. It looks at all verdicts, so that
// their order does not matter and each can be taken back. The rows stay: no id ever leads nowhere.
func regroup(db collections.DB, p Pair, now time.Time) error {
	all, err := connected(db, p.A, p.B)
	if err != nil {
		return err
	}
	for _, start := range []string{p.A, p.B} {
		group, err := connected(db, start)
		if err != nil {
			return err
		}
		if err := pointAtEldest(db, group, all, now); err != nil {
			return err
		}
	}
	return nil
}

// pointAtEldest leaves alone whoever was pointed at somebody else by other means.
func pointAtEldest(db collections.DB, group, all map[string]member, now time.Time) error {
	ours := slices.DeleteFunc(slices.Collect(maps.Values(group)), func(m member) bool {
		_, known := all[m.merged]
		return m.merged != "" && !known
	})
	slices.SortFunc(ours, func(a, b member) int { return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id)) })
	for i, m := range ours {
		into := ""
		if i > 0 {
			into = ours[0].id
		}
		if m.merged == into {
			continue
		}
		if err := setMerged(db, m.id, into, now); err != nil {
			return err
		}
	}
	return nil
}

// connected are the persons that can be reached from these over pairs that are the same.
func connected(db collections.DB, from ...string) (map[string]member, error) {
	found, seen := map[string]member{}, map[string]bool{}
	for len(from) > 0 {
		id := from[0]
		if from = from[1:]; seen[id] {
			continue
		}
		seen[id] = true
		m := member{id: id}
		exists, err := collections.One(db, `SELECT merged_into, created FROM persons WHERE id=?`, []any{id}, &m.merged, &m.created)
		if err != nil {
			return nil, err
		}
		if exists {
			found[id] = m
		}
		err = collections.Each(db, `SELECT CASE WHEN a=? THEN b ELSE a END FROM duplicates WHERE collection='persons' AND status='same' AND (a=? OR b=?)`, []any{id, id, id}, func(rows *sql.Rows) error {
			var other string
			err := rows.Scan(&other)
			from = append(from, other)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
