package ingest

import (
	"strings"

	"doorstep/internal/identity"
	"doorstep/internal/instrument"
)

// matched tells which row of a base another set of rows means by each of its own.
type matched struct {
	base map[*row]*row // by row of the other set; none for a row that is new
	mine map[*row]*row // the other way
	sure bool          // no row could as well mean another one
}

// matchRows finds who is who among the rows of one repeat: by what identifies them, then by being the same, then by the
// best alignment of unchanged answers. A row never means one that is somebody else by the key of the repeat.
func matchRows(base, mine []*row, key instrument.RowKey, persons map[string]string) matched {
	m := matched{base: map[*row]*row{}, mine: map[*row]*row{}, sure: true}
	by := identities(key, persons)
	for i, of := range by {
		m.pair(base, mine, of, by[:i])
	}
	m.pairAlike(base, mine)
	m.align(m.left(base, m.mine), m.left(mine, m.base), key, by)
	m.pairInOrder(base, mine, key, by)
	return m
}

// pairInOrder joins the rows that nothing tells apart, as many on one side as on the other, in their order: an app keeps rows
// where they stand, so each goes on being the row that it was. It is a guess, and whoever changed the rows meanwhile is asked.
func (m *matched) pairInOrder(base, mine []*row, key instrument.RowKey, by []func(*row) string) {
	of := func(r *row) string { return "one of all" }
	if len(key.Entity)+len(key.Key) > 0 || key.Name != "" {
		of = func(r *row) string { return by[1](r) + "\x00" + by[2](r) }
	}
	theirs := m.groups(base, m.mine, of)
	for id, ours := range m.groups(mine, m.base, of) {
		those := theirs[id]
		if len(those) != len(ours) || strings.Trim(id, "\x00") == "" {
			continue
		}
		if alikeAll(those, ours, key, by) {
			m.sure = false
			for i, one := range ours {
				m.join(those[i], one)
			}
		}
	}
}

// alikeAll reports whether each row could be the one at its place on the other side.
func alikeAll(those, ours []*row, key instrument.RowKey, by []func(*row) string) bool {
	for i, one := range ours {
		named := by[1](one) != "" || by[2](one) != ""
		if apart(those[i], one, by[:2]) || !named && alike(those[i], one, key, by) == 0 {
			return false
		}
	}
	return true
}

// identities are the ways to tell rows apart, the surest first. Each gives "" for a row that it says nothing about.
func identities(key instrument.RowKey, persons map[string]string) []func(*row) string {
	return []func(*row) string{
		func(r *row) string {
			for _, column := range key.Entity {
				if id := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(r.said[column])), "uuid:"); id != "" {
					return id
				}
			}
			return persons[r.id]
		},
		func(r *row) string {
			var all []string
			for _, column := range key.Key {
				if r.said[column] == "" {
					return ""
				}
				all = append(all, r.said[column])
			}
			return strings.Join(all, "\x00")
		},
		func(r *row) string {
			if r.said[key.Name] == "" || r.said[key.Birth] == "" {
				return ""
			}
			return identity.NameKey(r.said[key.Name]) + "\x00" + r.said[key.Birth]
		},
	}
}

func (m *matched) left(rows []*row, taken map[*row]*row) (left []*row) {
	for _, r := range rows {
		if taken[r] == nil {
			left = append(left, r)
		}
	}
	return left
}

func (m *matched) join(base, mine *row) { m.base[mine], m.mine[base] = base, mine }

// groups puts the rows that are not joined yet together by what of tells of them.
func (m *matched) groups(rows []*row, taken map[*row]*row, of func(*row) string) map[string][]*row {
	groups := map[string][]*row{}
	for _, r := range m.left(rows, taken) {
		if id := of(r); id != "" {
			groups[id] = append(groups[id], r)
		}
	}
	return groups
}

// pair joins the rows that an identity tells to be the same, where only one on each side is, and no surer one tells them
// apart.
func (m *matched) pair(base, mine []*row, of func(*row) string, surer []func(*row) string) {
	theirs := m.groups(base, m.mine, of)
	for id, ours := range m.groups(mine, m.base, of) {
		if those := theirs[id]; len(those) == 1 && len(ours) == 1 && !apart(those[0], ours[0], surer) {
			m.join(those[0], ours[0])
		}
	}
}

func apart(a, b *row, by []func(*row) string) bool {
	for _, of := range by {
		if x, y := of(a), of(b); x != "" && y != "" && x != y {
			return true
		}
	}
	return false
}

// pairAlike joins rows that say the same, those first that stand at the same place, the others in their order: which of them
// is which makes no difference, unless there are more of them on one side.
func (m *matched) pairAlike(base, mine []*row) {
	theirs, place := m.groups(base, m.mine, (*row).fingerprint), map[*row]int{}
	for i, r := range base {
		place[r] = i
	}
	for print, ours := range m.groups(mine, m.base, (*row).fingerprint) {
		those := theirs[print]
		if len(those) > 0 && len(those) != len(ours) {
			m.sure = false
		}
		if len(base) == len(mine) {
			for _, r := range those {
				if at := mine[place[r]]; m.base[at] == nil && at.fingerprint() == print {
					m.join(r, at)
				}
			}
			those, ours = m.left(those, m.mine), m.left(ours, m.base)
		}
		for i := range min(len(ours), len(those)) {
			m.join(those[i], ours[i])
		}
	}
}

const mostCompared = 10_000 // pairs of rows; more than these are not aligned

// align joins rows that changed: each with the one that it has most unchanged answers with, if that is the other's best
// one too. It is unsure where two fit as well.
func (m *matched) align(base, mine []*row, key instrument.RowKey, by []func(*row) string) {
	if len(base) == 0 || len(mine) == 0 {
		return
	}
	if len(base)*len(mine) > mostCompared {
		m.sure = false
		return
	}
	likeness := make([][]int, len(base))
	for i, b := range base {
		likeness[i] = make([]int, len(mine))
		for j, r := range mine {
			likeness[i][j] = alike(b, r, key, by)
		}
	}
	column := func(j int) []int {
		all := make([]int, len(base))
		for i := range base {
			all[i] = likeness[i][j]
		}
		return all
	}
	for i := range base {
		j, clear := best(likeness[i])
		if j < 0 {
			continue
		}
		if back, clearToo := best(column(j)); clear && clearToo && back == i {
			m.join(base[i], mine[j])
		} else {
			m.sure = false
		}
	}
}

// best is the index of the highest likeness, -1 where there is none, and whether no other comes up to it.
func best(likeness []int) (at int, clear bool) {
	at = -1
	for i, n := range likeness {
		switch {
		case n == 0:
		case at < 0 || n > likeness[at]:
			at, clear = i, true
		case n == likeness[at]:
			clear = false
		}
	}
	return at, clear
}

// alike is how many answers two rows share, 0 where they are not the same thing: an identity tells them apart, neither
// name nor birth date is the same, or most of what they say differs.
func alike(a, b *row, key instrument.RowKey, by []func(*row) string) int {
	if apart(a, b, by[:2]) {
		return 0
	}
	same, all := 0, 0
	for column := range union(a.said, b.said) {
		all++
		if a.said[column] == b.said[column] {
			same++
		}
	}
	if named := key.Name != "" || key.Birth != ""; !named {
		if 2*same <= all {
			return 0
		}
		return same
	}
	if !samePerson(a, b, key) || 2*same < all {
		return 0
	}
	return same
}

// samePerson reports whether name or birth date agree, or neither row tells one.
func samePerson(a, b *row, key instrument.RowKey) bool {
	name, other := identity.NameKey(a.said[key.Name]), identity.NameKey(b.said[key.Name])
	birth, otherBirth := a.said[key.Birth], b.said[key.Birth]
	if name == "" && birth == "" || other == "" && otherBirth == "" {
		return name == other && birth == otherBirth
	}
	return name != "" && name == other || birth != "" && birth == otherBirth
}
