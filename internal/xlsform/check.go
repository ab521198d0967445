package xlsform

import (
	"regexp"
	"strings"

	"doorstep/internal/survey"
)

// checkForm does the checks that need the whole form.
func (b *builder) checkForm() {
	b.checkTriggers()
	b.checkGeo()
	b.checkSiblings(b.f.Root)
	b.allocateEntities()
	b.checkReferences()
	b.checkInstances()
	b.checkSearch()
	b.checkLanguages()
	if b.setting("omit_instanceID", false) && b.f.Settings["public_key"] != "" {
		b.report(place{sheet: sheetSettings, row: 2, column: "omit_instanceID"}, "settings.encryption")
	}
}

// checkGeo checks what reference-geometry names: a repeat, a list, a file or an entity list.
func (b *builder) checkGeo() {
	for _, g := range b.geo {
		ref, isRef := soleReference(g.target)
		switch {
		case isRef && b.repeats[ref.name], b.files[g.target], b.f.Lists[g.target] != nil, b.entities.has(g.target):
		default:
			b.report(g.at, "parameter.geometry", g.target)
		}
	}
}

// checkSiblings finds the names that generated questions share with others of the same group.
func (b *builder) checkSiblings(parent *survey.Question) {
	seen := map[string]*survey.Question{}
	for _, q := range parent.Children {
		if first := seen[q.Name]; first != nil && q.Name != "" && (q.Row == 0 || first.Row == 0) {
			b.report(place{sheetSurvey, max(q.Row, first.Row), "name"}, "name.generated", q.Name)
		}
		seen[q.Name] = q
		b.checkSiblings(q)
	}
}

// checkReferences checks every ${name} of the workbook as it is written, so that the report can name the cell. The
// choices sheet is looked at only where texts are shown; its other columns are data.
func (b *builder) checkReferences() {
	nodes := b.countNames()
	known := b.referable(nodes)
	skip := map[string]map[string]bool{
		sheetSurvey:   set("type", "name", "trigger"),
		sheetEntities: set("dataset", "repeat"),
	}
	for _, name := range []string{sheetSettings, sheetEntities, sheetSurvey, sheetChoices} {
		s := b.book.sheet(name)
		if s == nil {
			continue
		}
		for _, c := range b.columns[name] {
			if skip[name][c.path[0]] || name == sheetChoices && c.path[0] != "label" && c.path[0] != "media" {
				continue
			}
			for i, row := range s.Rows {
				b.checkText(place{s.Name, i + 2, c.header}, row[c.header], known)
			}
		}
	}
	b.f.Walk(func(q *survey.Question) bool {
		b.checkText(place{sheetSurvey, q.Row, "type"}, q.ItemsRepeat, known)
		if ref, ok := soleReference(q.RepeatCount); ok && nodes[ref.name] > 1 && known[ref.name] == 0 {
			b.report(place{sheetSurvey, q.Row, "repeat_count"}, "name.generated", ref.name)
		}
		return true
	})
}

// countNames counts the nodes of each name, the root and those that the form gets by itself included.
func (b *builder) countNames() map[string]int {
	nodes := map[string]int{b.f.Name: 1}
	b.f.Walk(func(q *survey.Question) bool {
		if q.Kind != survey.KindNone {
			nodes[q.Name]++
		}
		return true
	})
	return nodes
}

// referable counts the nodes that a reference to a name in the name column can mean.
func (b *builder) referable(nodes map[string]int) map[string]int {
	known := map[string]int{}
	for name, n := range b.names {
		known[name] = max(n, nodes[name])
	}
	if !b.setting("omit_instanceID", false) {
		known["instanceID"]++
	}
	return known
}

func (b *builder) checkText(at place, text string, known map[string]int) {
	refs, ok := references(text)
	if !ok {
		b.report(at, "reference.syntax", short(text))
		return
	}
	for _, ref := range refs {
		switch n := known[ref.name]; {
		case n == 0:
			b.report(at, "reference.unknown", ref.name)
		case n > 1:
			b.report(at, "reference.ambiguous", ref.name)
		}
	}
}

// short keeps a quotation of a cell readable.
func short(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}

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

// isSelect tells whether the question chooses from items of an instance.
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
