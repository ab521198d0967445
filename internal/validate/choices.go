package validate

import (
	"regexp"
	"slices"
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

// choiceList is a list as a secondary instance, and its items by name.
type choiceList struct {
	document *survey.Node
	items    map[string][]*survey.Node
}

// choices are what a select may answer.
type choices struct {
	list   *choiceList
	filter *condition // sees an item as its context and the question as current(); nil when every item will do
}

func newChoiceList(list *survey.ChoiceList) *choiceList {
	root := survey.NewElement("root")
	made := &choiceList{document: (&survey.Node{Kind: survey.Document}).Add(root), items: map[string][]*survey.Node{}}
	for i := range list.Choices {
		choice := &list.Choices[i]
		item := survey.NewElement("item").Add(survey.NewElement("name").SetValue(choice.Name),
			survey.NewElement("label").SetValue(choice.Label.In("")))
		for _, extra := range choice.Extra {
			item.Add(survey.NewElement(extra.Name).SetValue(extra.Value))
		}
		root.Add(item)
		made.items[choice.Name] = append(made.items[choice.Name], item)
	}
	return made
}

var reSearch = regexp.MustCompile(`search\(.*?\)`)

// filter finds what p may answer. Choices from files, from other answers and from search() are known to the tablet only.
func (c *logicCompiler) filter(p *part, at cell) {
	q := p.q
	onList := q.Type == "select one" || q.Type == "select multiple" || q.Type == "rank"
	list := c.logic.lists[q.List]
	if onList && list != nil && q.ItemsFile == "" && q.ItemsRepeat == "" && !reSearch.MatchString(q.Appearance) {
		p.choices = &choices{list: list}
	}
	if strings.TrimSpace(q.ChoiceFilter) == "" || !c.references(q, q.ChoiceFilter, at) {
		return
	}
	path, err := c.names.ChoiceFilter(q)
	if err != nil {
		c.problem(at, "logic.reference", err.Error())
		return
	}
	if made := c.condition(path, at); made != nil && p.choices != nil && decidable(made) {
		p.choices.filter = made
	}
}

// decidable reports whether a filter keeps or drops each item whatever the others are, and without the tablet's files.
func decidable(filter *condition) bool {
	info := &filter.expr.Info
	return !filter.opaque && info.Kind != xpath.Number && info.Kind != xpath.Any &&
		!slices.Contains(info.Functions, "position") && !slices.Contains(info.Functions, "last")
}

// choose checks that an answer names choices that there are. Names that the list does not have are taken out, because
// their column cannot hold them; those that the filter does not offer stay, with an issue.
func (r *run) choose(p *part, i int, answer string) {
	names := []string{answer}
	if p.q.Kind != survey.KindSelectOne {
		names = strings.Fields(answer)
	}
	known, unknown := names, func(name string) bool { return len(p.choices.list.items[name]) == 0 }
	if slices.ContainsFunc(names, unknown) {
		known = slices.DeleteFunc(names, unknown)
		r.report("logic.choice", p, i)
		r.change(p, i, strings.Join(known, " "), false)
		r.set(p, i, strings.Join(known, " "))
	}
	if slices.ContainsFunc(known, func(name string) bool { return !r.offered(p, i, name) }) {
		r.report("logic.choice_filtered", p, i)
	}
}

// offered reports whether one of the items of that name passes the filter, and when in doubt that it does.
func (r *run) offered(p *part, i int, name string) bool {
	filter := p.choices.filter
	if filter == nil || r.blind(p, byFilter) {
		return true
	}
	current := r.node(p, i)
	for _, item := range p.choices.list.items[name] {
		if holds, known := r.holds(filter, item, current); holds || !known {
			return true
		}
	}
	return false
}
