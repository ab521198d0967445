// Package retention lets data go: on the request of whom they are about, and when their time is over. What is erased
// leaves the answers, the registers, the raw copies, the history, the files and the tablets; ids, places and dispositions
// stay, so that nothing that still names a record leads nowhere.
package retention

import (
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// Collections of this package.
const (
	Policies = "retention_policies"
	Reports  = "retention_reports"
	Erasures = "erasures"
)

// table is a survey collection as erasing sees it.
type table struct {
	name  string
	blank collections.Row // all answers, with the value that means none
	texts collections.Row // those that somebody wrote freely
}

// schema is every survey collection: of records, and of the rows of their repeats.
type schema struct{ records, rows []table }

// read finds the survey collections by their envelopes, so that those of forms long closed are not forgotten.
func read(app core.App, library *instrument.Library) (schema, error) {
	all, err := app.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		return schema{}, fmt.Errorf("list collections: %w", err)
	}
	var s schema
	for _, c := range all {
		switch {
		case has(c, survey.Envelope):
			s.records = append(s.records, tableOf(c, survey.Envelope, library))
		case has(c, survey.RepeatEnvelope):
			s.rows = append(s.rows, tableOf(c, survey.RepeatEnvelope, library))
		}
	}
	return s, nil
}

func has(c *core.Collection, envelope []string) bool {
	for _, name := range envelope {
		if c.Fields.GetByName(name) == nil {
			return false
		}
	}
	return true
}

func tableOf(c *core.Collection, envelope []string, library *instrument.Library) table {
	t := table{name: c.Name}
	chosen := plain(c.Name, library)
	for _, f := range c.Fields {
		name := f.GetName()
		if slices.Contains(envelope, name) {
			continue
		}
		none := collections.Field{Column: name, Value: nothing(f)}
		t.blank = append(t.blank, none)
		if f.Type() == core.FieldTypeText && !chosen[name] {
			t.texts = append(t.texts, none)
		}
	}
	return t
}

// plain are the text columns that hold something else than free text, such as a date, in the form's newest version.
func plain(name string, library *instrument.Library) map[string]bool {
	chosen := map[string]bool{}
	if in, ok := library.ByTable(name); ok {
		for _, c := range in.Layout.Main().Columns {
			chosen[c.Name] = c.Question.Kind != survey.KindText
		}
	}
	return chosen
}

// nothing is how a column says that there is no answer (see collections.Encode).
func nothing(f core.Field) any {
	switch f := f.(type) {
	case *core.JSONField:
		return nil
	case *core.SelectField:
		if f.IsMultiple() {
			return "[]"
		}
	}
	return ""
}

func (s schema) record(name string) (table, bool) {
	i := slices.IndexFunc(s.records, func(t table) bool { return t.name == name })
	if i < 0 {
		return table{}, false
	}
	return s.records[i], true
}
