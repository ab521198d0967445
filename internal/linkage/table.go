package linkage

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// aspect is one thing that records are compared by, with each value that it has among them.
type aspect struct {
	trait
	column  string
	cell    int   // of the record, -1 for a part of the full name
	parents []int // the aspects that this one depends on
	within  level // up to which they agree
	values  []value
	index   map[uint64]int32 // by a hash of the cell, which is shorter
	seen    cache
}

// Table holds records as what they are compared by. Equal cells are kept once.
type Table struct {
	reader  *reader
	seed    maphash.Seed
	fields  []Field
	aspects []aspect
	rows    []int32 // of each record one value of each aspect; 0 is missing
	han     bool    // most given names are Chinese
	n       int     // records
	first   int     // how many records the first of two lists has; 0 for one list
}

// NewTable makes a table for records with these fields.
func NewTable(fields []Field) (*Table, error) {
	r, err := newReader()
	if err != nil {
		return nil, fmt.Errorf("read the table of characters: %w", err)
	}
	t := &Table{reader: r, seed: maphash.MakeSeed(), fields: fields}
	whole := t.cellOf(GivenName) < 0 && t.cellOf(Surname) < 0
	parts := t.cellOf(GivenName) >= 0 && t.cellOf(Surname) >= 0
	for _, tr := range traits() {
		for i, f := range fields {
			if f.Role == tr.role && !(f.Role == FullName && (whole || parts)) {
				t.add(tr, f.Column, i)
			}
		}
		if whole && t.cellOf(FullName) >= 0 && (tr.role == GivenName || tr.role == Surname) {
			t.add(tr, tr.en, -1)
		}
	}
	if len(t.aspects) > maxAspects {
		return nil, fmt.Errorf("%d 列，最多 %d 列 · %d columns to compare, at most %d", len(t.aspects), maxAspects, len(t.aspects), maxAspects)
	}
	return t, nil
}

// maxAspects is how many aspects a pattern of levels holds.
const maxAspects = 16

// MostFields is how many fields a table may surely have: a full name counts as two.
const MostFields = maxAspects - 1

func (t *Table) cellOf(r Role) int {
	return slices.IndexFunc(t.fields, func(f Field) bool { return f.Role == r })
}

// aspectOf is the first aspect of a role, -1 for none.
func (t *Table) aspectOf(r Role) int {
	return slices.IndexFunc(t.aspects, func(f aspect) bool { return f.role == r })
}

// add appends an aspect. What tells of the place depends on what told of it before, the sex on the given name, a full name
// on its parts.
func (t *Table) add(tr trait, column string, cell int) {
	f := aspect{trait: tr, column: column, cell: cell, within: 2, values: make([]value, 1), index: map[uint64]int32{}}
	depends := func(on ...Role) {
		for _, r := range on {
			if at := t.aspectOf(r); at >= 0 {
				f.parents = append(f.parents, at)
			}
		}
	}
	switch {
	case len(t.aspects) > 0 && f.follows(&t.aspects[len(t.aspects)-1]):
		f.parents = []int{len(t.aspects) - 1}
	case tr.role == Sex:
		depends(GivenName)
	case tr.role == FullName:
		depends(Surname, GivenName)
	}
	t.aspects = append(t.aspects, f)
}

// follows reports whether an aspect tells in part what the one before it told: of the place, or in another column of the same kind.
func (f *aspect) follows(before *aspect) bool {
	return f.place && before.place || f.role == before.role && f.role != Exact
}

// Add takes a record; cells are those of the fields. Records of the first of two lists come first, then Between.
func (t *Table) Add(cells []string) {
	t.n++
	surname, given := t.reader.namesOf(survey.NormalizeName(t.cell(cells, FullName)))
	birth, sex := told(t.cell(cells, IDNumber))
	for i := range t.aspects {
		f := &t.aspects[i]
		text := ""
		if f.cell >= 0 {
			text = cells[f.cell]
		}
		if text == "" && f.role == Surname {
			text = surname
		}
		if text == "" && f.role == GivenName {
			text = given
		}
		if text == "" && f.role == BirthDate {
			text = birth
		}
		if text == "" && f.role == Sex {
			text = sex
		}
		t.rows = append(t.rows, t.value(f, text))
	}
}

// Between says that the records so far are one list and those after it another: only pairs across are looked for.
func (t *Table) Between() { t.first = t.n }

// Len is the number of records.
func (t *Table) Len() int { return t.n }

func (t *Table) cell(cells []string, r Role) string {
	if i := t.cellOf(r); i >= 0 {
		return cells[i]
	}
	return ""
}

// told is the birth date and the sex that a Chinese number holds.
func told(number string) (birth, sex string) {
	if number == "" {
		return "", ""
	}
	id, err := validate.ParseCNID(number)
	if err != nil {
		return "", ""
	}
	return id.Birth, id.Sex
}

// namesOf splits a normalised full name: a Chinese one by the surnames, another one at the comma or the last blank.
func (r *reader) namesOf(name string) (surname, given string) {
	if isHan(name) {
		return r.parts(name)
	}
	if surname, given, ok := r.romanParts(name); ok {
		return surname, given
	}
	if before, after, ok := strings.Cut(name, ","); ok {
		if len(strings.Fields(after)) <= 2 && !strings.ContainsAny(after, "0123456789") {
			return before, after
		}
		name = before // what follows is a title
	}
	if at := strings.LastIndexByte(name, ' '); at > 0 {
		return name[at+1:], name[:at]
	}
	return "", name
}

func (t *Table) value(f *aspect, text string) int32 {
	if text == "" {
		return 0
	}
	hash := maphash.String(t.seed, text)
	if at, ok := f.index[hash]; ok {
		return at
	}
	at := int32(0) // the cell is copied: it is part of a row, which would stay with it
	if v := f.parse(t.reader, strings.Clone(text)); v.text != "" {
		at = int32(len(f.values))
		f.values = append(f.values, v)
	}
	f.index[hash] = at
	return at
}

// count fills in how many records have each value.
func (t *Table) count() {
	t.rows = slices.Clone(t.rows) // without the room to grow, as the values
	for i := range t.aspects {
		f := &t.aspects[i]
		f.index, f.values = nil, slices.Clone(f.values)
		f.seen = newCache(f, t.n)
		counts := map[string]int32{}
		for at := i; at < len(t.rows); at += len(t.aspects) {
			counts[f.values[t.rows[at]].text]++
		}
		han := 0
		for v := range f.values {
			f.values[v].count = counts[f.values[v].text]
			if f.values[v].han {
				han++
			}
		}
		if f.role == GivenName {
			t.han = 2*han > len(f.values)
		}
	}
	t.depend()
}

// depend weighs the birth date given the name where names are Chinese, since names have their years, and the guardian given the surname,
// which most say again.
func (t *Table) depend() {
	if given, birth := t.aspectOf(GivenName), t.aspectOf(BirthDate); t.han && birth >= 0 {
		t.aspects[birth].parents, t.aspects[birth].within = []int{given}, nameSounds
	}
	if surname, guardian := t.aspectOf(Surname), t.aspectOf(GuardianName); t.han && surname >= 0 && guardian >= 0 {
		t.aspects[guardian].parents = []int{surname}
	}
}

// empty takes the records out again.
func (t *Table) empty() {
	t.rows, t.n = t.rows[:0], 0
	for i := range t.aspects {
		f := &t.aspects[i]
		clear(f.values[1:])
		f.values = f.values[:1]
		clear(f.index)
	}
}

// row is what a record holds: one value of each aspect.
func (t *Table) row(record int32) []int32 {
	n := len(t.aspects)
	return t.rows[int(record)*n:][:n]
}

func (t *Table) at(record int32, aspect int) *value {
	return &t.aspects[aspect].values[t.rows[int(record)*len(t.aspects)+aspect]]
}
