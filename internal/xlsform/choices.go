package xlsform

import (
	"strings"

	"doorstep/internal/survey"
)

// choices reads the choices sheet into lists.
func (b *builder) choices() {
	s := b.book.sheet(sheetChoices)
	if s == nil {
		return
	}
	columns := b.choiceColumns(s)
	if len(s.rows) > 0 && !hasColumn(columns, "name") {
		b.report(place{s.name, 1, "name"}, "header.missing", "name")
	}
	for _, r := range records(s, columns, false) {
		if name := r.text("list name"); name != "" {
			b.addChoice(name, &r, b.choice(&r))
		}
	}
	if !b.setting("allow_choice_duplicates", false) {
		b.duplicateChoices(s)
	}
}

// choiceColumns understands the headers and drops those that cannot be an element name.
func (b *builder) choiceColumns(s *sheet) []column {
	all := b.headers(s, listWords, true)
	b.columns[sheetChoices] = all
	var keep []column
	for _, c := range all {
		if c.path[0] != "list name" && !isName(c.path[0]) {
			b.warn(place{s.name, 1, c.header}, "header.choice", c.header)
			continue
		}
		keep = append(keep, c)
	}
	return keep
}

func (b *builder) choice(r *record) survey.Choice {
	lang := b.f.DefaultLanguage
	c := survey.Choice{Name: r.text("name"), Row: r.row, Label: r.translated(lang, "label"), Media: r.media(lang)}
	for _, f := range r.fields {
		switch f.path[0] {
		case "list name", "name", "label", "media":
		default:
			c.Extra = append(c.Extra, survey.Pair{Name: strings.Join(f.path, "::"), Value: f.value})
		}
	}
	return c
}

func (b *builder) addChoice(list string, r *record, c survey.Choice) {
	l := b.f.Lists[list]
	if l == nil {
		l = &survey.ChoiceList{Name: list}
		b.f.Lists[list] = l
		b.f.ListOrder = append(b.f.ListOrder, list)
	}
	l.Choices = append(l.Choices, c)
	switch {
	case c.Name == "":
		b.report(place{r.sheet, r.row, "name"}, "choice.no_name")
	case len(c.Label) == 0:
		b.warn(place{r.sheet, r.row, "label"}, "choice.no_label", c.Name)
	}
	if said := r.text(survey.MissingColumn); said != "" && c.Missing() == "" {
		b.warn(place{r.sheet, r.row, survey.MissingColumn}, "choice.missing", c.Name, strings.Join(survey.MissingChoices, ", "), said)
	}
	for _, column := range []string{survey.AAPORColumn, survey.DHSColumn} {
		if said := r.text(column); said != "" && !survey.Standard(column, said) {
			b.warn(place{r.sheet, r.row, column}, "choice.disposition", c.Name, column, said)
		}
	}
}

func (b *builder) duplicateChoices(s *sheet) {
	for _, name := range b.f.ListOrder {
		seen := map[string]int{}
		for _, c := range b.f.Lists[name].Choices {
			if first := seen[c.Name]; first > 0 && c.Name != "" {
				b.report(place{s.name, c.Row, "name"}, "choice.twice", c.Name, name, first)
				continue
			}
			seen[c.Name] = c.Row
		}
	}
}

// externalChoices keeps the sheet as it is for itemsets.csv and notes its lists.
func (b *builder) externalChoices() {
	s := b.book.sheet(sheetExternal)
	if s == nil || len(s.rows) == 0 {
		return
	}
	columns := b.headers(s, listWords, true)
	b.external = map[string]bool{}
	for _, r := range records(s, columns, false) {
		if name := r.text("list name"); name != "" {
			b.external[name] = true
		}
	}
	b.f.Itemsets = append(b.f.Itemsets, s.header)
	for _, row := range s.rows {
		cells := make([]string, len(s.header))
		for i, h := range s.header {
			cells[i] = row[h]
		}
		b.f.Itemsets = append(b.f.Itemsets, cells)
	}
}

// osm reads the tags that osm questions offer.
func (b *builder) osm() {
	s := b.book.sheet(sheetOSM)
	if s == nil {
		return
	}
	b.osmTags = map[string][]survey.Choice{}
	for _, r := range records(s, b.headers(s, listWords, true), false) {
		if list := r.text("list name"); list != "" {
			b.osmTags[list] = append(b.osmTags[list], b.choice(&r))
		}
	}
}
