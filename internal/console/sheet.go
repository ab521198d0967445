package console

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"doorstep/internal/instrument"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Sheets keeps the words of the forms' versions ready for showing records.
type Sheets struct {
	mu   sync.Mutex
	kept map[*instrument.Instrument]*sheet
}

// mostSheets is how many versions are kept. A version that is published anew is another one.
const mostSheets = 32

// NewSheets begins with none.
func NewSheets() *Sheets { return &Sheets{kept: map[*instrument.Instrument]*sheet{}} }

// of is the sheet of a version, made when it is first asked for.
func (s *Sheets) of(in *instrument.Instrument, library *instrument.Library) *sheet {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.kept[in]; known != nil {
		return known
	}
	if len(s.kept) >= mostSheets {
		clear(s.kept)
	}
	made := newSheet(in, library)
	s.kept[in] = made
	return made
}

// sheet is one version of a form as it is shown: its entries in order, and what other versions ask besides.
type sheet struct {
	in      *instrument.Instrument
	entries []*entry
	asked   map[string]*validate.Asked // by table
	others  []*entry                   // answers that this version does not know
}

// entry is a group, a repeat or a question of a form.
type entry struct {
	q        *survey.Question
	kind     string
	label    survey.Words
	table    *survey.Table // of a question: where its answers lie; of a repeat: its rows
	column   survey.Column
	place    int // where AskedRow tells of it; -1 for none
	mask     mask
	choices  map[string]survey.Words
	version  string // of an entry that the sheet's version does not know
	children []*entry
}

// mask is how much of an answer is shown.
type mask struct {
	on    bool
	shape sensitive.Shape
}

type sheetMaker struct {
	sheet    *sheet
	versions []*instrument.Instrument
	newest   *instrument.Instrument
	columns  map[*survey.Question]survey.Column
	tables   map[*survey.Question]*survey.Table // of questions that have a column, and of repeats
}

func newSheet(in *instrument.Instrument, library *instrument.Library) *sheet {
	m := sheetMaker{sheet: &sheet{in: in, asked: map[string]*validate.Asked{}}, versions: library.Versions(in.Form.ID), newest: in,
		columns: map[*survey.Question]survey.Column{}, tables: map[*survey.Question]*survey.Table{}}
	if newest, ok := library.ByTable(in.Layout.Main().Name); ok {
		m.newest = newest
	}
	for _, t := range in.Layout.Tables {
		m.sheet.asked[t.Name] = in.Asked(t)
		if t.Repeat != nil {
			m.tables[t.Repeat] = t
		}
		for _, c := range t.Columns {
			m.columns[c.Question], m.tables[c.Question] = c, t
		}
	}
	m.sheet.entries = m.below(in.Form.Root, in.Layout.Main())
	m.unknown()
	return m.sheet
}

func (m *sheetMaker) below(parent *survey.Question, table *survey.Table) (all []*entry) {
	for _, q := range parent.Children {
		e := &entry{q: q, label: shown(q.Label), place: m.sheet.asked[table.Name].Place(q)}
		switch q.Kind {
		case survey.KindGroup:
			e.kind, e.children = "group", m.below(q, table)
		case survey.KindRepeat:
			e.kind, e.table = "repeat", m.tables[q]
			e.children = m.below(q, e.table)
		default:
			c, ok := m.columns[q]
			if !ok {
				continue
			}
			e.kind, e.table, e.column = "question", m.tables[q], c
			e.mask, e.choices = m.maskOf(e.table.Name, c.Name), m.choicesOf(e.table.Name, c.Name)
		}
		all = append(all, e)
	}
	return all
}

// maskOf hides what this version or the newest one seals, and birth dates.
func (m *sheetMaker) maskOf(table, column string) mask {
	for _, in := range []*instrument.Instrument{m.sheet.in, m.newest} {
		t := in.Whole.Named(table)
		if t == nil {
			continue
		}
		if s, sealed := in.Whole.Sealed(t).Find(column); sealed {
			return mask{true, s.Shape}
		}
		if slices.Contains(in.Whole.Births(t), column) {
			return mask{true, sensitive.Year}
		}
	}
	return mask{}
}

// choicesOf are the labels of what may be chosen: of this version, and of others where it offers no such choice.
func (m *sheetMaker) choicesOf(table, column string) map[string]survey.Words {
	labels := map[string]survey.Words{}
	for _, in := range append(slices.Clone(m.versions), m.sheet.in) {
		t := in.Layout.Named(table)
		if t == nil {
			continue
		}
		i := slices.IndexFunc(t.Columns, func(c survey.Column) bool { return c.Name == column })
		if i < 0 || in.Form.Lists[t.Columns[i].Question.List] == nil {
			continue
		}
		for _, choice := range in.Form.Lists[t.Columns[i].Question.List].Distinct() {
			labels[choice.Name] = shown(choice.Label)
		}
	}
	return labels
}

// unknown makes entries of the columns that only other versions have.
func (m *sheetMaker) unknown() {
	for _, t := range m.sheet.in.Whole.Tables {
		own := m.sheet.in.Layout.Named(t.Name)
		for _, c := range t.Columns {
			if own != nil && slices.ContainsFunc(own.Columns, func(o survey.Column) bool { return o.Name == c.Name }) {
				continue
			}
			m.sheet.others = append(m.sheet.others, &entry{q: c.Question, kind: "question", label: shown(c.Question.Label), table: t, column: c,
				place: -1,
				mask:  m.maskOf(t.Name, c.Name), choices: m.choicesOf(t.Name, c.Name), version: m.versionOf(c.Question)})
		}
	}
}

func (m *sheetMaker) versionOf(q *survey.Question) string {
	for _, in := range m.versions {
		for _, t := range in.Layout.Tables {
			if slices.ContainsFunc(t.Columns, func(c survey.Column) bool { return c.Question == q }) {
				return in.Version
			}
		}
	}
	return ""
}

var (
	markup    = regexp.MustCompile(`</?[a-zA-Z][^<>]*>|\*\*|^#+ *`)
	reference = regexp.MustCompile(`\$\{ *([^}]*) *\}`)
)

// shown is a label as plain text: without markup, and with … where the form puts an answer in.
func shown(t survey.Translated) survey.Words {
	plain := func(s string) string {
		return strings.TrimSpace(reference.ReplaceAllString(markup.ReplaceAllString(s, ""), "…"))
	}
	text := t.Words()
	return survey.WordsOf(plain(text.ZH), plain(text.EN))
}

// text is what an answer says in words: the labels of choices, anything else as it was written.
func (e *entry) text(value string) survey.Words {
	switch e.q.Kind {
	case survey.KindSelectOne:
		if t, ok := e.choices[value]; ok {
			return t
		}
	case survey.KindSelectMultiple, survey.KindRank:
		var zh, en []string
		for _, name := range strings.Fields(value) {
			t, ok := e.choices[name]
			if !ok {
				t = survey.Untranslated(name)
			}
			zh, en = append(zh, t.ZH), append(en, t.EN)
		}
		return survey.WordsOf(strings.Join(zh, "、"), strings.Join(en, ", "))
	}
	return survey.Untranslated(value)
}
