package xlsform

import (
	"strings"

	"doorstep/internal/survey"
)

// loopList checks the list that a loop runs over; its choices become groups when the loop ends.
func (w *sheetWalk) loopList(r *record, q *survey.Question, list string) {
	q.List = list
	switch {
	case list == "":
		w.wrong(r, r.header("type"), "loop.no_list")
	case w.f.Lists[list] == nil:
		w.noList(place{r.sheet, r.row, r.header("type")}, list)
	}
}

// expandLoop replaces the children of a loop by one group for each choice of its list, with the children inside and
// %(name)s and %(label)s filled in.
func (w *sheetWalk) expandLoop(loop *survey.Question) {
	list := w.f.Lists[loop.List]
	if list == nil {
		return
	}
	template := loop.Children
	loop.Children = nil
	for _, c := range list.Choices {
		if c.Name == "none" {
			continue
		}
		group := &survey.Question{Name: c.Name, Type: beginGroup, Kind: survey.KindGroup, Label: c.Label, Media: c.Media, Parent: loop}
		if !isName(c.Name) {
			w.report(place{sheetChoices, c.Row, "name"}, "name.invalid", c.Name)
		}
		for _, child := range template {
			group.Children = append(group.Children, loopCopy(child, group, c))
		}
		loop.Children = append(loop.Children, group)
	}
}

func loopCopy(q, parent *survey.Question, c survey.Choice) *survey.Question {
	fill := func(text, lang string) string {
		if !strings.Contains(text, "%") {
			return text
		}
		return strings.NewReplacer("%(name)s", c.Name, "%(label)s", c.Label.In(lang), "%%", "%").Replace(text)
	}
	all := func(t survey.Translated) survey.Translated {
		if t == nil {
			return nil
		}
		out := survey.Translated{}
		for lang, text := range t {
			out[lang] = fill(text, lang)
		}
		return out
	}
	n := *q
	n.Parent = parent
	n.Label, n.Hint, n.GuidanceHint = all(q.Label), all(q.Hint), all(q.GuidanceHint)
	n.ConstraintMsg, n.RequiredMsg = all(q.ConstraintMsg), all(q.RequiredMsg)
	for _, s := range []*string{&n.Name, &n.Relevant, &n.Constraint, &n.Required, &n.ReadOnly, &n.Calculation, &n.Default,
		&n.Trigger, &n.ChoiceFilter, &n.Appearance} {
		*s = fill(*s, "")
	}
	n.Children = nil
	for _, child := range q.Children {
		n.Children = append(n.Children, loopCopy(child, &n, c))
	}
	return &n
}
