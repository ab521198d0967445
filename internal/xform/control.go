package xform

import "doorstep/internal/survey"

// controls lists the controls of a container's children.
func (b *formWriter) controls(q *survey.Question) []*elem {
	var out []*elem
	for _, c := range q.Children {
		switch {
		case c.Kind == survey.KindRepeat:
			out = append(out, b.repeat(c))
		case c.Kind == survey.KindGroup:
			out = append(out, b.group(c))
		case shown(c):
			out = append(out, b.control(c))
		}
	}
	return out
}

func (b *formWriter) group(q *survey.Question) *elem {
	e := el("group").set("ref", b.f.Path(q))
	b.attributes(e, q)
	if len(q.Label) > 0 {
		e.add(b.label(q))
	}
	return e.add(b.controls(q)...)
}

func (b *formWriter) repeat(q *survey.Question) *elem {
	r := el("repeat").set("nodeset", b.f.Path(q))
	b.attributes(r, q)
	r.setText("jr:count", b.xpath(q, q.RepeatCount))
	r.add(b.controls(q)...).add(b.newRound(q)...)
	return el("group", b.label(q), r).set("ref", b.f.Path(q))
}

// attributes sets the appearance and what body::x columns pass on.
func (b *formWriter) attributes(e *elem, q *survey.Question) {
	for _, a := range q.Control {
		e.set(a.Name, b.xpath(q, a.Value))
	}
	if q.Kind == survey.KindGroup {
		e.setText("appearance", q.Appearance)
	} else {
		e.setText("appearance", b.xpath(q, q.Appearance))
	}
}

func (b *formWriter) control(q *survey.Question) *elem {
	info := types[q.Type]
	e := el(info.tag).set("ref", b.f.Path(q)).setText("mediatype", info.mediatype)
	b.attributes(e, q)
	for _, a := range controlParameters(q) {
		e.set(a.Name, a.Value)
	}
	b.labelAndHint(e, q)
	b.choices(e, q)
	return e.add(b.changed(q)...)
}

func (b *formWriter) labelAndHint(e *elem, q *survey.Question) {
	e.add(b.label(q))
	switch {
	case hintInItext(q):
		e.add(el("hint").set("ref", "jr:itext('"+b.textID(q, "hint")+"')"))
	case len(q.Hint) > 0:
		e.add(el("hint", b.mixed(q, q.Hint[""])...))
	}
}

func (b *formWriter) label(q *survey.Question) *elem {
	switch {
	case labelInItext(q):
		return el("label").set("ref", "jr:itext('"+b.textID(q, "label")+"')")
	case len(q.Label) > 0:
		return el("label", b.mixed(q, q.Label[""])...)
	}
	return el("label")
}

// controlParameters are the parameters that clients read from the control, under the name of their attribute.
func controlParameters(q *survey.Question) []survey.Pair {
	names := map[string]string{}
	switch q.Type {
	case "text":
		names["rows"] = "rows"
	case "range":
		for _, n := range []string{"start", "end", "step"} {
			names[n] = n
		}
		names["tick_interval"], names["placeholder"] = "odk:tick-interval", "odk:placeholder"
	case "geopoint":
		names["capture-accuracy"], names["warning-accuracy"] = "accuracyThreshold", "unacceptableAccuracyThreshold"
	case "image":
		if q.Appearance == "" || q.Appearance == "annotate" {
			names["app"] = "intent"
		}
	}
	var out []survey.Pair
	for _, p := range q.Parameters {
		if names[p.Name] != "" {
			out = append(out, survey.Pair{Name: names[p.Name], Value: p.Value})
		}
	}
	if parameter(q, "incremental") != "" && (q.Kind == survey.KindGeotrace || q.Kind == survey.KindGeoshape) {
		out = append(out, survey.Pair{Name: "incremental", Value: "true"})
	}
	return out
}
