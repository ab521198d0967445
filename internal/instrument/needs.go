package instrument

import (
	"regexp"
	"slices"
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/xlsform"
)

// Columns of the survey sheet that say what an answer tells of whom the record is about. needColumn is DOMAIN/ITEM, or DOMAIN where
// each choice is an item of its own; how grave the need is stands in the column need of the choices. factColumn is the name under
// which the rules about services read the answer.
const (
	needColumn = "doorstep:need"
	factColumn = "doorstep:fact"
)

// Telling is a question that tells of a need, of a fact, or of both.
type Telling struct {
	Column       survey.Column
	Domain, Item string            // of the need; Item is "" where each choice is one
	Levels       map[string]string // how grave the need is, by choice; choices that tell of none are not in it
	Fact         string
	Choices      *survey.ChoiceList // that it is answered from; nil for none
	missing      map[string]bool    // choices that are no answer
}

// Need is that somebody needs something, as one record says it.
type Need struct {
	Domain string `json:"d"`
	Item   string `json:"i"`
	Level  string `json:"l"`
}

var needWord = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// tellings finds the questions of each table that tell of needs and facts, by the table's name.
func tellings(f *survey.Form, tables []*survey.Table) (all map[string][]Telling, wrong survey.Problems) {
	all = map[string][]Telling{}
	for _, t := range tables {
		for _, c := range t.Columns {
			one := Telling{Column: c, Choices: listOf(f, c.Question), Fact: strings.TrimSpace(bindOf(c.Question, factColumn))}
			said := strings.TrimSpace(bindOf(c.Question, needColumn))
			if said == "" && one.Fact == "" {
				continue
			}
			if one.Fact != "" && (!needWord.MatchString(one.Fact) || holdsWords(c.Question)) {
				wrong = append(wrong, problemAt("survey", c.Question.Row, "bind::"+factColumn, "form.fact", one.Fact))
			}
			if said != "" && !one.readNeed(said) {
				wrong = append(wrong, problemAt("survey", c.Question.Row, "bind::"+needColumn, "form.need", said))
			}
			one.readMissing()
			all[t.Name] = append(all[t.Name], one)
		}
	}
	return all, append(wrong, wrongLevels(all)...)
}

// listOf is the list that a question is answered from, or whose codes a calculation gives.
func listOf(f *survey.Form, q *survey.Question) *survey.ChoiceList {
	if q.Kind == survey.KindSelectOne || q.Kind == survey.KindSelectMultiple {
		return f.Lists[q.List]
	}
	return f.Lists[strings.TrimSpace(bindOf(q, xlsform.CodesColumn))]
}

// holdsWords reports whether an answer is somebody's own words, which no rule can read.
func holdsWords(q *survey.Question) bool {
	return q.Kind == survey.KindText && q.Calculation == "" || q.Kind == survey.KindFile
}

func bindOf(q *survey.Question, name string) string {
	if i := slices.IndexFunc(q.Bind, func(p survey.Pair) bool { return p.Name == name }); i >= 0 {
		return q.Bind[i].Value
	}
	return ""
}

// readNeed reads DOMAIN or DOMAIN/ITEM, and reports whether it is that and some choice tells of a need.
func (t *Telling) readNeed(said string) bool {
	t.Domain, t.Item, _ = strings.Cut(said, "/")
	if t.Choices == nil || !needWord.MatchString(t.Domain) || t.Item != "" && !needWord.MatchString(t.Item) || strings.HasSuffix(said, "/") {
		return false
	}
	t.Levels = map[string]string{}
	for i := range t.Choices.Choices {
		if c := &t.Choices.Choices[i]; slices.Contains(survey.NeedLevels, c.Need()) {
			t.Levels[c.Name] = c.Need()
		}
	}
	return len(t.Levels) > 0
}

func (t *Telling) readMissing() {
	t.missing = map[string]bool{}
	for i := 0; t.Choices != nil && i < len(t.Choices.Choices); i++ {
		t.missing[t.Choices.Choices[i].Name] = t.Choices.Choices[i].Missing() != ""
	}
}

// wrongLevels finds what stands in the column need of the lists that needs are answered from, and is no level.
func wrongLevels(all map[string][]Telling) (wrong survey.Problems) {
	seen := map[*survey.ChoiceList]bool{}
	for _, some := range all {
		for _, t := range some {
			if t.Domain == "" || t.Choices == nil || seen[t.Choices] {
				continue
			}
			for i := range t.Choices.Choices {
				c := &t.Choices.Choices[i]
				if said := c.Need(); said != "" && said != "none" && !slices.Contains(survey.NeedLevels, said) {
					wrong = append(wrong, problemAt("choices", c.Row, survey.NeedColumn, "form.need_level", said))
				}
			}
			seen[t.Choices] = true
		}
	}
	return wrong
}

// Needs adds what an answer tells of needs: of two answers about one item the graver stands.
func (t *Telling) Needs(answer string, into map[[2]string]string) {
	for _, choice := range strings.Fields(answer) {
		level, told := t.Levels[choice]
		if !told {
			continue
		}
		at := [2]string{t.Domain, t.Item}
		if t.Item == "" {
			at[1] = choice
		}
		if slices.Index(survey.NeedLevels, level) > slices.Index(survey.NeedLevels, into[at]) {
			into[at] = level
		}
	}
}

// Known is what an answer tells as a fact; "" for none, such as a refusal.
func (t *Telling) Known(answer string) string {
	known := slices.DeleteFunc(strings.Fields(answer), func(choice string) bool { return t.missing[choice] })
	return strings.Join(known, " ")
}

// Words is how the questions that tell of needs call an item: by its choice, else by the question.
func (in *Instrument) Words(domain, item string) survey.Translated {
	var asked survey.Translated
	for _, all := range in.Tellings {
		for i := range all {
			t := &all[i]
			if t.Domain != domain {
				continue
			}
			if t.Item == item {
				asked = t.Column.Question.Label
			}
			if c := t.choice(item); t.Item == "" && c != nil {
				return c.Label
			}
		}
	}
	return asked
}

// FactWords are how a fact is asked for, and what its answer means.
func (in *Instrument) FactWords(fact, value string) (asked survey.Translated, meant []survey.Translated) {
	for _, all := range in.Tellings {
		for i := range all {
			if all[i].Fact != fact {
				continue
			}
			asked, meant = all[i].Column.Question.Label, nil
			for _, name := range strings.Fields(value) {
				if c := all[i].choice(name); c != nil {
					meant = append(meant, c.Label)
				}
			}
		}
	}
	return asked, meant
}

func (t *Telling) choice(name string) *survey.Choice {
	for i := 0; t.Choices != nil && i < len(t.Choices.Choices); i++ {
		if t.Choices.Choices[i].Name == name {
			return &t.Choices.Choices[i]
		}
	}
	return nil
}
