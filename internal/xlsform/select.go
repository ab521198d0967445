package xlsform

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

var reSelect = regexp.MustCompile(`^(select_one|select one|select1|select one from|add select one prompt using|` +
	`select_multiple|select all that apply|select all that apply from|add select multiple prompt using|` +
	`select_one_external|select_one_from_file|select one from file|select_multiple_from_file|select multiple from file|` +
	`rank) (\S+)( (?:or specify other|or_other|or other))?$`)

func extension(name string) string { return path.Ext(name) }

// selectRow reads a question with choices: from a list, a file, the answers of a repeat or the external_choices sheet.
func (w *sheetWalk) selectRow(r *record, q *survey.Question, word, list string, other bool) {
	q.Type = selectWords[word]
	q.Kind = selectKinds[q.Type]
	ok := w.selectSource(r, q, word, list)
	if fromFileWords[word] {
		w.accept(r, "label", "randomize", "seed", "value")
		w.fileColumns(r)
	} else {
		w.accept(r, "randomize", "seed")
	}
	w.randomRules(r)
	if t := bindType(q.Bind); t != "" && t != "string" && t != "odk:rank" {
		w.wrong(r, r.header("bind", "type"), "select.bind")
	}
	w.tableSelect(r, q, list)
	w.add(q)
	w.needLabel(r, q, typeDef{visible: true})
	if other && ok {
		w.addOther(r, q)
	}
}

func bindType(pairs []survey.Pair) string {
	for _, p := range pairs {
		if p.Name == "type" {
			return p.Value
		}
	}
	return ""
}

// selectSource fills where the choices come from; it returns whether that place exists.
func (w *sheetWalk) selectSource(r *record, q *survey.Question, word, list string) bool {
	ext := extension(list)
	at := place{r.sheet, r.row, r.header("type")}
	if fromFileWords[word] && (!fileExtensions[ext] || strings.Count(strings.TrimLeft(path.Base(list), "."), ".") != 1) {
		w.report(at, "select.extension", list)
		return false
	}
	if q.Type == selectExternal {
		return w.selectExternal(r, q, list)
	}
	w.files[strings.TrimSuffix(list, ext)] = true
	switch {
	case fileExtensions[ext]:
		q.ItemsFile = list
	case hasReference(list):
		q.ItemsRepeat = list
	case w.f.Lists[list] == nil && len(w.f.Lists) == 0:
		w.absent(at, "select.no_sheet", sheetChoices)
		return false
	case w.f.Lists[list] == nil:
		w.noList(at, list)
		return false
	default:
		q.List = list
		w.spacedChoices(r, q)
		w.filterColumns(place{r.sheet, r.row, r.header("choice_filter")}, q.ChoiceFilter, list)
	}
	return true
}

func (w *sheetWalk) selectExternal(r *record, q *survey.Question, list string) bool {
	q.List = list
	at := place{r.sheet, r.row, r.header("type")}
	if q.ChoiceFilter == "" {
		w.warn(at, "select.external_filter")
	}
	switch {
	case w.external == nil:
		w.absent(at, "select.no_external", sheetExternal)
	case !w.external[list]:
		w.report(at, "select.no_external_list", list)
	}
	return w.external[list]
}

// spacedChoices refuses a space in the name of a choice of which several can be chosen: the answer separates them by it.
func (w *sheetWalk) spacedChoices(r *record, q *survey.Question) {
	if q.Kind != survey.KindSelectMultiple {
		return
	}
	for _, c := range w.f.Lists[q.List].Choices {
		if strings.Contains(c.Name, " ") {
			w.wrong(r, r.header("type"), "choice.space", c.Name, q.List)
		}
	}
}

func (w *sheetWalk) fileColumns(r *record) {
	for _, name := range []string{"value", "label"} {
		if v, ok := w.params[name]; ok && !isName(v) {
			w.wrong(r, "parameters", "parameter.name", name, v)
		}
	}
}

func (w *sheetWalk) randomRules(r *record) {
	random, has := w.params["randomize"]
	seed, seeded := w.params["seed"]
	switch {
	case has && random != "true" && random != "false":
		w.wrong(r, "parameters", "parameter.true_false", "randomize", random)
	case seeded && !has:
		w.wrong(r, "parameters", "parameter.seed_alone")
	case seeded:
		_, number := strconv.ParseFloat(seed, 64)
		if _, ok := soleReference(seed); !ok && number != nil {
			w.wrong(r, "parameters", "parameter.seed", seed)
		}
	}
}

// addOther adds the choice "other" to the list and a text question that asks what it is.
func (w *sheetWalk) addOther(r *record, q *survey.Question) {
	w.orOther = true
	l := w.f.Lists[q.List]
	switch {
	case q.ChoiceFilter != "":
		w.wrong(r, r.header("choice_filter"), "other.filter")
		return
	case l == nil:
		w.wrong(r, r.header("type"), "other.list")
		return
	}
	if !l.Has("other") {
		l.Choices = append(l.Choices, survey.Choice{Name: "other", Label: otherLabel(l)})
	}
	w.add(&survey.Question{
		Name: q.Name + "_other", Type: "text", Kind: survey.KindText, Label: survey.Translated{"": "Specify other."},
		Relevant: "selected(../" + q.Name + ", 'other')",
	})
}

// otherLabel is "Other" in every language that the labels of the list have.
func otherLabel(l *survey.ChoiceList) survey.Translated {
	t := survey.Translated{}
	plain := true
	for _, c := range l.Choices {
		for lang := range c.Label {
			plain = plain && lang == ""
		}
	}
	for _, c := range l.Choices {
		for lang := range c.Label {
			if len(c.Label) > 1 || lang != "" {
				t[lang] = "Other"
			}
		}
	}
	if plain {
		t[""] = "Other"
	}
	return t
}
