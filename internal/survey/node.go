package survey

// NodeKind tells the XPath node types apart.
type NodeKind uint8

const (
	Document NodeKind = iota
	Element
	Attribute
	Text
	Comment
	ProcessingInstruction
	Namespace
)

// Node is one node of an instance tree: a submission, a secondary instance of choices, or any XML that an expression
// walks over. Elements hold their answers as Text children, as in XML, so every door builds the same tree.
type Node struct {
	Kind     NodeKind
	Prefix   string // as written; empty for none
	Space    string // namespace URI; empty for none
	Name     string // local name; the target for a processing instruction, the prefix for a namespace node
	Data     string // text, attribute value, comment, instruction content, namespace URI
	Parent   *Node
	Attrs    []*Node
	Children []*Node

	// What expressions have to know of an answer beyond its text.
	Answer Kind // the type that the form gives it; KindNone for what no form describes
	Off    bool // not relevant: expressions do not see it
}

// NewElement returns an element without a parent.
func NewElement(name string) *Node { return &Node{Kind: Element, Name: name} }

// Add appends children and returns n.
func (n *Node) Add(children ...*Node) *Node {
	for _, c := range children {
		c.Parent = n
		n.Children = append(n.Children, c)
	}
	return n
}

// SetAttr sets the attribute with that local name and no namespace.
func (n *Node) SetAttr(name, value string) *Node {
	for _, a := range n.Attrs {
		if a.Name == name && a.Space == "" {
			a.Data = value
			return n
		}
	}
	n.Attrs = append(n.Attrs, &Node{Kind: Attribute, Name: name, Data: value, Parent: n})
	return n
}

// Attr returns the value of the attribute with that local name in any namespace, or "".
func (n *Node) Attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a.Data
		}
	}
	return ""
}

// Child returns the first element child with that local name, or nil.
func (n *Node) Child(name string) *Node {
	for _, c := range n.Children {
		if c.Kind == Element && c.Name == name {
			return c
		}
	}
	return nil
}

// Value is the string value: the text below a node, or its data.
func (n *Node) Value() string {
	switch n.Kind {
	case Document, Element:
		if len(n.Children) == 0 {
			return ""
		}
		if len(n.Children) == 1 && n.Children[0].Kind == Text {
			return n.Children[0].Data
		}
		return string(n.appendText(nil))
	default:
		return n.Data
	}
}

func (n *Node) appendText(b []byte) []byte {
	for _, c := range n.Children {
		switch c.Kind {
		case Text:
			b = append(b, c.Data...)
		case Element:
			b = c.appendText(b)
		}
	}
	return b
}

// SetValue replaces the content of an element with one text; "" leaves it empty.
func (n *Node) SetValue(s string) *Node {
	if s == "" {
		n.Children = nil
		return n
	}
	if len(n.Children) == 1 && n.Children[0].Kind == Text {
		n.Children[0].Data = s
		return n
	}
	said := &struct {
		text Node
		only [1]*Node
	}{text: Node{Kind: Text, Data: s, Parent: n}}
	said.only[0] = &said.text
	n.Children = said.only[:]
	return n
}
