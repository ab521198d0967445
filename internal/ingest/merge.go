package ingest

import (
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// merger brings what one sender says into what is stored, both grown from the same base. Answers that only one side
// changed are taken from it; where both changed one answer differently, what is stored stays and both are a conflict.
type merger struct {
	layout  *collections.Layout    // of the record, with the columns of all versions
	sender  *instrument.Instrument // version that the sender filled in
	keys    map[string]instrument.RowKey
	partial bool              // the sender's app gives back neither files nor what it fills in by itself
	persons map[string]string // by id of a stored row
	back    putBacks          // answers that a reviewer put back: an app that does not show them leaves them out
	clashes []clash
}

// clash is an answer, or a whole repeat, of which both values are kept.
type clash struct {
	row    *row // that it is in
	path   string
	theirs string
	mine   string
}

// merge gives the record as it is from now on. base, theirs and mine are the same row of a table.
func (m *merger) merge(base, theirs, mine *row) *row {
	t := m.layout.Named(theirs.table)
	merged := newRow(theirs.table, theirs.id)
	merged.node = mine.node
	for _, c := range t.Columns {
		was, stored, said := base.said[c.Name], theirs.said[c.Name], m.meant(t, base.id, c, base.said[c.Name], mine.said[c.Name])
		value := stored
		switch {
		case said == was, said == stored:
		case stored == was:
			value = said
		default:
			m.clashes = append(m.clashes, clash{merged, strings.Join(c.Path, "/"), stored, said})
		}
		if value != "" {
			merged.said[c.Name] = value
		}
	}
	for _, below := range m.layout.Below(t) {
		if m.sender.Layout.Named(below.Name) == nil {
			merged.below[below.Name] = cloneAll(theirs.below[below.Name])
			continue
		}
		merged.below[below.Name] = m.mergeRows(merged, below, base.below[below.Name], theirs.below[below.Name], mine.below[below.Name])
	}
	return merged
}

// meant is what the sender says of a question: the base where their version does not ask for it, and choices that it does
// not offer stay, because nobody saw them. So does what a reviewer put back where nobody says anything: their app shows
// nothing there, or computes it.
func (m *merger) meant(t *survey.Table, id string, c survey.Column, was, said string) string {
	if _, back := m.back[answerID{t.Name, id, c.Name}]; back && (said == "" || c.Question.Calculation != "") || !m.asked(t, c) || m.partial &&
		c.Question.Kind == survey.KindFile && said == "" {
		return was
	}
	offered := m.sender.Choices(t.Name, c.Name)
	if offered == nil {
		return said
	}
	names := strings.Fields(said)
	for _, name := range strings.Fields(was) {
		unseen := !offered[name] && !slices.Contains(names, name)
		if unseen && (c.Question.Kind != survey.KindSelectOne || said == "") {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// asked reports whether the sender's form asks for what is in a column, and their app gives it back.
func (m *merger) asked(t *survey.Table, c survey.Column) bool {
	own := m.sender.Layout.Named(t.Name)
	known := own != nil && slices.ContainsFunc(own.Columns, func(k survey.Column) bool { return k.Name == c.Name })
	return known && !(m.partial && Automatic(c.Question))
}

// seen is what the sender could see of a row.
func (m *merger) seen(r *row) *row {
	t := m.layout.Named(r.table)
	seen := newRow(r.table, r.id)
	for _, c := range t.Columns {
		if v := r.said[c.Name]; v != "" && m.asked(t, c) {
			seen.said[c.Name] = v
		}
	}
	for _, below := range m.layout.Below(t) {
		if m.sender.Layout.Named(below.Name) != nil {
			for _, one := range r.below[below.Name] {
				seen.below[below.Name] = append(seen.below[below.Name], m.seen(one))
			}
		}
	}
	return seen
}

// match finds who is who in a repeat, by what the sender could see.
func (m *merger) match(table string, base, mine []*row) matched {
	seen, real := make([]*row, len(base)), map[*row]*row{}
	for i, r := range base {
		seen[i] = m.seen(r)
		real[seen[i]] = r
	}
	found := matchRows(seen, mine, m.keys[table], m.persons)
	who := matched{base: map[*row]*row{}, mine: map[*row]*row{}, sure: found.sure}
	for one, b := range found.base {
		who.join(real[b], one)
	}
	return who
}

// mergeRows merges the rows of one repeat. Where it is unsure which row means which, and both sides changed them, the
// repeat stays as it is stored, and both versions of it are a conflict.
func (m *merger) mergeRows(in *row, t *survey.Table, base, theirs, mine []*row) []*row {
	who := m.match(t.Name, base, mine)
	mine = m.withPutBack(base, mine, who)
	mineChanged := m.changed(base, mine, who)
	theirsChanged := !slices.EqualFunc(base, theirs, func(b, t *row) bool { return b.id == t.id && b.equal(t) })
	switch {
	case !mineChanged:
		return m.keepNodes(theirs, base, who)
	case theirsChanged && !who.sure:
		m.clashes = append(m.clashes, clash{in, strings.Join(t.Path, "/"), listed(theirs), listed(mine)})
		return cloneAll(theirs)
	}
	rows := &rowMerge{m: m, who: who, base: byID(base), theirs: byID(theirs), added: map[*row]*row{}, out: map[*row]*row{}}
	rows.meet(theirs, mine, m.keys[t.Name])
	if theirsChanged {
		return rows.inOrderOf(theirs, mine)
	}
	return rows.mineInOrder(mine)
}

// changed reports whether the sender changed a repeat: its rows, their order, or an answer that they know.
func (m *merger) changed(base, mine []*row, who matched) bool {
	if len(base) != len(mine) {
		return true
	}
	for i, r := range mine {
		if who.base[r] != base[i] || m.edited(base[i], r) {
			return true
		}
	}
	return false
}

// edited reports whether the sender changed what they know of a row.
func (m *merger) edited(base, mine *row) bool {
	t := m.layout.Named(base.table)
	for _, c := range t.Columns {
		if m.meant(t, base.id, c, base.said[c.Name], mine.said[c.Name]) != base.said[c.Name] {
			return true
		}
	}
	for _, below := range m.layout.Below(t) {
		if m.sender.Layout.Named(below.Name) == nil {
			continue
		}
		who := m.match(below.Name, base.below[below.Name], mine.below[below.Name])
		if m.changed(base.below[below.Name], mine.below[below.Name], who) {
			return true
		}
	}
	return false
}

// keepNodes takes the stored rows, with the nodes that the sender wrote for them.
func (m *merger) keepNodes(theirs, base []*row, who matched) []*row {
	rows := cloneAll(theirs)
	was := byID(base)
	for _, r := range rows {
		if mine := who.mine[was[r.id]]; mine != nil {
			r.node = mine.node
		}
	}
	return rows
}

func cloneAll(rows []*row) []*row {
	all := make([]*row, len(rows))
	for i, r := range rows {
		all[i] = r.clone()
	}
	return all
}

func byID(rows []*row) map[string]*row {
	all := make(map[string]*row, len(rows))
	for _, r := range rows {
		all[r.id] = r
	}
	return all
}

// listed writes the rows of a repeat down as one value.
func listed(rows []*row) string { return collections.JSON(valuesOfAll(rows)) }
