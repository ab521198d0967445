package console

import (
	"context"
	"fmt"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Row is one line of a record: a group, a round of a repeat, or a question with its answer.
type Row struct {
	Ref      string        `json:"ref"` // as issues name it: children[1]/child_basic/child_name
	Depth    int           `json:"depth"`
	Kind     string        `json:"kind"` // group, repeat, question
	Label    survey.Words  `json:"label"`
	Type     string        `json:"type"`
	Value    string        `json:"value"` // as it is stored, masked where masked
	Text     survey.Words  `json:"text"`  // labels of choices; else the value
	Masked   bool          `json:"masked"`
	Reveal   *Masked       `json:"reveal"`   // what to ask the route reveal for; nil where nothing is masked
	Relevant bool          `json:"relevant"` // false for an answer to a question that was not to be asked
	Issues   []RowIssue    `json:"issues"`
	Changed  bool          `json:"changed"` // since the record was last returned
	Was      *survey.Words `json:"was"`     // before that change, masked as the value is
	File     *File         `json:"file"`
	Version  string        `json:"version"` // of the form, for an answer that the record's own version does not know; else ""
	Damaged  bool          `json:"damaged"` // the sealed answers of this row do not open
	Usual    *Usual        `json:"usual"`   // of a questioned number or date; nil where it is not known
}

// Masked names a column whose value somebody may ask to see.
type Masked struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Field      string `json:"field"`
}

// RowIssue is a finding.
type RowIssue struct {
	Code     string          `json:"code"`
	Severity survey.Severity `json:"severity"`
	Text     survey.Words    `json:"text"`
}

// File is an attachment that an answer names.
type File struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}

// writer makes the rows of one record.
type writer struct {
	sheet  *sheet
	rec    *collections.Record
	issues map[string][]RowIssue // by ref
	was    map[string]string     // answers before the changes since the last return, by row id and path in the row
	files  map[string]File       // by name
	asked  map[*survey.Node][]validate.Relevance
	rows   []Row
	asks   []questioned

	answered bool // only questions that have an answer
}

// place is where the writer stands: in a row of a table, somewhere in its tree.
type place struct {
	node   *survey.Node // nil below a group without answers
	row    *survey.Node // of the table's row
	table  *survey.Table
	id     string // of the row
	ref    string // of the node, with a slash behind it; "" for the record
	inside string // path from the row, the same way
	depth  int
}

func (w *writer) write(ctx context.Context, root *survey.Node) []Row {
	w.asked = map[*survey.Node][]validate.Relevance{}
	for _, asked := range w.sheet.asked {
		for _, row := range asked.Rows(ctx, root) {
			w.asked[row.Node] = row.Of
		}
	}
	top := place{node: root, row: root, table: w.sheet.in.Layout.Main(), id: w.rec.ID}
	w.entries(w.sheet.entries, top)
	w.unknown(root)
	return w.rows
}

func (w *writer) entries(all []*entry, at place) {
	for _, e := range all {
		switch e.kind {
		case "group":
			w.group(e, at)
		case "repeat":
			w.repeat(e, at)
		default:
			w.question(e, at)
		}
	}
}

func (p place) child(name string) *survey.Node {
	if p.node == nil {
		return nil
	}
	return p.node.Child(name)
}

// group writes a group with what of it is shown, or nothing. One without a label is not seen.
func (w *writer) group(e *entry, at place) {
	below := at
	below.node, below.ref, below.inside = at.child(e.q.Name), at.ref+e.q.Name+"/", at.inside+e.q.Name+"/"
	ref := strings.TrimSuffix(below.ref, "/")
	if e.label == (survey.Words{}) && w.issues[ref] == nil {
		w.entries(e.children, below)
		return
	}
	head := len(w.rows)
	w.rows = append(w.rows, Row{Ref: ref, Depth: at.depth, Kind: e.kind, Label: e.label, Type: e.q.Type, Relevant: true, Issues: w.at(ref)})
	below.depth++
	if w.entries(e.children, below); len(w.rows) == head+1 && w.issues[ref] == nil {
		w.rows = w.rows[:head]
	}
}

func (w *writer) repeat(e *entry, at place) {
	if at.node == nil {
		return
	}
	n := 0
	for _, node := range at.node.Children {
		if node.Kind != survey.Element || node.Name != e.q.Name {
			continue
		}
		n++
		ref := fmt.Sprintf("%s%s[%d]", at.ref, e.q.Name, n)
		below := place{node: node, row: node, table: e.table, id: w.rec.Rows[node].ID, ref: ref + "/", depth: at.depth + 1}
		text := fmt.Sprint(n)
		w.rows = append(w.rows, Row{Ref: ref, Depth: at.depth, Kind: e.kind, Label: e.label, Type: e.q.Type, Value: text,
			Text: survey.Untranslated(text), Relevant: true, Issues: w.at(ref), Damaged: w.rec.Damaged[node]})
		w.entries(e.children, below)
	}
}

func (w *writer) at(ref string) []RowIssue {
	if found := w.issues[ref]; found != nil {
		return found
	}
	return []RowIssue{}
}

// question writes an answer, or that there is none. What the tablet notes by itself, and what is calculated without a label, is
// not shown unless something is wrong with it; nor is what was not to be asked and has no answer.
func (w *writer) question(e *entry, at place) {
	value, ref := "", at.ref+e.q.Name
	if node := at.child(e.q.Name); node != nil {
		value = node.Value()
	}
	relevant := true
	if of := w.asked[at.row]; e.place >= 0 && e.place < len(of) {
		relevant = of[e.place] != validate.Skipped
	}
	damaged := w.rec.Damaged[at.row] && e.mask.on
	if w.issues[ref] == nil && (e.label == (survey.Words{}) || value == "" && (!relevant || w.answered)) {
		return
	}
	w.rows = append(w.rows, w.answer(e, at, given{value, ref, relevant, damaged}))
	if last := len(w.rows) - 1; len(w.rows[last].Issues) > 0 || w.rows[last].Changed {
		w.asks = append(w.asks, questioned{last, e})
	}
}

// given is what was answered.
type given struct {
	value, ref string
	relevant   bool // it was to be asked
	damaged    bool // what was sealed of it does not open
}

func (w *writer) answer(e *entry, at place, g given) Row {
	value, ref, damaged := g.value, g.ref, g.damaged
	r := Row{Ref: ref, Depth: at.depth, Kind: e.kind, Label: e.label, Type: e.q.Type, Relevant: g.relevant, Issues: w.at(ref),
		Damaged: damaged, Version: e.version}
	if r.Label == (survey.Words{}) {
		r.Label = survey.Untranslated(e.q.Name)
	}
	r.Value, r.Text, r.Masked = e.show(value)
	if r.Masked && e.version == "" && !damaged {
		r.Reveal = &Masked{Collection: at.table.Name, ID: at.id, Field: e.column.Name}
	}
	if e.q.Kind == survey.KindFile {
		if f, ok := w.files[value]; ok && value != "" {
			r.File = &f
		}
	}
	if was, changed := w.was[at.id+"/"+at.inside+e.q.Name]; changed {
		_, text, _ := e.show(was)
		r.Changed, r.Was = true, &text
	}
	return r
}

// show masks an answer as REST does, and says it in words.
func (e *entry) show(value string) (raw string, text survey.Words, masked bool) {
	if !e.mask.on || value == "" {
		return value, e.text(value), false
	}
	hidden := e.mask.shape.Mask(value)
	if hidden == value {
		return value, e.text(value), false
	}
	return hidden, survey.Untranslated(hidden), true
}

// unknown writes the answers to questions of other versions, labelled by these.
func (w *writer) unknown(root *survey.Node) {
	for _, e := range w.sheet.others {
		for _, at := range w.rowsOf(e.table, place{node: root, row: root, id: w.rec.ID}) {
			value := collections.ValueAt(at.node, e.column.Path)
			if value == "" {
				continue
			}
			inner := e.column.Path[:len(e.column.Path)-1]
			at.table, at.depth = e.table, 0
			for _, step := range inner {
				at.inside += step + "/"
			}
			w.rows = append(w.rows, w.answer(e, at, given{value: value, ref: at.ref + strings.Join(e.column.Path, "/"), relevant: true}))
		}
	}
}

// rowsOf are the rows of a table in the record, each with its ref.
func (w *writer) rowsOf(t *survey.Table, top place) []place {
	if t.Parent == nil {
		return []place{top}
	}
	var all []place
	for _, above := range w.rowsOf(t.Parent, top) {
		for i, node := range collections.Instances(t, above.node) {
			all = append(all, place{node: node, row: node, id: w.rec.Rows[node].ID,
				ref: fmt.Sprintf("%s%s[%d]/", above.ref, strings.Join(t.Path, "/"), i+1)})
		}
	}
	return all
}
