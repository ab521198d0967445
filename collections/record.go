package collections

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/tools/types"

	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// TimeLayout is how PocketBase keeps a moment in a date column, UTC.
const TimeLayout = "2006-01-02 15:04:05.000Z"

// Stamp formats t for a date column.
func Stamp(t time.Time) string { return t.UTC().Format(TimeLayout) }

// DayOf is the day of a moment as an SQL expression: the day in survey.Zone, eight hours ahead of UTC all year.
func DayOf(moment string) string { return `date(` + moment + `,'+8 hours')` }

// Record is the envelope of one survey record; its answers stay in an instance tree.
type Record struct {
	ID, Form, FormVersion, Campaign, Worker, Device string
	StartedAt, FinishedAt, ReceivedAt, Outcome      string
	Lon, Lat, AccuracyM                             float64
	Area, AreaMethod                                string
	AreaConfidence                                  float64
	Household, Person, ReviewState                  string
	Issues                                          []survey.Issue
	Rev                                             int64
	Complete                                        bool
	Rows                                            map[*survey.Node]RowLink // links of repeat rows
	Damaged                                         map[*survey.Node]bool    // of Look: rows whose sealed answers do not open
}

// RowLink is the id of one repeat row and what the identity stage found for it. A row without an id gets that of its place.
type RowLink struct{ ID, Person, Household string }

// Layout knows how one version of a form lies in its collections; made once per version.
type Layout struct {
	Form   *survey.Form
	Tables []*survey.Table
	sealed map[*survey.Table]Concealed
	births map[*survey.Table][]string
	plain  map[*survey.Table][]string
	spots  map[string]Spot // by path, of a layout that With made
	names  map[string]bool // of the form's questions
}

// NewLayout derives the layout of a form.
func NewLayout(f *survey.Form) *Layout {
	l := &Layout{Form: f, Tables: f.Tables(), sealed: map[*survey.Table]Concealed{}, births: map[*survey.Table][]string{},
		plain: map[*survey.Table][]string{}, names: namesOf(f.Root, map[string]bool{})}
	judge := sensitive.New(f)
	for _, t := range l.Tables {
		l.sealed[t], l.births[t], l.plain[t] = concealedIn(t, judge), birthsIn(t, judge), plainIn(t, judge)
	}
	return l
}

// Sealed is what of a table's rows is enciphered.
func (l *Layout) Sealed(t *survey.Table) Concealed { return l.sealed[t] }

// Births are the columns of birth dates. They are not sealed, but masked as the sealed ones are: the mask of a number shows
// all of it but them.
func (l *Layout) Births(t *survey.Table) []string { return l.births[t] }

// Plain are the columns of answers that tell nobody who somebody is: they are shown to every reader as they are, and lists
// may be filtered by them.
func (l *Layout) Plain(t *survey.Table) []string { return l.plain[t] }

func (l *Layout) insert(db DB, t *survey.Table, id string, row Row) error {
	row, err := l.sealed[t].conceal(db, t.Name, id, row)
	if err != nil {
		return err
	}
	return insert(db, t.Name, row)
}

// Row is a record's own row as it is stored, without its id and its times.
func (l *Layout) Row(db DB, rec *Record, root *survey.Node) (Row, error) {
	row := answers(append(l.room(l.Main()), l.fields(rec)...), l.Main(), root)
	return l.sealed[l.Main()].conceal(db, l.Main().Name, rec.ID, row)
}

// Main is the form's own table.
func (l *Layout) Main() *survey.Table { return l.Tables[0] }

// Insert writes a new record with the rows of its repeats.
func (l *Layout) Insert(db DB, rec *Record, root *survey.Node, now time.Time) error {
	at := Stamp(now)
	row := append(l.room(l.Main()), Field{"id", rec.ID})
	row = append(append(row, l.fields(rec)...), Field{"created", at}, Field{"updated", at})
	if err := l.insert(db, l.Main(), rec.ID, answers(row, l.Main(), root)); err != nil {
		return err
	}
	return l.insertRows(db, rec, root, now)
}

// Update replaces the answers and the envelope of a record, and all rows of its repeats.
func (l *Layout) Update(db DB, rec *Record, root *survey.Node, now time.Time) error {
	row, err := l.Row(db, rec, root)
	if err != nil {
		return err
	}
	if err := update(db, l.Main().Name, rec.ID, append(row, Field{"updated", Stamp(now)})); err != nil {
		return err
	}
	return l.ReplaceRows(db, rec, root, now)
}

// room is an empty row that a table's columns fit into.
func (l *Layout) room(t *survey.Table) Row {
	return make(Row, 0, len(survey.Envelope)+len(t.Columns))
}

// ReplaceRows writes the rows of all repeats of a record anew.
func (l *Layout) ReplaceRows(db DB, rec *Record, root *survey.Node, now time.Time) error {
	for _, t := range l.Tables[1:] {
		if _, err := db.Exec(`DELETE FROM "`+t.Name+`" WHERE visit=?`, rec.ID); err != nil {
			return fmt.Errorf("delete rows of %s: %w", t.Name, err)
		}
	}
	return l.insertRows(db, rec, root, now)
}

// fields are the envelope columns of a record and their values.
func (l *Layout) fields(r *Record) Row {
	location := jsonText(types.GeoPoint{Lon: r.Lon, Lat: r.Lat})
	return Row{
		{"form", r.Form}, {"form_version", r.FormVersion}, {"campaign", r.Campaign}, {"worker", r.Worker}, {"device", r.Device},
		{"started_at", r.StartedAt}, {"finished_at", r.FinishedAt}, {"received_at", r.ReceivedAt}, {"outcome", r.Outcome},
		{"location", location}, {"accuracy_m", r.AccuracyM}, {"area", r.Area}, {"area_method", r.AreaMethod},
		{"area_confidence", r.AreaConfidence},
		{"household", r.Household}, {"person", r.Person}, {"review_state", r.ReviewState}, {"issues", l.Findings(r.Issues)}, {"rev", r.Rev},
		{"complete", r.Complete},
	}
}

// answers appends the answers of one node of a table.
func answers(row Row, t *survey.Table, node *survey.Node) Row {
	at := reader{root: node}
	for _, c := range t.Columns {
		answer := at.value(c.Path)
		if c.Name == "outcome" && t.Repeat == nil {
			continue // in the envelope
		}
		value, _ := Encode(c.Question.Kind, answer)
		row = append(row, Field{c.Name, value})
	}
	return row
}

// reader finds the answers of one node by their paths, as ValueAt does. It is quick where they come in the order of the
// tree: it remembers the group, and that the elements before next bear other names.
type reader struct {
	root, group *survey.Node
	path        []string // to group
	next        int
}

func (r *reader) value(path []string) string {
	group, name := path[:len(path)-1], path[len(path)-1]
	if r.path == nil || !slices.Equal(group, r.path) {
		r.group, r.path, r.next = descend(r.root, group), group, 0
	}
	if r.group == nil {
		return ""
	}
	if r.next < len(r.group.Children) {
		if c := r.group.Children[r.next]; c.Kind == survey.Element && c.Name == name {
			r.next++
			return c.Value()
		}
	}
	if c := r.group.Child(name); c != nil {
		return c.Value()
	}
	return ""
}

func descend(node *survey.Node, path []string) *survey.Node {
	for _, name := range path {
		if node = node.Child(name); node == nil {
			return nil
		}
	}
	return node
}

// ValueAt is the answer at a path below a node, "" where there is none.
func ValueAt(node *survey.Node, path []string) string {
	if node = descend(node, path); node == nil {
		return ""
	}
	return node.Value()
}

// Instances returns the nodes of a table below its parent's node, in order.
func Instances(t *survey.Table, parent *survey.Node) []*survey.Node {
	at := parent
	for _, name := range t.Path[:len(t.Path)-1] {
		if at = at.Child(name); at == nil {
			return nil
		}
	}
	var nodes []*survey.Node
	name := t.Path[len(t.Path)-1]
	for _, c := range at.Children {
		if c.Kind == survey.Element && c.Name == name {
			nodes = append(nodes, c)
		}
	}
	return nodes
}

// RowID is the id of a repeat row of a new record: the same instance and place give the same id at every replay. It keeps
// the id when rows move.
func RowID(record, table, parentRow string, position int) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s/%s/%s/%d", record, table, parentRow, position)).String()
}

// AddedRowID is the id of a row that a revision adds to a record.
func AddedRowID(record, table, parentRow string, rev int64, position int) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s/%s/%s/%d.%d", record, table, parentRow, rev, position)).String()
}

func (l *Layout) insertRows(db DB, rec *Record, root *survey.Node, now time.Time) error {
	return rowWriter{l, db, rec, Stamp(now)}.below(l.Main(), root, "")
}

// rowWriter writes the rows of one record's repeats.
type rowWriter struct {
	*Layout
	db  DB
	rec *Record
	at  string
}

// below writes the rows of the repeats under a table's row, node, whose id is parentRow.
func (w rowWriter) below(parent *survey.Table, node *survey.Node, parentRow string) error {
	rec := w.rec
	for _, t := range w.Below(parent) {
		for i, n := range Instances(t, node) {
			link := rec.Rows[n]
			id := link.ID
			if id == "" {
				id = RowID(rec.ID, t.Name, parentRow, i+1)
			}
			row := append(w.room(t), Row{
				{"id", id}, {"visit", rec.ID}, {"parent_row", parentRow}, {"position", i + 1}, {"person", link.Person}, {"household", rec.Household},
				{"area", rec.Area}, {"rev", rec.Rev}, {"created", w.at}, {"updated", w.at},
			}...)
			if err := w.insert(w.db, t, id, answers(row, t, n)); err != nil {
				return err
			}
			if err := w.below(t, n, id); err != nil {
				return err
			}
		}
	}
	return nil
}
