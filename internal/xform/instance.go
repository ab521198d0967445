package xform

import (
	"bufio"
	"io"

	"doorstep/internal/survey"
)

// WriteInstance writes inst as a client would submit it: the elements that f knows, in form order, then meta with the
// instanceID. Elements that the tree lacks (not relevant) stay away. The bytes are the same for equal instances.
func WriteInstance(w io.Writer, f *survey.Form, inst *survey.Instance) error {
	if inst == nil || inst.Root == nil {
		return errNoRoot
	}
	x := &xmlWriter{out: bufio.NewWriter(w)}
	x.str(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	x.open(f.Name)
	x.attr("xmlns:orx", "http://openrosa.org/xforms")
	x.attr("id", inst.FormID)
	if inst.Version != "" {
		x.attr("version", inst.Version)
	}
	x.str(">")
	x.answers(inst.Root, f.Root)
	x.identity(inst)
	x.end(f.Name)
	x.str("\n")
	return x.out.Flush()
}

// answers writes the children of a group, of a repeat instance or of the root.
func (x *xmlWriter) answers(n *survey.Node, q *survey.Question) {
	hint := 0
	for _, c := range q.Children {
		i := childNamed(n, c.Name, hint)
		if i < 0 || !stored(c) {
			continue
		}
		hint = i + 1
		if c.Kind == survey.KindRepeat {
			for _, each := range sameNamed(n.Children, c.Name) {
				x.answer(each, c)
			}
			continue
		}
		x.answer(n.Children[i], c)
	}
	if meta := n.Child("meta"); meta != nil && q.Parent != nil {
		x.node(meta, "")
	}
}

func (x *xmlWriter) answer(n *survey.Node, q *survey.Question) {
	if q.Kind == survey.KindGroup || q.Kind == survey.KindRepeat {
		x.open(q.Name)
		x.str(">")
		x.answers(n, q)
		x.end(q.Name)
		return
	}
	x.leaf(q.Name, n.Value())
}

// identity writes meta: the identifiers of inst, then whatever else the tree's meta holds.
func (x *xmlWriter) identity(inst *survey.Instance) {
	x.str("<orx:meta>")
	if inst.ID != "" {
		x.leaf("orx:instanceID", "uuid:"+inst.ID)
	}
	if inst.DeprecatedID != "" {
		x.leaf("orx:deprecatedID", "uuid:"+inst.DeprecatedID)
	}
	if meta := inst.Root.Child("meta"); meta != nil {
		for _, c := range meta.Children {
			if c.Kind != survey.Element || c.Name == "instanceID" || c.Name == "deprecatedID" {
				continue
			}
			if c.Name == "entity" {
				x.node(c, "")
			} else {
				x.node(c, "orx:")
			}
		}
	}
	x.str("</orx:meta>")
}

// node writes an element with all that is below it, its own name behind prefix.
func (x *xmlWriter) node(n *survey.Node, prefix string) {
	x.open(prefix + n.Name)
	for _, a := range n.Attrs {
		if a.Name != "xmlns" && a.Prefix != "xmlns" {
			x.attr(a.Name, a.Data)
		}
	}
	x.str(">")
	for _, c := range n.Children {
		switch c.Kind {
		case survey.Element:
			x.node(c, "")
		case survey.Text:
			x.text(c.Data)
		}
	}
	x.end(prefix + n.Name)
}

// xmlWriter writes markup; the buffer keeps the first error until Flush.
type xmlWriter struct{ out *bufio.Writer }

func (x *xmlWriter) str(s string) { x.out.WriteString(s) }

func (x *xmlWriter) open(name string) { x.str("<" + name) }

func (x *xmlWriter) end(name string) { x.str("</" + name + ">") }

func (x *xmlWriter) attr(name, value string) {
	x.str(" " + name + `="`)
	attrEscaper.WriteString(x.out, xmlText([]byte(value)))
	x.str(`"`)
}

func (x *xmlWriter) text(s string) { textEscaper.WriteString(x.out, xmlText([]byte(s))) }

func (x *xmlWriter) leaf(name, value string) {
	if value == "" {
		x.str("<" + name + "/>")
		return
	}
	x.str("<" + name + ">")
	x.text(value)
	x.end(name)
}
