package xlsform

import (
	"strings"

	"doorstep/internal/survey"
)

// checkForm does the checks that need the whole form.
func (b *builder) checkForm() {
	if n := b.countQuestions(); n > survey.MostQuestions {
		b.report(place{sheet: sheetSurvey}, "form.long", n, survey.MostQuestions)
	}
	b.checkTriggers()
	b.checkCodes()
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

// CodesColumn is the column of the survey sheet that names the choice list whose codes a calculation gives.
const CodesColumn = "doorstep:codes"

// checkCodes checks that a calculation's codes are a list of the choices sheet.
func (b *builder) checkCodes() {
	b.f.Walk(func(q *survey.Question) bool {
		for _, p := range q.Bind {
			if name := strings.TrimSpace(p.Value); p.Name == CodesColumn && name != "" && b.f.Lists[name] == nil {
				b.report(place{sheetSurvey, q.Row, "bind::" + CodesColumn}, "codes.list", name)
			}
		}
		return true
	})
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
			for i, row := range s.rows {
				b.checkText(place{s.name, i + 2, c.header}, row[c.header], known)
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

func (b *builder) countQuestions() (n int) {
	b.f.Walk(func(*survey.Question) bool { n++; return true })
	return n
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
			b.noQuestion(at, ref.name, known)
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
