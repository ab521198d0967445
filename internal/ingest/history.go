package ingest

import (
	"database/sql"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// difference is an answer that a revision changed. A row keeps its id wherever it stands, so an answer is in the history
// of its row; the path tells where the row stands now, or stood when it was taken out.
type difference struct{ path, row, before, after string }

// differences lists what differs between two revisions of a record, answer by answer.
func differences(l *collections.Layout, old, now *row) []difference {
	var all []difference
	t := l.Named(now.table)
	for _, c := range t.Columns {
		if before, after := old.said[c.Name], now.said[c.Name]; before != after {
			all = append(all, difference{now.path + strings.Join(c.Path, "/"), now.where, before, after})
		}
	}
	for _, below := range l.Below(t) {
		was := byID(old.below[below.Name])
		for _, one := range now.below[below.Name] {
			before := was[one.id]
			if delete(was, one.id); before == nil {
				before = newRow(one.table, one.id)
			}
			all = append(all, differences(l, before, one)...)
		}
		for _, gone := range old.below[below.Name] {
			if was[gone.id] != nil {
				all = append(all, takenOut(l, gone)...)
			}
		}
	}
	return all
}

// takenOut lists what a row said that is not there any more, and the rows in it.
func takenOut(l *collections.Layout, gone *row) []difference {
	nothing := newRow(gone.table, gone.id)
	nothing.path, nothing.where = gone.path, gone.where
	flat := newRow(gone.table, gone.id)
	flat.said = gone.said
	all := differences(l, flat, nothing)
	for _, below := range l.Below(l.Named(gone.table)) {
		for _, one := range gone.below[below.Name] {
			all = append(all, takenOut(l, one)...)
		}
	}
	return all
}

// remember keeps the history of a correction.
func (s *storing) remember() error {
	if !s.exists {
		return nil
	}
	now := readRow(s.d.form.Whole, s.d.inst.Root, s.d.rec.Rows)
	for _, d := range differences(s.d.form.Whole, s.stored, now) {
		if err := s.edits().keep(d, kindCorrection, statusDone); err != nil {
			return err
		}
	}
	return nil
}

// notKnown is what an answer was where the row of its history is damaged. It equals nothing that anybody says, so that
// a change since is a conflict, which keeps both values.
const notKnown = "\x00"

// answersAt is what a record said at a revision: what is stored, with the corrections since taken back. What a tablet
// sent last does not tell that, because it may have been merged.
func answersAt(db collections.DB, record string, rev int64, layout *collections.Layout, stored *row) (*row, error) {
	then := pastOf(layout, record, stored)
	err := collections.Each(db, `SELECT id, field, "row", before, sealed FROM edits WHERE record=? AND kind='correction' AND record_rev>?
		ORDER BY record_rev DESC`, []any{record, rev}, func(rows *sql.Rows) error {
		var id, field, where, before, sealed string
		if err := rows.Scan(&id, &field, &where, &before, &sealed); err != nil {
			return err
		}
		opened, whole, err := collections.OpenWhole(db, collections.Edits, id, sealed)
		opened.Fill("before", &before)
		if !whole {
			before = notKnown
		}
		then.takeBack(field, where, before)
		return err
	})
	then.prune(then.row)
	return then.row, err
}

// past is a record on its way back to what it was.
type past struct {
	row     *row
	layout  *collections.Layout
	record  string
	touched map[*row]bool
}

func pastOf(l *collections.Layout, record string, stored *row) *past {
	return &past{row: stored.clone(), layout: l, record: record, touched: map[*row]bool{}}
}

var position = regexp.MustCompile(`\[(\d+)\]`)

// takeBack puts an answer back, and returns its row and its column. What is no answer of the form is left out: nil.
func (p *past) takeBack(field, where, before string) (*row, string) {
	spot, ok := p.layout.SpotOf(position.ReplaceAllString(field, ""))
	if !ok {
		return nil, ""
	}
	var places []int
	for _, m := range position.FindAllStringSubmatch(field, -1) {
		n, _ := strconv.Atoi(m[1]) // digits; one that is too long stands at the end
		places = append(places, n)
	}
	at := p.at(spot.Table, strings.Split(where, "/"), places)
	if p.touched[at] = true; before == "" {
		delete(at.said, spot.Column)
	} else {
		at.said[spot.Column] = before
	}
	return at, spot.Column
}

// at finds or makes a row. Older entries tell no ids: rows then had that of their place.
func (p *past) at(t *survey.Table, ids []string, places []int) *row {
	if t.Parent == nil {
		return p.row
	}
	depth := 0
	for up := t.Parent; up.Parent != nil; up = up.Parent {
		depth++
	}
	parent := p.at(t.Parent, ids, places)
	place, id := 1, ""
	if depth < len(places) {
		place = max(1, places[depth])
	}
	if depth < len(ids) {
		id = ids[depth]
	}
	if id == "" {
		id = collections.RowID(p.record, t.Name, parent.id, place)
	}
	rows := parent.below[t.Name]
	for _, r := range rows {
		if r.id == id {
			return r
		}
	}
	made := newRow(t.Name, id)
	parent.below[t.Name] = slices.Insert(rows, min(place-1, len(rows)), made)
	p.touched[parent] = true
	return made
}

// prune takes out the rows that were not there yet: nothing is left of what they say.
func (p *past) prune(r *row) {
	for table, rows := range r.below {
		for _, one := range rows {
			p.prune(one)
		}
		r.below[table] = slices.DeleteFunc(rows, func(one *row) bool {
			return p.touched[one] && len(one.said) == 0 && !slices.ContainsFunc(tables(one), func(below []*row) bool { return len(below) > 0 })
		})
	}
}

func tables(r *row) (all [][]*row) {
	for _, rows := range r.below {
		all = append(all, rows)
	}
	return all
}
