package identity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// member is a person or household among those whom verdicts call the same.
type member struct {
	id, merged, created, area string
	rev                       int64
}

// grouping merges the rows of one table by all verdicts on them. Rows that mayTouch refuses stay as they are.
type grouping struct {
	db       collections.DB
	table    string
	now      time.Time
	mayTouch func(member) bool
}

// regroup points everybody whom verdicts connect with a or b at the eldest of them. It looks at all verdicts, so that
// their order does not matter and each can be taken back. The rows stay: no id ever leads nowhere. It fails with
// problem.BeyondTerritory when that cannot be done without a row that mayTouch refuses.
func (g *grouping) regroup(a, b string) error {
	all, err := g.connected(a, b)
	if err != nil {
		return err
	}
	for _, start := range []string{a, b} {
		group, err := g.connected(start)
		if err != nil {
			return err
		}
		if err := g.pointAtOne(group, all); err != nil {
			return err
		}
	}
	return nil
}

// pointAtOne merges a group into one member: one that must not be merged, else the eldest. A member that was merged into
// somebody else by other means stays so.
func (g *grouping) pointAtOne(group, all map[string]member) error {
	var fixed, free []member
	for _, m := range group {
		_, inside := group[m.merged]
		_, known := all[m.merged]
		switch {
		case m.merged != "" && !known:
		case g.mayTouch(m):
			free = append(free, m)
		case m.merged == "":
			fixed = append(fixed, m)
		case !inside:
			return problem.New(problem.BeyondTerritory, "")
		}
	}
	if len(fixed) > 1 {
		return problem.New(problem.BeyondTerritory, "")
	}
	slices.SortFunc(free, func(a, b member) int { return cmp.Or(cmp.Compare(a.created, b.created), cmp.Compare(a.id, b.id)) })
	order := append(fixed, free...)
	for i, m := range order {
		into := ""
		if i > 0 {
			into = order[0].id
		}
		if m.merged == into {
			continue
		}
		if err := g.point(m, into); err != nil {
			return err
		}
	}
	return nil
}

func (g *grouping) point(m member, into string) error {
	if err := collections.Update(g.db, g.table, m.id, collections.Row{{Column: "merged_into", Value: into}, {Column: "rev", Value: m.rev + 1},
		{Column: "updated", Value: collections.Stamp(g.now)}}); err != nil {
		return err
	}
	return collections.Announce(g.db, collections.RevisionOf(g.table, m.id, m.rev+1), m.area, collections.Upsert, g.now)
}

// joinTasks lets households that are one now be asked for once, and those that are not any more each for itself.
func (g *grouping) joinTasks(a, b string) error {
	all, err := g.connected(a, b)
	if err != nil {
		return err
	}
	return collections.JoinTasks(g.db, slices.Sorted(maps.Keys(all)), g.now)
}

// connected are the rows that can be reached from these over pairs that are the same.
func (g *grouping) connected(from ...string) (map[string]member, error) {
	found, seen := map[string]member{}, map[string]bool{}
	for len(from) > 0 {
		id := from[0]
		if from = from[1:]; seen[id] {
			continue
		}
		seen[id] = true
		m := member{id: id}
		exists, err := collections.One(g.db, `SELECT merged_into, created, area, rev FROM "`+g.table+`" WHERE id=?`, []any{id},
			&m.merged, &m.created, &m.area, &m.rev)
		if err != nil {
			return nil, err
		}
		if exists {
			found[id] = m
		}
		others, err := collections.Column[string](g.db, `SELECT b FROM duplicates WHERE collection=? AND status='same' AND a=?
			UNION ALL SELECT a FROM duplicates WHERE collection=? AND status='same' AND b=?`, g.table, id, g.table, id)
		if err != nil {
			return nil, fmt.Errorf("verdicts on %s: %w", id, err)
		}
		from = append(from, others...)
	}
	return found, nil
}
