package xform

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// collectTexts gathers what must be in itext: first the choices, then the questions, then the media of questions.
func (b *formWriter) collectTexts() *itext {
	t := &itext{fallback: b.f.DefaultLanguage}
	if t.fallback == "" {
		t.fallback = "default"
	}
	b.texts = t
	for _, name := range b.f.ListOrder {
		if b.inItext[name] {
			b.choiceTexts(b.f.Lists[name])
		}
	}
	b.f.Walk(func(q *survey.Question) bool {
		b.questionTexts(q)
		return true
	})
	b.f.Walk(func(q *survey.Question) bool {
		b.mediaTexts(b.textID(q, "label"), q.Media)
		return true
	})
	t.fill()
	return t
}

func (b *formWriter) choiceTexts(list *survey.ChoiceList) {
	for i, c := range list.Choices {
		b.addText(nil, choiceID(list, i), "", c.Label)
		b.mediaTexts(choiceID(list, i), c.Media)
	}
}

func (b *formWriter) questionTexts(q *survey.Question) {
	for _, m := range messages(q) {
		if inItext(m) {
			b.addText(q, b.textID(q, m.name), "", m.text)
		}
	}
	if labelInItext(q) {
		b.addText(q, b.textID(q, "label"), "", q.Label)
	}
	if hintInItext(q) {
		b.addText(q, b.textID(q, "hint"), "", q.Hint)
		b.addText(q, b.textID(q, "hint"), "guidance", q.GuidanceHint)
	}
}

func labelInItext(q *survey.Question) bool { return translated(q.Label) || len(q.Media) > 0 }

// hintInItext: guidance is always in itext, and takes the hint along.
func hintInItext(q *survey.Question) bool { return translated(q.Hint) || len(q.GuidanceHint) > 0 }

func (b *formWriter) textID(q *survey.Question, what string) string { return b.f.Path(q) + ":" + what }

func (b *formWriter) addText(q *survey.Question, id, form string, t survey.Translated) {
	for _, lang := range b.languages(t) {
		b.texts.in(b.language(lang)).entry(id).put(form, b.mixed(q, t[lang]))
	}
}

// languages lists the languages of a text in the order of the workbook, which is the order that clients offer.
func (b *formWriter) languages(t survey.Translated) []string {
	return slices.SortedFunc(maps.Keys(t), func(x, y string) int {
		return cmp.Or(cmp.Compare(b.order(x), b.order(y)), cmp.Compare(x, y))
	})
}

func (b *formWriter) order(lang string) int {
	if lang == "" && slices.Contains(b.f.Languages, b.texts.fallback) {
		lang = b.texts.fallback
	}
	return slices.Index(b.f.Languages, lang)
}

func (b *formWriter) language(lang string) string {
	if lang == "" {
		return b.texts.fallback
	}
	return lang
}

// mediaFolders are the kinds of media and where clients look for their files.
var mediaFolders = []survey.Pair{{Name: "image", Value: "jr://images/"}, {Name: "big-image", Value: "jr://images/"},
	{Name: "audio", Value: "jr://audio/"}, {Name: "video", Value: "jr://video/"}}

func (b *formWriter) mediaTexts(id string, media map[string]survey.Translated) {
	for _, kind := range mediaFolders {
		for _, lang := range b.languages(media[kind.Name]) {
			value := append([]*elem{text(kind.Value)}, b.mixed(nil, media[kind.Name][lang])...)
			b.texts.in(b.language(lang)).entry(id).put(kind.Name, joinText(value))
		}
	}
}

// joinText merges neighbouring texts.
func joinText(kids []*elem) []*elem {
	var out []*elem
	for _, k := range kids {
		if n := len(out); n > 0 && k.name == "" && out[n-1].name == "" {
			out[n-1] = text(out[n-1].text + k.text)
			continue
		}
		out = append(out, k)
	}
	return out
}

// message is a text of a bind.
type message struct {
	name string
	text survey.Translated
}

func messages(q *survey.Question) []message {
	return []message{{"jr:constraintMsg", q.ConstraintMsg}, {"jr:requiredMsg", q.RequiredMsg}, {"jr:noAppErrorString", q.NoAppErrorMsg}}
}

func inItext(m message) bool {
	return translated(m.text) || m.name != "jr:noAppErrorString" && strings.Contains(m.text[""], "${")
}
