package xform

import (
	"strings"

	"doorstep/internal/survey"
)

// instance is the empty record of the form with its fixed defaults.
func (b *formWriter) instance() *elem {
	set := b.f.Settings
	root := el(b.f.Name)
	for name, value := range set {
		if attr, ok := strings.CutPrefix(name, "attribute::"); ok {
			root.set(attr, value)
		}
	}
	root.set("id", b.f.ID)
	root.setText("xmlns", set["instance_xmlns"]).setText("version", b.f.Version)
	root.setText("odk:prefix", set["prefix"]).setText("odk:delimiter", set["delimiter"])
	return b.nodes(root, b.f.Root, false)
}

// nodes adds the nodes of a container's children. A repeat stands there twice, as the template for new rounds and as the
// first round; inside a first round only rounds are needed.
func (b *formWriter) nodes(parent *elem, q *survey.Question, round bool) *elem {
	for _, c := range q.Children {
		if c.Kind == survey.KindRepeat && !round {
			parent.add(b.template(c))
		}
		parent.add(b.node(c, round || c.Kind == survey.KindRepeat))
	}
	return parent.add(b.metaNode(q))
}

func (b *formWriter) node(q *survey.Question, round bool) *elem {
	if external(q) {
		return nil
	}
	e := el(q.Name)
	for _, a := range q.InstanceAttr {
		e.set(a.Name, b.xpath(q, a.Value))
	}
	if container(q) {
		return b.nodes(e, q, round)
	}
	if q.Default != "" && !q.DynamicDefault {
		e.add(text(q.Default))
	}
	return e
}

func (b *formWriter) template(q *survey.Question) *elem {
	e := el(q.Name).set("jr:template", "")
	for _, c := range q.Children {
		if c.Kind == survey.KindRepeat {
			e.add(b.template(c))
		} else {
			e.add(b.node(c, false))
		}
	}
	return e.add(b.metaNode(q))
}

func (b *formWriter) metaNode(q *survey.Question) *elem {
	m := b.meta[q]
	if m == nil {
		return nil
	}
	e := el("meta")
	if m.entity != nil {
		e.add(entityNode(m.entity))
	}
	for _, c := range m.questions {
		e.add(b.node(c, false))
	}
	return e
}

func entityNode(d *entity) *elem {
	e := el("entity")
	for _, a := range d.attrs {
		e.set(a.name, a.value)
	}
	if d.label != nil {
		e.add(el("label"))
	}
	return e
}
