package xmltree

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// WriteXML writes a document or an element as UTF-8 without a declaration. Namespaces that the tree uses without
// declaring them are declared where they are first needed. It fails for what XML cannot hold: control characters, "--"
// in a comment, "?>" in an instruction.
func WriteXML(w io.Writer, n *survey.Node) error {
	out := &writer{w: bufio.NewWriter(w), scope: []binding{{"xml", xmlSpace}}}
	if err := out.node(n); err != nil {
		return err
	}
	return out.w.Flush()
}

type writer struct {
	w     *bufio.Writer // keeps its first error until Flush
	scope []binding
}

func (w *writer) node(n *survey.Node) error {
	if !validText(n.Data) {
		return fmt.Errorf("write XML: a character of %q is not allowed", n.Name)
	}
	switch n.Kind {
	case survey.Document:
		return w.children(n)
	case survey.Element:
		return w.element(n)
	case survey.Text:
		textEscapes.WriteString(w.w, n.Data)
	case survey.Comment:
		if strings.Contains(n.Data, "--") || strings.HasSuffix(n.Data, "-") {
			return fmt.Errorf("write XML: a comment holds --")
		}
		w.write("<!--", n.Data, "-->")
	case survey.ProcessingInstruction:
		if strings.Contains(n.Data, "?>") {
			return fmt.Errorf("write XML: an instruction holds ?>")
		}
		space := " "
		if n.Data == "" {
			space = ""
		}
		w.write("<?", n.Name, space, n.Data, "?>")
	}
	return nil
}

var (
	textEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")
	attrEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#9;", "\n", "&#10;", "\r", "&#13;")
)

func (w *writer) write(parts ...string) {
	for _, s := range parts {
		w.w.WriteString(s)
	}
}

func (w *writer) children(n *survey.Node) error {
	for _, c := range n.Children {
		if err := w.node(c); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) element(n *survey.Node) error {
	mark := len(w.scope)
	defer func() { w.scope = w.scope[:mark] }()
	name := qualified(n.Prefix, n.Name)
	w.write("<", name)
	for _, a := range n.Attrs {
		if a.Kind == survey.Namespace {
			w.declare(a.Name, a.Data)
		}
	}
	w.need(n.Prefix, n.Space)
	for _, a := range n.Attrs {
		if a.Kind == survey.Attribute {
			if err := w.attribute(a); err != nil {
				return err
			}
		}
	}
	if len(n.Children) == 0 {
		w.write("/>")
		return nil
	}
	w.write(">")
	if err := w.children(n); err != nil {
		return err
	}
	w.write("</", name, ">")
	return nil
}

func qualified(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + ":" + name
}

func (w *writer) attribute(a *survey.Node) error {
	if !validText(a.Data) {
		return fmt.Errorf("write XML: a character of attribute %q is not allowed", a.Name)
	}
	prefix := a.Prefix
	if a.Space != "" {
		if prefix == "" {
			prefix = w.prefixOf(a.Space)
		}
		w.need(prefix, a.Space)
	}
	w.write(" ", qualified(prefix, a.Name), `="`)
	attrEscapes.WriteString(w.w, a.Data)
	w.write(`"`)
	return nil
}

// prefixOf finds or invents a prefix for an attribute whose namespace has none.
func (w *writer) prefixOf(space string) string {
	for _, b := range slices.Backward(w.scope) {
		if b.space == space && b.prefix != "" && w.lookup(b.prefix) == space {
			return b.prefix
		}
	}
	return fmt.Sprintf("ns%d", len(w.scope))
}

func (w *writer) lookup(prefix string) string {
	for _, b := range slices.Backward(w.scope) {
		if b.prefix == prefix {
			return b.space
		}
	}
	return ""
}

// need declares a prefix that is not bound to the namespace yet.
func (w *writer) need(prefix, space string) {
	if w.lookup(prefix) != space {
		w.declare(prefix, space)
	}
}

func (w *writer) declare(prefix, space string) {
	w.scope = append(w.scope, binding{prefix, space})
	w.write(" xmlns")
	if prefix != "" {
		w.write(":", prefix)
	}
	w.write(`="`)
	attrEscapes.WriteString(w.w, space)
	w.write(`"`)
}
