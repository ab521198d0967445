package ingest

import (
	"strings"

	"doorstep/internal/instrument"
)

// rowMerge merges the rows of one repeat whose base is known.
type rowMerge struct {
	m            *merger
	who          matched
	base, theirs map[string]*row // by id
	added        map[*row]*row   // what both sides added alike: the sender's by the stored one
	out          map[*row]*row   // merged rows by the sender's
}

// meet finds rows that both sides added for the same person or thing.
func (r *rowMerge) meet(theirs, mine []*row, key instrument.RowKey) {
	var news, ours []*row
	for _, t := range theirs {
		if r.base[t.id] == nil {
			news = append(news, t)
		}
	}
	for _, one := range mine {
		if r.who.base[one] == nil {
			ours = append(ours, one)
		}
	}
	met := matched{base: map[*row]*row{}, mine: map[*row]*row{}}
	by := identities(key, r.m.persons)
	for i, of := range by {
		met.pair(news, ours, of, by[:i])
	}
	r.added = met.mine
}

// stored merges a stored row; nil where the sender took it out. A row that one side took out and the other changed stays
// as it is stored, and is a conflict.
func (r *rowMerge) stored(theirs *row) *row {
	base := r.base[theirs.id]
	switch {
	case base == nil && r.added[theirs] != nil:
		mine := r.added[theirs]
		r.out[mine] = r.m.merge(newRow(theirs.table, ""), theirs, mine)
		return r.out[mine]
	case base == nil:
		return theirs.clone()
	}
	if mine := r.who.mine[base]; mine != nil {
		r.out[mine] = r.m.merge(base, theirs, mine)
		return r.out[mine]
	}
	if base.equal(theirs) {
		return nil
	}
	kept := theirs.clone()
	r.m.conflict(kept, theirs, newRow(theirs.table, ""))
	return kept
}

// news is a row of the sender's that is not stored; nil where somebody took it out since.
func (r *rowMerge) news(mine *row) *row {
	base := r.who.base[mine]
	switch {
	case base == nil:
		return r.m.merge(newRow(mine.table, ""), newRow(mine.table, ""), mine)
	case r.m.edited(base, mine):
		r.m.conflict(mine, newRow(mine.table, ""), mine)
	}
	return nil
}

// inOrderOf lists the merged rows as they are stored, with the sender's new ones behind those that they stood behind.
func (r *rowMerge) inOrderOf(theirs, mine []*row) []*row {
	var rows []*row
	for _, t := range theirs {
		if merged := r.stored(t); merged != nil {
			rows = append(rows, merged)
		}
	}
	at := 0 // where the next new row goes
	for _, one := range mine {
		if merged := r.out[one]; merged != nil {
			at = indexOf(rows, merged) + 1
			continue
		}
		if merged := r.news(one); merged != nil {
			rows = append(rows[:at], append([]*row{merged}, rows[at:]...)...)
			at++
		}
	}
	return rows
}

// mineInOrder lists the rows as the sender has them, where nobody else changed any.
func (r *rowMerge) mineInOrder(mine []*row) []*row {
	rows := make([]*row, 0, len(mine))
	for _, one := range mine {
		if base := r.who.base[one]; base != nil {
			rows = append(rows, r.m.merge(base, r.theirs[base.id], one))
		} else {
			rows = append(rows, r.news(one))
		}
	}
	return rows
}

func indexOf(rows []*row, one *row) int {
	for i, r := range rows {
		if r == one {
			return i
		}
	}
	return -1
}

// conflict keeps all that two versions of a row say, where one side took the row out.
func (m *merger) conflict(at, theirs, mine *row) {
	t := m.layout.Named(at.table)
	for _, c := range t.Columns {
		if stored, said := theirs.said[c.Name], mine.said[c.Name]; stored != said {
			m.clashes = append(m.clashes, clash{at, strings.Join(c.Path, "/"), stored, said})
		}
	}
	for _, below := range m.layout.Below(t) {
		if x, y := theirs.below[below.Name], mine.below[below.Name]; len(x) > 0 || len(y) > 0 {
			m.clashes = append(m.clashes, clash{at, strings.Join(below.Path, "/"), listed(x), listed(y)})
		}
	}
}
