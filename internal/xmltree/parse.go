// Package xmltree reads XML from strangers into survey nodes, in bounded memory and time, and writes it again.
package xmltree

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/transform"

	"doorstep/internal/survey"
)

// Limits bound what ParseXML accepts; a zero field means its default.
type Limits struct {
	Bytes int64 // of the document as UTF-8, default 16 MiB
	Nodes int   // elements, attributes, texts and the rest, default 200,000
	Depth int   // nested elements, default 200
}

const (
	defaultBytes = 16 << 20
	defaultNodes = 200_000
	defaultDepth = survey.MostDepth
	// maxToken bounds one tag, text or comment, because the tokenizer holds all attributes of a tag at once.
	maxToken = 2 << 20
)

// Spaces that are bound without a declaration.
const (
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace = "http://www.w3.org/2000/xmlns/"
)

// ParseXML reads a whole document. The result is a Document node. Namespace declarations are kept among the attributes
// as nodes of kind Namespace whose Name is the prefix and whose Data is the URI. A CDATA section is a Text of its own.
// External entities are never read, a DOCTYPE is skipped, and one that declares anything is refused. The error is an
// *Error.
func ParseXML(r io.Reader, limits Limits) (*survey.Node, error) {
	doc, _, err := ReadXML(r, limits)
	return doc, err
}

// ReadXML is ParseXML for documents from phones, and reports whether characters were lost that XML cannot hold.
func ReadXML(r io.Reader, limits Limits) (doc *survey.Node, mended bool, err error) {
	p := newParser(limits)
	clean, err := p.read(r)
	if err == nil {
		err = p.run()
	}
	if err != nil {
		return nil, false, err
	}
	return p.doc, clean.mended, nil
}

// ParseRoot reads no further than the tag of the document element, which it returns without what is in it.
func ParseRoot(r io.Reader) (*survey.Node, error) {
	p := newParser(Limits{})
	if _, err := p.read(r); err != nil {
		return nil, err
	}
	for !p.root {
		t, err := p.dec.RawToken()
		if err != nil {
			return nil, p.explain(err)
		}
		if err := p.token(t); err != nil {
			return nil, err
		}
		p.in.token = 0
	}
	return p.open, nil
}

// read begins with a document: as UTF-8, mended, and measured.
func (p *parser) read(r io.Reader) (*cleaner, error) {
	decoded, err := decode(r)
	if known := new(Error); errors.As(err, &known) {
		return nil, known
	}
	if err != nil {
		return nil, &Error{CodeRead, 0, err.Error(), "读取 XML 失败"}
	}
	clean := &cleaner{}
	p.in = &meter{r: transform.NewReader(decoded, clean), left: p.limits.Bytes}
	p.dec = xml.NewDecoder(p.in)
	p.dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decode has done it
	return clean, nil
}

// meter fails when a document, or one token of it, grows beyond its limit.
type meter struct {
	r     io.Reader
	left  int64
	token int64 // bytes since the last token
}

var errTooLarge = errors.New("document too large")

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.left -= int64(n)
	m.token += int64(n)
	if m.left < 0 || m.token > maxToken {
		return 0, errTooLarge
	}
	return n, err
}

type parser struct {
	limits  Limits
	in      *meter
	dec     *xml.Decoder
	doc     *survey.Node
	open    *survey.Node // the innermost open element, or doc
	depth   int
	nodes   int
	root    bool // the document element has been seen
	started bool // anything has been seen
	scope   []binding
	marks   []int // length of scope outside each open element
	names   map[string]string
}

type binding struct{ prefix, space string }

func newParser(limits Limits) *parser {
	if limits.Bytes <= 0 {
		limits.Bytes = defaultBytes
	}
	if limits.Nodes <= 0 {
		limits.Nodes = defaultNodes
	}
	if limits.Depth <= 0 {
		limits.Depth = defaultDepth
	}
	doc := &survey.Node{Kind: survey.Document}
	return &parser{limits: limits, doc: doc, open: doc, names: map[string]string{}, scope: []binding{{"xml", xmlSpace}}}
}

func (p *parser) run() error {
	for {
		t, err := p.dec.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return p.explain(err)
		}
		if err := p.token(t); err != nil {
			return err
		}
		p.started = true
		p.in.token = 0
	}
	if p.open != p.doc || !p.root {
		return syntaxError(p.offset(), "the document ends too early", "文档不完整")
	}
	return nil
}

func (p *parser) offset() int64 { return p.dec.InputOffset() }

// explain turns what the tokenizer reports into an Error.
func (p *parser) explain(err error) error {
	var known *Error
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, errTooLarge):
		return &Error{CodeTooLarge, p.offset(), "the document is too large", "文档过大"}
	case errors.As(err, &syntax):
		return syntaxError(p.offset(), syntax.Msg, "XML 语法错误："+syntax.Msg)
	case strings.Contains(err.Error(), "encoding"):
		return &Error{CodeEncoding, p.offset(), err.Error(), "编码错误"}
	}
	return &Error{CodeRead, p.offset(), err.Error(), "读取 XML 失败"}
}

func (p *parser) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return p.start(t)
	case xml.EndElement:
		return p.end(t)
	case xml.CharData:
		return p.text(string(t))
	case xml.Comment:
		return p.add(&survey.Node{Kind: survey.Comment, Data: string(t)})
	case xml.ProcInst:
		return p.instruction(t)
	case xml.Directive:
		return p.directive(string(t))
	}
	return nil
}

func (p *parser) add(n *survey.Node) error {
	if p.nodes++; p.nodes > p.limits.Nodes {
		return &Error{CodeTooMany, p.offset(), "the document has too many nodes", "文档节点过多"}
	}
	n.Parent = p.open
	p.open.Children = append(p.open.Children, n)
	return nil
}

func (p *parser) text(s string) error {
	if p.open == p.doc {
		if strings.Trim(s, " \t\r\n") != "" {
			return syntaxError(p.offset(), "text outside the document element", "根元素之外有文本")
		}
		return nil
	}
	if s == "" {
		return nil
	}
	return p.add(&survey.Node{Kind: survey.Text, Data: s})
}

func (p *parser) instruction(t xml.ProcInst) error {
	if strings.EqualFold(t.Target, "xml") {
		if p.started || t.Target != "xml" {
			return syntaxError(p.offset(), "the XML declaration must come first", "XML 声明必须位于开头")
		}
		return nil
	}
	return p.add(&survey.Node{Kind: survey.ProcessingInstruction, Name: p.intern(t.Target), Data: string(t.Inst)})
}

func (p *parser) directive(s string) error {
	if !strings.HasPrefix(s, "DOCTYPE") || p.root {
		return syntaxError(p.offset(), "unexpected declaration", "意外的声明")
	}
	if strings.Contains(s, "[") {
		return &Error{CodeDoctype, p.offset(), "a DOCTYPE with declarations is not accepted", "不接受带声明的 DOCTYPE"}
	}
	return nil
}

func (p *parser) start(t xml.StartElement) error {
	if p.open == p.doc && p.root {
		return syntaxError(p.offset(), "a second document element", "有多个根元素")
	}
	if p.depth++; p.depth > p.limits.Depth {
		return &Error{CodeTooDeep, p.offset(), "elements are nested too deeply", "元素嵌套过深"}
	}
	p.root = true
	p.marks = append(p.marks, len(p.scope))
	n := &survey.Node{Kind: survey.Element}
	if err := p.add(n); err != nil {
		return err
	}
	if err := p.attributes(n, t.Attr); err != nil {
		return err
	}
	if err := p.name(n, t.Name); err != nil {
		return err
	}
	p.open = n
	return nil
}

func (p *parser) end(t xml.EndElement) error {
	n := p.open
	if n == p.doc || n.Name != t.Name.Local || n.Prefix != t.Name.Space {
		return syntaxError(p.offset(), "unexpected end tag </"+t.Name.Local+">", "意外的结束标签 </"+t.Name.Local+">")
	}
	p.open = n.Parent
	p.depth--
	p.scope = p.scope[:p.marks[len(p.marks)-1]]
	p.marks = p.marks[:len(p.marks)-1]
	return nil
}

// attributes binds the namespaces that an element declares before it names its attributes.
func (p *parser) attributes(n *survey.Node, attrs []xml.Attr) error {
	if len(attrs) == 0 {
		return nil
	}
	if p.nodes += len(attrs); p.nodes > p.limits.Nodes {
		return &Error{CodeTooMany, p.offset(), "the document has too many nodes", "文档节点过多"}
	}
	nodes := make([]survey.Node, len(attrs))
	n.Attrs = make([]*survey.Node, len(attrs))
	for i, a := range attrs {
		n.Attrs[i] = &nodes[i]
		nodes[i] = survey.Node{Kind: survey.Attribute, Data: a.Value, Parent: n}
		if err := p.declare(&nodes[i], a); err != nil {
			return err
		}
	}
	seen := make(map[xml.Name]bool, len(attrs))
	for i, a := range attrs {
		if nodes[i].Kind == survey.Attribute {
			if err := p.name(&nodes[i], a.Name); err != nil {
				return err
			}
		}
		key := xml.Name{Space: nodes[i].Space, Local: nodes[i].Name}
		if nodes[i].Kind == survey.Namespace {
			key.Space = xmlnsSpace
		}
		if seen[key] {
			return syntaxError(p.offset(), "attribute "+a.Name.Local+" is there twice", "属性 "+a.Name.Local+" 重复")
		}
		seen[key] = true
	}
	return nil
}

// declare makes a namespace node of xmlns="…" and xmlns:p="…".
func (p *parser) declare(n *survey.Node, a xml.Attr) error {
	prefix := a.Name.Local
	switch {
	case a.Name.Space == "xmlns":
	case a.Name.Space == "" && prefix == "xmlns":
		prefix = ""
	default:
		return nil
	}
	reserved := prefix == "xmlns" || a.Value == xmlnsSpace || (prefix == "xml") != (a.Value == xmlSpace)
	if reserved || prefix != "" && a.Value == "" {
		return &Error{CodeNamespace, p.offset(), "a reserved or empty namespace is declared", "声明了保留的或空的命名空间"}
	}
	n.Kind, n.Name = survey.Namespace, p.intern(prefix)
	p.scope = append(p.scope, binding{n.Name, p.intern(a.Value)})
	return nil
}

func (p *parser) name(n *survey.Node, name xml.Name) error {
	if strings.Contains(name.Local, ":") {
		return syntaxError(p.offset(), "a name has a misplaced colon", "名称中的冒号位置不对")
	}
	n.Prefix, n.Name = p.intern(name.Space), p.intern(name.Local)
	if n.Prefix == "" && n.Kind == survey.Attribute {
		return nil
	}
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].prefix == n.Prefix {
			n.Space = p.scope[i].space
			return nil
		}
	}
	if n.Prefix != "" {
		return namespaceError(p.offset(), n.Prefix)
	}
	return nil
}

const maxInterned = 10_000

// intern shares the strings of names, which repeat in every item.
func (p *parser) intern(s string) string {
	if s == "" {
		return ""
	}
	if known, ok := p.names[s]; ok {
		return known
	}
	if len(p.names) < maxInterned {
		p.names[s] = s
	}
	return s
}

// validText reports whether s may be written in XML 1.0.
func validText(s string) bool {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return true
}
