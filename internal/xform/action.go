package xform

import (
	"regexp"

	"doorstep/internal/survey"
)

// Events of actions, from the ODK XForms specification.
const (
	firstLoad    = "odk-instance-first-load"
	everyLoad    = "odk-instance-load"
	newRepeat    = "odk-new-repeat"
	valueChanged = "xforms-value-changed"
)

var reTrigger = regexp.MustCompile(`\$\{\s*([^\s{}]+)\s*\}`)

// triggersOf finds the questions that each question sets off, in form order.
func triggersOf(f *survey.Form) map[string][]*survey.Question {
	all := map[string][]*survey.Question{}
	f.Walk(func(q *survey.Question) bool {
		for _, m := range reTrigger.FindAllStringSubmatch(q.Trigger, -1) {
			all[m[1]] = append(all[m[1]], q)
		}
		return true
	})
	return all
}

func (b *formWriter) action(name string, q *survey.Question, event string) *elem {
	return el(name).set("ref", b.f.Path(q)).set("event", event)
}

func (b *formWriter) setvalue(q *survey.Question, event, value string) *elem {
	return b.action("setvalue", q, event).setText("value", value)
}

// firstLoad are the actions that fill a question when the record begins.
func (b *formWriter) firstLoad(q *survey.Question) []*elem {
	var out []*elem
	if q.DynamicDefault && !container(q) {
		out = append(out, b.setvalue(q, firstLoad, b.xpath(q, q.Default)))
	}
	switch q.Type {
	case "start-geopoint":
		out = append(out, b.action("odk:setgeopoint", q, firstLoad))
	case "background-audio":
		out = append(out, b.action("odk:recordaudio", q, everyLoad).setText("odk:quality", parameter(q, "quality")))
	}
	return out
}

// newRound are the actions that fill the questions of a repeat's new round; nested repeats have their own.
func (b *formWriter) newRound(q *survey.Question) []*elem {
	var out []*elem
	for _, c := range q.Children {
		switch {
		case c.Kind == survey.KindGroup:
			out = append(out, b.newRound(c)...)
		case c.DynamicDefault:
			out = append(out, b.setvalue(c, newRepeat, b.xpath(c, c.Default)))
		}
	}
	if m := b.meta[q]; m != nil && m.entity != nil {
		for _, a := range m.entity.attrs {
			if a.fresh {
				out = append(out, b.setvalue(a.bind, newRepeat, "uuid()"))
			}
		}
	}
	return out
}

// changed are the actions that run when the answer to q changes: calculations first, then positions.
func (b *formWriter) changed(q *survey.Question) []*elem {
	var values, places []*elem
	for _, t := range b.triggers[q.Name] {
		if t.Type == "background-geopoint" {
			places = append(places, b.action("odk:setgeopoint", t, valueChanged))
		} else {
			values = append(values, b.setvalue(t, valueChanged, b.xpath(q, t.Calculation)))
		}
	}
	return append(values, places...)
}
