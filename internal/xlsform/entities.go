package xlsform

import (
	"strings"

	"doorstep/internal/survey"
)

// entityPlan gathers which rows of the survey sheet each entity draws on, to find the group that carries it.
type entityPlan struct {
	uses []*entityUse // in order of the entities sheet
}

// entityUse is an entity and the places that it is tied to.
type entityUse struct {
	decl  *survey.EntityDecl
	names map[string]bool // questions that its expressions refer to
	refs  []entityRef
}

// entityRef is a row of the survey sheet that an entity depends on.
type entityRef struct {
	path     []*survey.Question // containers from the root down to the one that the row is in
	at       place
	property string // save_to name, or "" for a reference from the entities sheet
	question string
}

func (p *entityPlan) has(list string) bool { return p.find(list) != nil }

func (p *entityPlan) find(list string) *entityUse {
	if p == nil {
		return nil
	}
	for _, u := range p.uses {
		if u.decl.List == list {
			return u
		}
	}
	return nil
}

// entitySheet reads the entities sheet.
func (b *builder) entitySheet() {
	s := b.book.sheet(sheetEntities)
	if s == nil || len(s.rows) == 0 {
		b.hintSheet(sheetEntities)
		return
	}
	columns := b.headers(s, entityWords, true)
	b.columns[sheetEntities] = columns
	b.entities = &entityPlan{}
	for _, r := range records(s, columns, false) {
		b.entityHeaders(&r)
		b.entity(&r)
	}
}

func (b *builder) entityHeaders(r *record) {
	for _, f := range r.fields {
		if !entityWords.columns[f.path[0]] || len(f.path) > 1 {
			b.report(place{r.sheet, 1, f.header}, "entity.column", f.header)
		}
	}
}

// entity reads a row. What the row does follows from its columns: an entity_id means update, its absence create; with
// create_if and update_if both, the record decides.
func (b *builder) entity(r *record) {
	d := &survey.EntityDecl{
		List: r.text("dataset"), Label: r.text("label"), ID: r.text("entity_id"),
		CreateIf: truth(r.text("create_if")), UpdateIf: truth(r.text("update_if")), Repeat: r.text("repeat"), Row: r.row,
	}
	b.listName(r, d.List)
	switch {
	case d.ID == "" && d.UpdateIf != "":
		b.wrong(r, "entity_id", "entity.no_id", d.List)
	case d.ID != "" && d.CreateIf != "" && d.UpdateIf == "":
		b.wrong(r, "update_if", "entity.no_update", d.List)
	case d.ID == "" && d.Label == "":
		b.wrong(r, "label", "entity.no_label", d.List)
	}
	if d.List != "" && b.entities.has(d.List) {
		b.wrong(r, r.header("dataset"), "entity.twice", d.List)
	}
	use := &entityUse{decl: d, names: map[string]bool{}}
	for _, text := range []string{d.ID, d.CreateIf, d.UpdateIf, d.Label} {
		refs, _ := references(text)
		for _, ref := range refs {
			use.names[ref.name] = true
		}
	}
	b.entities.uses = append(b.entities.uses, use)
	b.f.Entities = append(b.f.Entities, d)
}

func (b *builder) listName(r *record, name string) {
	column := r.header("dataset")
	switch {
	case name == "":
		b.wrong(r, "list_name", "entity.no_name")
	case strings.HasPrefix(name, "__"):
		b.wrong(r, column, "entity.underscores", name)
	case strings.Contains(name, "."):
		b.wrong(r, column, "entity.period", name)
	case !isName(name):
		b.wrong(r, column, "name.invalid", name)
	}
}
