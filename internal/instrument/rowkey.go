package instrument

import (
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// keyColumn is the column of the survey sheet that declares a question of a repeat to tell its rows apart: yes. Several
// such questions count together.
const keyColumn = "doorstep:key"

// RowKey is what identifies a row of a repeat: columns of its table, none where the form has no such question.
type RowKey struct {
	Entity []string // ids of an entity, the first answer counts
	Key    []string // declared by the form
	Name   string
	Birth  string
}

// rowKeys finds them for every repeat of a form: entities and names from the entities sheet, else from the rules that
// questions are bound to.
func rowKeys(in *Instrument) map[string]RowKey {
	keys := map[string]RowKey{}
	for _, t := range in.Layout.Tables[1:] {
		k := RowKey{Key: declaredKey(t)}
		for i := range in.Entities {
			if e := &in.Entities[i]; e.Table == t {
				k.fromEntity(e)
			}
		}
		if k.Name == "" && k.Birth == "" {
			k.Name, k.Birth = namedByRules(t)
		}
		keys[t.Name] = k
	}
	return keys
}

func declaredKey(t *survey.Table) (key []string) {
	for _, c := range t.Columns {
		for _, b := range c.Question.Bind {
			if b.Name == keyColumn && slices.Contains([]string{"yes", "true", "true()", "1"}, strings.ToLower(strings.TrimSpace(b.Value))) {
				key = append(key, c.Name)
			}
		}
	}
	return key
}

func (k *RowKey) fromEntity(e *Entity) {
	for _, path := range e.ID {
		k.Entity = append(k.Entity, columnAt(e.Table, path))
	}
	if e.Decl.List == collections.Persons {
		k.Name, k.Birth = columnAt(e.Table, e.Properties["full_name"]), columnAt(e.Table, e.Properties["birth_date"])
	}
}

// columnAt is the column of an answer by its path; "" where there is none.
func columnAt(t *survey.Table, path []string) string {
	for _, c := range t.Columns {
		if slices.Equal(c.Path, path) {
			return c.Name
		}
	}
	return ""
}

// namedByRules takes the question that is checked as a person's name, and the date that a citizen number is compared
// with or that an age is reckoned from.
func namedByRules(t *survey.Table) (name, birth string) {
	born := ""
	for _, c := range t.Columns {
		if name == "" && validate.Tells(c.Question, validate.PersonName) {
			name = c.Name
		}
		if args, ok := validate.Uses(c.Question, "cn_id"); ok && len(args) > 0 {
			born = args[0]
		}
		if born == "" && validate.Tells(c.Question, validate.BirthDate) {
			born = c.Question.Name
		}
	}
	for _, c := range t.Columns {
		if c.Question.Name == born && c.Question.Kind == survey.KindDate {
			birth = c.Name
		}
	}
	return name, birth
}
