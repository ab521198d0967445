package xform

import "doorstep/internal/survey"

// binds lists the binds below a container, each followed by the actions that fill the question when a record begins.
func (b *formWriter) binds(q *survey.Question) []*elem {
	var out []*elem
	for _, c := range q.Children {
		if external(c) {
			continue
		}
		if bind := b.bind(c); bind != nil {
			out = append(out, bind)
		}
		out = append(out, b.firstLoad(c)...)
		out = append(out, b.binds(c)...)
	}
	return append(out, b.metaBinds(q)...)
}

func (b *formWriter) metaBinds(q *survey.Question) []*elem {
	m := b.meta[q]
	if m == nil {
		return nil
	}
	var out []*elem
	if m.entity != nil {
		for _, a := range m.entity.attrs {
			if a.bind == nil {
				continue
			}
			out = append(out, b.bind(a.bind))
			if a.fresh {
				out = append(out, b.setvalue(a.bind, firstLoad, "uuid()"))
			}
		}
		if m.entity.label != nil {
			out = append(out, b.bind(m.entity.label))
		}
	}
	for _, c := range m.questions {
		out = append(out, b.bind(c))
	}
	return out
}

// bind is the logic of a question; nil for a container or trigger that has none.
func (b *formWriter) bind(q *survey.Question) *elem {
	e := el("bind")
	typed := types[q.Type].bind
	for _, a := range typed {
		e.set(a.Name, a.Value)
	}
	if q.Type == "range" && q.Kind == survey.KindDecimal {
		e.set("type", "decimal")
	}
	for _, a := range bindParameters(q) {
		e.set(a.Name, a.Value)
	}
	b.bindLogic(e, q)
	for _, a := range q.Bind {
		e.set(a.Name, b.xpath(q, a.Value))
	}
	e.setText("entities:saveto", q.SaveTo)
	if len(typed) == 0 && len(e.attrs) == 0 {
		return nil
	}
	return e.set("nodeset", b.f.Path(q))
}

func (b *formWriter) bindLogic(e *elem, q *survey.Question) {
	for _, a := range []survey.Pair{{Name: "readonly", Value: q.ReadOnly}, {Name: "required", Value: q.Required},
		{Name: "relevant", Value: q.Relevant}, {Name: "constraint", Value: q.Constraint}} {
		e.setText(a.Name, b.xpath(q, a.Value))
	}
	if q.Trigger == "" { // else the action of the trigger calculates
		e.setText("calculate", b.xpath(q, q.Calculation))
	}
	for _, m := range messages(q) {
		switch {
		case len(m.text) == 0:
		case inItext(m):
			e.set(m.name, "jr:itext('"+b.textID(q, m.name)+"')")
		default:
			e.set(m.name, b.xpath(q, m.text[""]))
		}
	}
}

// bindParameters are the parameters that clients read from the bind, by the prefix of the attribute.
func bindParameters(q *survey.Question) []survey.Pair {
	prefix := map[string]string{}
	switch q.Type {
	case "image":
		prefix["max-pixels"] = "orx:"
	case "audio":
		prefix["quality"] = "odk:"
	case "geopoint", "geotrace", "geoshape":
		prefix["allow-mock-accuracy"] = "odk:"
	case "audit":
		for _, p := range q.Parameters {
			prefix[p.Name] = "odk:"
		}
	}
	var out []survey.Pair
	for _, p := range q.Parameters {
		if prefix[p.Name] != "" {
			out = append(out, survey.Pair{Name: prefix[p.Name] + p.Name, Value: p.Value})
		}
	}
	return out
}
