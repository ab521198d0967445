package xform

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// elem is an element of the XForm, or text where it has no name.
type elem struct {
	name, text string
	attrs      []survey.Pair
	kids       []*elem
}

func el(name string, kids ...*elem) *elem {
	e := &elem{name: name}
	return e.add(kids...)
}

func text(s string) *elem { return &elem{text: s} }

// add appends children; nil ones are left out.
func (e *elem) add(kids ...*elem) *elem {
	for _, k := range kids {
		if k != nil {
			e.kids = append(e.kids, k)
		}
	}
	return e
}

// set sets an attribute, replacing an earlier one of that name.
func (e *elem) set(name, value string) *elem {
	for i := range e.attrs {
		if e.attrs[i].Name == name {
			e.attrs[i].Value = value
			return e
		}
	}
	e.attrs = append(e.attrs, survey.Pair{Name: name, Value: value})
	return e
}

// setText sets an attribute unless value is empty.
func (e *elem) setText(name, value string) *elem {
	if value != "" {
		e.set(name, value)
	}
	return e
}

// A parser makes spaces of line breaks in attributes; writing them as spaces keeps the bytes readable.
var formAttrEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;",
	"\r\n", " ", "\r", " ", "\n", " ", "\t", " ")

// printer writes elements indented by two spaces, with attributes in the order of canonical XML: namespace
// declarations, names without a prefix, then names by namespace URI.
type printer struct {
	out    *bufio.Writer
	spaces map[string]string // namespace URI by prefix
	wrong  survey.Problems   // names that XML cannot hold
}

func printForm(w io.Writer, root *elem, spaces []survey.Pair) error {
	p := &printer{out: bufio.NewWriter(w), spaces: map[string]string{"xml": "http://www.w3.org/XML/1998/namespace"}}
	for _, s := range spaces {
		p.spaces[s.Name] = s.Value
	}
	if p.check(root); len(p.wrong) > 0 {
		return p.wrong
	}
	p.str("<?xml version=\"1.0\"?>\n")
	p.element(root, "", "\n")
	return p.out.Flush()
}

// check finds names that a pass-through column brought in and that would make the form unreadable.
func (p *printer) check(e *elem) {
	p.checkName(e.name)
	for _, a := range e.attrs {
		p.checkName(a.Name)
	}
	for _, k := range e.kids {
		if k.name != "" {
			p.check(k)
		}
	}
}

func (p *printer) checkName(name string) {
	prefix, local, prefixed := strings.Cut(name, ":")
	switch {
	case !prefixed && survey.IsName(name), prefix == "xmlns":
		return
	case prefixed && survey.IsName(local) && p.spaces[prefix] != "":
		return
	}
	t := texts["xml.name"]
	p.wrong = append(p.wrong, survey.Problem{Code: "xml.name", ZH: strings.ReplaceAll(t[0], "%s", name),
		EN: strings.ReplaceAll(t[1], "%s", name)})
}

// element writes e; inside text, indent and newline are empty.
func (p *printer) element(e *elem, indent, newline string) {
	if e.name == "" {
		textEscaper.WriteString(p.out, xmlText([]byte(e.text)))
		return
	}
	p.str(indent, "<", e.name)
	slices.SortStableFunc(e.attrs, func(a, b survey.Pair) int { return cmp.Compare(p.rank(a.Name), p.rank(b.Name)) })
	for _, a := range e.attrs {
		p.str(" ", a.Name, `="`)
		formAttrEscaper.WriteString(p.out, xmlText([]byte(a.Value)))
		p.str(`"`)
	}
	if len(e.kids) == 0 {
		p.str("/>", newline)
		return
	}
	p.str(">")
	if slices.ContainsFunc(e.kids, func(k *elem) bool { return k.name == "" }) {
		p.mixed(e.kids)
	} else {
		p.str(newline)
		for _, k := range e.kids {
			p.element(k, indentBelow(indent, newline), newline)
		}
		p.str(indent)
	}
	p.str("</", e.name, ">", newline)
}

func indentBelow(indent, newline string) string {
	if newline == "" {
		return ""
	}
	return indent + "  "
}

// mixed writes text with elements in it, padded by a space on either side as the reference converter does.
func (p *printer) mixed(kids []*elem) {
	if len(kids) > 1 && kids[0].name == "" {
		p.str(" ")
	}
	for _, k := range kids {
		p.element(k, "", "")
	}
	if len(kids) > 1 {
		p.str(" ")
	}
}

func (p *printer) rank(name string) string {
	prefix, local, prefixed := strings.Cut(name, ":")
	switch {
	case prefix == "xmlns":
		return " " + local
	case prefixed:
		return "{" + p.spaces[prefix] + "}" + local
	}
	return name
}

func (p *printer) str(parts ...string) {
	for _, s := range parts {
		p.out.WriteString(s)
	}
}
