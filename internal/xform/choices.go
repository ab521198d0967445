package xform

import (
	"path"
	"regexp"
	"strings"

	"doorstep/internal/survey"
)

var reSearch = regexp.MustCompile(`search\(.*?\)`)

// usesSearch reports whether the appearance reads the choices from a file by search(), for which they must stand in the
// question itself.
func usesSearch(q *survey.Question) bool { return selects(q) && reSearch.MatchString(q.Appearance) }

// choices adds to a control what there is to choose from.
func (b *formWriter) choices(e *elem, q *survey.Question) {
	switch {
	case q.Type == "select one external":
		e.set("query", items(q.List)+predicate(b.note(b.names.ChoiceFilter(q))))
	case q.Type == "osm":
		for _, tag := range q.Tags {
			e.add(el("tag", b.tagLabel(tag)).set("key", tag.Name))
		}
	case usesSearch(q):
		b.inlineChoices(e, q)
	case q.Type == "range" && q.List == "":
	case q.List != "" || q.ItemsFile != "" || q.ItemsRepeat != "":
		e.add(b.itemset(q))
	}
}

func (b *formWriter) tagLabel(tag survey.Choice) *elem {
	if len(tag.Label) == 0 {
		return el("label")
	}
	return el("label", b.mixed(nil, tag.Label.In(b.f.DefaultLanguage))...)
}

func (b *formWriter) inlineChoices(e *elem, q *survey.Question) {
	list := b.f.Lists[q.List]
	if list == nil {
		return
	}
	for i, c := range list.Choices {
		label := el("label")
		if b.inItext[list.Name] {
			label.set("ref", "jr:itext('"+choiceID(list, i)+"')")
		} else if len(q.Label) > 0 {
			label.add(b.mixed(nil, c.Label[""])...)
		}
		e.add(el("item", label, el("value", text(c.Name))))
	}
}

func items(id string) string { return "instance('" + id + "')/root/item" }

func predicate(filter string) string {
	if filter == "" {
		return ""
	}
	return "[" + filter + "]"
}

// itemset says where the choices are, and which of their children are value and label.
func (b *formWriter) itemset(q *survey.Question) *elem {
	var nodes, value, label, filter string
	switch {
	case q.ItemsRepeat != "":
		nodes, value = b.repeatItems(q)
		label, filter = value, "./"+value+" != ''" // answers not given yet are no choices
	case q.ItemsFile != "":
		nodes = items(strings.TrimSuffix(q.ItemsFile, path.Ext(q.ItemsFile)))
		value, label = fileColumns(q)
	default:
		nodes, value, label = items(q.List), "name", "label"
		if b.inItext[q.List] {
			label = "jr:itext(itextId)"
		}
	}
	if q.ChoiceFilter != "" {
		filter = b.note(b.names.ChoiceFilter(q))
	}
	nodes = b.randomized(q, nodes+predicate(filter))
	return el("itemset", el("value").set("ref", value), el("label").set("ref", label)).set("nodeset", nodes)
}

func (b *formWriter) repeatItems(q *survey.Question) (nodes, value string) {
	nodes, value, err := b.names.repeatItems(q)
	b.note("", err)
	return nodes, value
}

// fileColumns are the columns of a file that hold value and label, which parameters can name.
func fileColumns(q *survey.Question) (value, label string) {
	value, label = "name", "label"
	if path.Ext(q.ItemsFile) == ".geojson" {
		value, label = "id", "title"
	}
	if v := parameter(q, "value"); v != "" {
		value = v
	}
	if l := parameter(q, "label"); l != "" {
		label = l
	}
	return value, label
}

func (b *formWriter) randomized(q *survey.Question, nodes string) string {
	if parameter(q, "randomize") != "true" {
		return nodes
	}
	if seed := strings.TrimSpace(b.xpath(q, parameter(q, "seed"))); seed != "" {
		return "randomize(" + nodes + ", " + seed + ")"
	}
	return "randomize(" + nodes + ")"
}
