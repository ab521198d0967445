package xform

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// itext holds the texts of a form by language and id, in the order in which they were added.
type itext struct {
	fallback  string // the language of texts without one
	languages []*translation
}

type translation struct {
	lang  string
	ids   []string
	texts map[string]*itextEntry
}

// itextEntry is one text in its forms: "" is the text itself, others are guidance and media.
type itextEntry struct {
	forms []string
	value map[string][]*elem
}

// translated tells whether a text has languages, so that it must stand in itext.
func translated(t survey.Translated) bool {
	_, plain := t[""]
	return len(t) > 1 || len(t) == 1 && !plain
}

func (t *itext) in(lang string) *translation {
	for _, l := range t.languages {
		if l.lang == lang {
			return l
		}
	}
	l := &translation{lang: lang, texts: map[string]*itextEntry{}}
	t.languages = append(t.languages, l)
	return l
}

func (l *translation) entry(id string) *itextEntry {
	e := l.texts[id]
	if e == nil {
		e = &itextEntry{value: map[string][]*elem{}}
		l.texts[id] = e
		l.ids = append(l.ids, id)
	}
	return e
}

func (e *itextEntry) put(form string, value []*elem) {
	if _, known := e.value[form]; !known {
		e.forms = append(e.forms, form)
	}
	e.value[form] = value
}

// mark stands for a text that a language lacks, so that no client falls back to another one.
const mark = "-"

// fill gives every language the same ids and forms.
func (t *itext) fill() {
	all := &translation{texts: map[string]*itextEntry{}}
	for _, l := range t.languages {
		for _, id := range l.ids {
			for _, form := range l.texts[id].forms {
				all.entry(id).put(form, nil)
			}
		}
	}
	for _, l := range t.languages {
		for _, id := range all.ids {
			e := l.entry(id)
			for _, form := range all.texts[id].forms {
				if _, known := e.value[form]; !known {
					e.put(form, []*elem{text(mark)})
				}
			}
		}
	}
}

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

// itext writes the texts; nil when there are none.
func (b *formWriter) itext() *elem {
	if len(b.texts.languages) == 0 {
		return nil
	}
	out := el("itext")
	for _, l := range b.texts.languages {
		t := el("translation").set("lang", l.lang)
		if l.lang == b.texts.fallback {
			t.set("default", "true()")
		}
		for _, id := range l.ids {
			t.add(l.texts[id].element(id))
		}
		out.add(t)
	}
	return out
}

func (e *itextEntry) element(id string) *elem {
	out := el("text").set("id", id)
	for _, form := range e.forms {
		missing := len(e.value[form]) == 1 && e.value[form][0].text == mark
		if missing && form != "" && form != "guidance" {
			continue // there is no medium to stand for an absent one
		}
		out.add(el("value", e.value[form]...).setText("form", form))
	}
	return out
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
