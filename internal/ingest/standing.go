package ingest

import (
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// answerID names a stored answer, wherever its row stands.
type answerID struct{ table, row, column string }

// putBacks are the answers that stand in a record although the form says otherwise, because a reviewer put them back, and
// where they stand.
type putBacks map[answerID]string

// keptCodes are the findings that tell of such answers.
var keptCodes = []string{"logic.irrelevant_kept", "logic.recalculated_kept"}

// putBackIn finds them by the findings of the stored record: of a group that is not relevant, all that is said in it.
func putBackIn(l *collections.Layout, stored *row, issues []survey.Issue) putBacks {
	var marks []string
	for _, i := range issues {
		if slices.Contains(keptCodes, i.Code) && i.Field != "" {
			marks = append(marks, i.Field)
		}
	}
	if len(marks) == 0 {
		return nil
	}
	found := putBacks{}
	stored.eachAnswer(l, func(r *row, column, path string) {
		for _, mark := range marks {
			if path == mark || strings.HasPrefix(path, mark+"/") {
				found[answerID{r.table, r.id, column}] = path
			}
		}
	})
	return found
}

// eachAnswer calls do for what a record says, with the row and the path of each answer.
func (r *row) eachAnswer(l *collections.Layout, do func(r *row, column, path string)) {
	for _, c := range l.Named(r.table).Columns {
		if r.said[c.Name] != "" {
			do(r, c.Name, r.path+strings.Join(c.Path, "/"))
		}
	}
	for _, rows := range r.below {
		for _, one := range rows {
			one.eachAnswer(l, do)
		}
	}
}

// places notes the ids of rows, and of those around them, by the nodes that they were read from.
func (r *row) places(ids map[*survey.Node]string) {
	for _, rows := range r.below {
		for _, one := range rows {
			if one.node != nil {
				ids[one.node] = one.where
			}
			one.places(ids)
		}
	}
}

// keepPutBack lets the answers stay that a reviewer put back and that the record still says, unless one that they depend on
// has changed: then the form decides anew.
func (v revising) keepPutBack(back putBacks, now *row) {
	if len(back) == 0 {
		return
	}
	l := v.d.form.Whole
	now.number(l)
	changed := differences(l, v.stored, now)
	was := map[string]*row{"": v.stored}
	v.stored.index(was)
	now.eachAnswer(l, func(r *row, column, path string) {
		_, known := back[answerID{r.table, r.id, column}]
		if before := was[r.id]; !known || before == nil || before.said[column] != r.said[column] {
			return
		}
		if reads := v.d.form.Reads(position.ReplaceAllString(path, "")); !slices.ContainsFunc(changed,
			func(d difference) bool { return decides(reads, d, r) }) {
			v.stay(path, r.where)
		}
	})
}

// stay lets an answer of a row stay, whatever the form says.
func (v revising) stay(path, where string) {
	if v.standing == nil {
		v.d.inst.PutBack, v.standing = map[string]bool{}, map[string]bool{}
	}
	v.d.inst.PutBack[path], v.standing[answerKey(path, where)] = true, true
}

// pathOf is where the answer in a column of the row stands.
func (r *row) pathOf(l *collections.Layout, column string) string {
	return r.path + strings.Join(columnOf(l, r.table, column).Path, "/")
}

func columnOf(l *collections.Layout, table, column string) survey.Column {
	all := l.Named(table).Columns
	i := slices.IndexFunc(all, func(c survey.Column) bool { return c.Name == column })
	return all[max(i, 0)]
}

// decides reports whether a change is of what an answer of a row depends on: in a repeat, of the same row.
func decides(reads map[string]bool, d difference, r *row) bool {
	path := position.ReplaceAllString(d.path, "")
	own := position.ReplaceAllString(strings.TrimSuffix(r.path, "/"), "")
	if own != "" && strings.HasPrefix(path, own+"/") && d.row != r.where {
		return false
	}
	for at := path; at != ""; at = at[:max(0, strings.LastIndexByte(at, '/'))] {
		if reads[at] {
			return true
		}
	}
	return false
}

// withPutBack adds the rows that the sender does not have because their app does not show them: a reviewer put them back. Each comes
// behind the one that stood before it.
func (m *merger) withPutBack(base, mine []*row, who matched) []*row {
	if len(m.back) == 0 {
		return mine
	}
	mine = slices.Clone(mine)
	behind := 0
	for _, b := range base {
		if who.mine[b] == nil && m.isPutBack(b) {
			kept := b.clone()
			who.join(b, kept)
			mine = slices.Insert(mine, behind, kept)
		}
		if same := who.mine[b]; same != nil {
			behind = slices.Index(mine, same) + 1
		}
	}
	return mine
}

func (m *merger) isPutBack(r *row) bool {
	for column := range r.said {
		if _, back := m.back[answerID{r.table, r.id, column}]; back {
			return true
		}
	}
	for _, rows := range r.below {
		if slices.ContainsFunc(rows, m.isPutBack) {
			return true
		}
	}
	return false
}

// stayPlaced leaves a record where it lies whose place was not changed: the answer alone does not tell its datum.
func (v revising) stayPlaced(stored *survey.Node) {
	d := v.d
	if !v.exists || stored == nil || d.form.Location == nil || d.form.Answer(stored, d.form.Location) != d.form.Answer(d.inst.Root,
		d.form.Location) {
		return
	}
	if _, placed := collections.ParseGeopoint(d.form.Answer(d.inst.Root, d.form.Location)); placed {
		d.rec.Lon, d.rec.Lat = v.before.Lon, v.before.Lat
		d.point.At("", d.rec.Lon, d.rec.Lat)
	}
}
