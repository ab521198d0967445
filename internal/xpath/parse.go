package xpath

import (
	"strconv"
	"strings"
)

// Limits that keep a hostile form from exhausting the compiler.
const (
	maxSource = 1 << 16 // bytes
	maxDepth  = 200     // nested brackets, calls and signs
	maxChain  = 2000    // operators in one expression; each costs a stack frame when it runs
)

type parser struct {
	tokens []token
	pos    int
	depth  int
	chain  int
}

// parse reads one whole expression.
func parse(src string) (ast, error) {
	if len(src) > maxSource {
		return nil, errTooLarge()
	}
	tokens, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	x, err := p.expr(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokEOF {
		return nil, p.unexpected(t)
	}
	return x, nil
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) after() token {
	if p.pos+1 < len(p.tokens) {
		return p.tokens[p.pos+1]
	}
	return p.tokens[len(p.tokens)-1]
}

func (p *parser) take() token {
	t := p.tokens[p.pos]
	if t.kind != tokEOF {
		p.pos++
	}
	return t
}

func (p *parser) accept(kind tokenKind, text string) bool {
	if p.peek().is(kind, text) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if t := p.peek(); !t.is(tokPunct, text) {
		return syntaxError(t.off, "expected "+text, "此处应为 "+text)
	}
	p.pos++
	return nil
}

func (p *parser) unexpected(t token) error {
	if t.kind == tokEOF {
		return syntaxError(t.off, "the expression ends too early", "表达式不完整")
	}
	return syntaxError(t.off, "unexpected "+strconv.Quote(t.text), "意外的 "+strconv.Quote(t.text))
}

// Binding strength of the binary operators, all left-associative. | binds tighter than the unary minus.
var precedence = map[string]int{
	"or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
	"+": 5, "-": 5, "*": 6, "div": 6, "mod": 6, "|": 8,
}

const unaryStrength = 7

func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return errTooDeep(p.peek().off)
	}
	return nil
}

func (p *parser) expr(min int) (ast, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	left, err := p.unary()
	if err != nil {
		return nil, err
	}
	for {
		t := p.peek()
		strength := precedence[t.text]
		if t.kind != tokOp || strength <= min {
			return left, nil
		}
		if p.chain++; p.chain > maxChain {
			return nil, errTooDeep(t.off)
		}
		p.take()
		right, err := p.expr(strength)
		if err != nil {
			return nil, err
		}
		left = &astBinary{op: t.text, l: left, r: right, off: t.off}
	}
}

func (p *parser) unary() (ast, error) {
	t := p.peek()
	if !p.accept(tokOp, "-") {
		return p.path()
	}
	x, err := p.expr(unaryStrength - 1)
	if err != nil {
		return nil, err
	}
	return &astNegate{x, t.off}, nil
}

// path reads a location path or a primary expression with predicates and further steps.
func (p *parser) path() (ast, error) {
	t := p.peek()
	path := &astPath{off: t.off}
	switch {
	case t.is(tokPunct, "/"):
		p.take()
		path.absolute = true
		if !p.startsStep() {
			path.end = t.end
			return path, nil
		}
	case t.is(tokPunct, "//"):
		p.take()
		path.absolute = true
		path.steps = append(path.steps, anyDescendant(t.off))
	case !p.startsStep():
		return p.filter(path)
	}
	return path, p.steps(path)
}

func anyDescendant(off int) astStep {
	return astStep{axis: DescendantOrSelf, test: nodeTest{kind: testNode}, off: off}
}

// filter reads a primary expression; it stays itself unless predicates or steps follow.
func (p *parser) filter(path *astPath) (ast, error) {
	x, err := p.primary()
	if err != nil {
		return nil, err
	}
	if path.preds, err = p.predicates(); err != nil {
		return nil, err
	}
	t := p.peek()
	slash := t.is(tokPunct, "/") || t.is(tokPunct, "//")
	if !slash && len(path.preds) == 0 {
		return x, nil
	}
	path.start = x
	path.end = p.tokens[p.pos-1].end
	if !slash {
		return path, nil
	}
	p.take()
	if t.text == "//" {
		path.steps = append(path.steps, anyDescendant(t.off))
	}
	return path, p.steps(path)
}

func (p *parser) startsStep() bool {
	t := p.peek()
	switch t.kind {
	case tokName:
		next := p.after()
		return !next.is(tokPunct, "(") || isNodeType(t.text)
	case tokPunct:
		return t.text == "." || t.text == ".." || t.text == "@"
	}
	return false
}

func isNodeType(name string) bool {
	return name == "node" || name == "text" || name == "comment" || name == "processing-instruction"
}

func (p *parser) steps(path *astPath) error {
	for {
		if p.chain++; p.chain > maxChain {
			return errTooDeep(p.peek().off)
		}
		s, err := p.step()
		if err != nil {
			return err
		}
		path.steps = append(path.steps, s)
		path.end = p.tokens[p.pos-1].end
		t := p.peek()
		switch {
		case t.is(tokPunct, "/"):
			p.take()
		case t.is(tokPunct, "//"):
			p.take()
			path.steps = append(path.steps, anyDescendant(t.off))
		default:
			return nil
		}
	}
}

func (p *parser) step() (astStep, error) {
	t := p.peek()
	s := astStep{axis: Child, off: t.off}
	switch {
	case p.accept(tokPunct, "."):
		s.axis, s.test.kind = Self, testNode
		return s, nil
	case p.accept(tokPunct, ".."):
		s.axis, s.test.kind = Parent, testNode
		return s, nil
	case p.accept(tokPunct, "@"):
		s.axis = Attribute
	case t.kind == tokName && p.after().is(tokPunct, "::"):
		axis, known := axisNames[t.text]
		if !known {
			return s, syntaxError(t.off, "there is no axis "+t.text, "没有轴 "+t.text)
		}
		s.axis = axis
		p.pos += 2
	}
	var err error
	if s.test, err = p.nodeTest(); err != nil {
		return s, err
	}
	s.preds, err = p.predicates()
	return s, err
}

func (p *parser) nodeTest() (nodeTest, error) {
	t := p.take()
	if t.kind != tokName {
		return nodeTest{}, p.unexpected(t)
	}
	if isNodeType(t.text) && p.peek().is(tokPunct, "(") {
		return p.nodeType(t.text)
	}
	if t.text == "*" {
		return nodeTest{kind: testAny}, nil
	}
	prefix, local, qualified := strings.Cut(t.text, ":")
	switch {
	case !qualified:
		return nodeTest{kind: testName, name: prefix}, nil
	case local == "*":
		return nodeTest{kind: testSpace, prefix: prefix}, nil
	}
	return nodeTest{kind: testName, prefix: prefix, name: local}, nil
}

func (p *parser) nodeType(name string) (nodeTest, error) {
	p.take()
	test := nodeTest{kind: map[string]testKind{"node": testNode, "text": testText, "comment": testComment,
		"processing-instruction": testInstruction}[name]}
	if t := p.peek(); test.kind == testInstruction && t.kind == tokLiteral {
		test.name = p.take().text
	}
	return test, p.expect(")")
}

func (p *parser) predicates() ([]ast, error) {
	var preds []ast
	for p.accept(tokPunct, "[") {
		x, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		if err := p.expect("]"); err != nil {
			return nil, err
		}
		preds = append(preds, x)
	}
	return preds, nil
}

func (p *parser) primary() (ast, error) {
	t := p.take()
	switch {
	case t.kind == tokNumber:
		v, err := strconv.ParseFloat(t.text, 64)
		if err != nil && v == 0 {
			return nil, p.unexpected(t)
		}
		return &astNumber{v}, nil
	case t.kind == tokLiteral:
		return &astLiteral{t.text}, nil
	case t.is(tokPunct, "("):
		x, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		return x, p.expect(")")
	case t.kind == tokName && p.peek().is(tokPunct, "("):
		return p.call(t)
	}
	return nil, p.unexpected(t)
}

func (p *parser) call(name token) (ast, error) {
	p.take()
	c := &astCall{name: name.text, off: name.off}
	if p.accept(tokPunct, ")") {
		return c, nil
	}
	for {
		c.args0 = append(c.args0, p.peek().off)
		x, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, x)
		if !p.accept(tokPunct, ",") {
			return c, p.expect(")")
		}
	}
}
