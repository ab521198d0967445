package xlsform

import (
	"regexp"
	"strings"

	"doorstep/internal/survey"
)

var rePulldata = regexp.MustCompile(`pulldata\s*\(\s*(.*?),`)

// instances notes which file or list each secondary instance of the form comes from.
type instances struct {
	*builder
	source   map[string]string
	external map[string]bool
}

func (in *instances) claim(at place, id, source string) {
	if old, ok := in.source[id]; ok && old != source {
		in.report(at, "instance.clash", id, old, source)
	}
	in.source[id] = source
}

// checkInstances finds two different files or lists that would get the same secondary instance.
func (b *builder) checkInstances() {
	in := &instances{b, map[string]string{}, map[string]bool{}}
	b.f.Walk(func(q *survey.Question) bool {
		in.question(q)
		return true
	})
	searched := b.searchedLists()
	for _, name := range b.f.ListOrder {
		if !searched[name] {
			in.claim(place{sheetChoices, b.f.Lists[name].Choices[0].Row, "list_name"}, name, sheetChoices)
		}
	}
}

func (in *instances) question(q *survey.Question) {
	at := place{sheetSurvey, q.Row, "type"}
	for _, e := range []string{q.Calculation, q.Constraint, q.ReadOnly, q.Required, q.Relevant, q.ChoiceFilter, q.Default} {
		for _, m := range rePulldata.FindAllStringSubmatch(e, -1) {
			id := strings.TrimSpace(strings.NewReplacer("'", "", `"`, "").Replace(m[1]))
			in.claim(at, id, id+".csv")
		}
		if strings.Contains(e, "${last-saved#") {
			in.claim(at, "__last-saved", "last-saved")
		}
	}
	switch {
	case q.Type == "csv-external", q.Type == "xml-external":
		if in.external[q.Name] {
			in.report(at, "instance.twice", q.Name)
		}
		in.external[q.Name] = true
		in.claim(at, q.Name, q.Name+"."+q.Type[:3])
	case isSelect(q) && q.ItemsFile != "":
		in.claim(at, strings.TrimSuffix(q.ItemsFile, extension(q.ItemsFile)), q.ItemsFile)
	}
}

// isSelect reports whether the question chooses from items of an instance.
func isSelect(q *survey.Question) bool { return selectKinds[q.Type] != 0 && q.Type != selectExternal }

var reSearch = regexp.MustCompile(`search\(.*?\)`)

func usesSearch(q *survey.Question) bool {
	return isSelect(q) && reSearch.MatchString(q.Appearance)
}

func (b *builder) searchedLists() map[string]bool {
	m := map[string]bool{}
	b.f.Walk(func(q *survey.Question) bool {
		if usesSearch(q) {
			m[q.List] = true
		}
		return true
	})
	return m
}

// checkSearch checks the lists of questions whose appearance calls search(): their choices are written into the
// question, so another question cannot read them from an instance, and a file cannot be searched.
func (b *builder) checkSearch() {
	searched := b.searchedLists()
	b.f.Walk(func(q *survey.Question) bool {
		at := place{sheetSurvey, q.Row, "appearance"}
		switch {
		case usesSearch(q) && q.ItemsFile != "":
			b.report(at, "search.file", q.Name)
		case !usesSearch(q) && isSelect(q) && q.List != "" && searched[q.List]:
			b.report(at, "search.shared", q.Name, q.List)
		}
		return true
	})
}
