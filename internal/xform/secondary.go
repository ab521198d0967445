package xform

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// rePulldata finds the file that pulldata() reads: its first argument up to the comma.
var rePulldata = regexp.MustCompile(`pulldata\s*\(\s*(.*?),`)

// instances gathers secondary instances; of two with the same id the first stays.
type instances struct {
	seen map[string]bool
	all  []*elem
}

func (in *instances) file(id, src string) {
	if !in.seen[id] {
		in.seen[id] = true
		in.all = append(in.all, el("instance").set("id", id).set("src", src))
	}
}

// secondaryInstances lists the files that the form reads, the record saved before, and the lists of choices.
func (b *formWriter) secondaryInstances() []*elem {
	in := &instances{seen: map[string]bool{}}
	saved := false
	visit := func(q *survey.Question) bool {
		in.question(q)
		saved = saved || usesLastSaved(q)
		return true
	}
	b.f.Walk(visit)
	for _, q := range metaQuestions(b.f) {
		visit(q)
	}
	if saved {
		in.file(lastSaved, "jr://instance/last-saved")
	}
	for _, name := range b.f.ListOrder {
		if !b.searched[name] && !in.seen[name] {
			in.seen[name] = true
			in.all = append(in.all, b.choiceInstance(b.f.Lists[name]))
		}
	}
	return in.all
}

func (in *instances) question(q *survey.Question) {
	for _, e := range append(logic(q), q.ChoiceFilter, q.Default) {
		for _, m := range rePulldata.FindAllStringSubmatch(e, -1) {
			id := strings.TrimSpace(strings.NewReplacer("'", "", `"`, "").Replace(m[1]))
			in.file(id, "jr://file-csv/"+id+".csv")
		}
	}
	switch {
	case external(q):
		in.external(q.Name + "." + q.Type[:3])
	case selects(q) && q.ItemsFile != "":
		in.external(q.ItemsFile)
	}
}

func (in *instances) external(file string) {
	folder := "file"
	if path.Ext(file) == ".csv" {
		folder = "file-csv"
	}
	in.file(strings.TrimSuffix(file, path.Ext(file)), "jr://"+folder+"/"+file)
}

// logic lists the expressions of the bind of a question.
func logic(q *survey.Question) []string {
	return []string{q.Calculation, q.Constraint, q.ReadOnly, q.Required, q.Relevant}
}

func usesLastSaved(q *survey.Question) bool {
	for _, e := range append(logic(q), q.ChoiceFilter, q.Default) {
		if strings.Contains(e, "${last-saved#") {
			return true
		}
	}
	return false
}

// choiceInstance is a list of choices with all its columns.
func (b *formWriter) choiceInstance(list *survey.ChoiceList) *elem {
	root := el("root")
	for i, c := range list.Choices {
		item := el("item")
		if b.inItext[list.Name] {
			item.add(el("itextId", text(choiceID(list, i))))
		}
		item.add(el("name", text(c.Name)))
		if label, ok := c.Label[""]; ok && !b.inItext[list.Name] {
			item.add(el("label", text(label)))
		}
		for _, extra := range c.Extra {
			item.add(el(extra.Name, text(extra.Value)))
		}
		root.add(item)
	}
	return el("instance", root).set("id", list.Name)
}

func choiceID(list *survey.ChoiceList, i int) string { return list.Name + "-" + strconv.Itoa(i) }

// needsItext reports whether the labels of a list need more than a text: languages, media or references to answers.
func needsItext(list *survey.ChoiceList) bool {
	for _, c := range list.Choices {
		if len(c.Media) > 0 || translated(c.Label) || strings.Contains(c.Label[""], "${") {
			return true
		}
	}
	return false
}
