package xform

import "doorstep/internal/survey"

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

// translated reports whether a text has languages, so that it must stand in itext.
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
