package xpath

import (
	"doorstep/internal/survey"
)

// compiler turns a syntax tree into closures; the first mistake stays in err.
type compiler struct {
	env    Env
	source string
	info   Info
	err    error

	within, withinStep int // the path whose predicate is being compiled
}

func newCompiler(source string, env Env) *compiler {
	if env.DefaultSpace == "" {
		env.DefaultSpace = xformsSpace
	}
	return &compiler{env: env, source: source, within: -1}
}

func (c *compiler) fail(err *Error) {
	if c.err == nil {
		c.err = err
	}
}

// mistake reports an error now, or when the expression is evaluated if the environment is lazy.
func (c *compiler) mistake(err *Error) *code {
	if !c.env.Lazy {
		c.fail(err)
	}
	return valueCode(Any, func(*frame) Value { panic(err) })
}

func (c *compiler) compile(x ast) *code {
	switch x := x.(type) {
	case *astNumber:
		v := x.value
		out := numberCode(func(*frame) float64 { return v })
		out.fixed = true
		return out
	case *astLiteral:
		v := x.value
		out := textCode(func(*frame) string { return v })
		out.fixed, out.lit = true, &v
		return out
	case *astNegate:
		inner := c.compile(x.x)
		num := inner.number
		out := numberCode(func(f *frame) float64 { f.spend(1); return -num(f) })
		out.fixed, out.positional = inner.fixed, inner.positional
		return out
	case *astBinary:
		return c.binary(x)
	case *astCall:
		return c.call(x)
	case *astPath:
		return c.path(x)
	}
	return c.mistake(syntaxError(0, "empty expression", "表达式为空"))
}

func (c *compiler) binary(x *astBinary) *code {
	l, r := c.compile(x.l), c.compile(x.r)
	var out *code
	switch x.op {
	case "|":
		if l.nodes == nil || r.nodes == nil {
			return c.mistake(errNeedsNodes(x.off, "|"))
		}
		out = union(l, r)
		c.info.Union = true
	case "and":
		out = truthCode(func(f *frame) bool { f.spend(1); return l.truth(f) && r.truth(f) })
	case "or":
		out = truthCode(func(f *frame) bool { f.spend(1); return l.truth(f) || r.truth(f) })
	case "=", "!=":
		out = equality(l, r, x.op == "=")
		out.sides = []*code{l, r}
	case "<", "<=", ">", ">=":
		out = relation(x.op, l, r)
	default:
		out = arithmetic(x.op, l, r)
	}
	out.fixed = l.fixed && r.fixed
	out.positional = l.positional || r.positional
	return out
}

func union(l, r *code) *code {
	return nodesCode(func(f *frame) []*survey.Node {
		a := l.nodes(f)
		b := r.nodes(f)
		from := len(f.arena)
		f.spend(len(a) + len(b) + 1)
		f.arena = append(append(f.arena, a...), b...)
		return f.sorted(f.arena[from:])
	})
}

func (c *compiler) path(x *astPath) *code {
	index := c.notePath(x)
	p := &path{absolute: x.absolute, off: x.off}
	fixed := x.absolute
	if x.start != nil {
		p.start = c.compile(x.start)
		if p.start.nodes == nil {
			return c.mistake(errNeedsNodes(x.off, c.source[x.off:min(x.end, len(c.source))]))
		}
		fixed = p.start.fixed
	}
	p.preds = c.predicates(x.preds, index, -1)
	for i, s := range x.steps {
		p.steps = append(p.steps, step{axis: s.axis, test: c.resolve(&x.steps[i]), preds: c.predicates(s.preds, index, i)})
	}
	p.shorten()
	out := nodesCode(p.nodes)
	if p.plain() {
		first := firstCode(p.first)
		first.value, first.nodes, first.truth = out.value, out.nodes, out.truth
		out = first
	}
	out.fixed = fixed && c.stable()
	return out
}

// stable reports whether no predicate looks at random numbers: then a path from a fixed start is fixed. Predicates
// see the nodes of their step only.
func (c *compiler) stable() bool { return c.info.Uses&UsesRandom == 0 }

// shorten turns descendant-or-self::node()/child::x into descendant::x, where no predicate counts positions.
func (p *path) shorten() {
	out := p.steps[:0]
	for i := 0; i < len(p.steps); i++ {
		s := p.steps[i]
		if i+1 < len(p.steps) && s.axis == DescendantOrSelf && s.test.kind == testNode && len(s.preds) == 0 {
			if next := p.steps[i+1]; next.axis == Child && !counts(next.preds) {
				next.axis = Descendant
				s = next
				i++
			}
		}
		out = append(out, s)
	}
	p.steps = out
}

func counts(preds []predicate) bool {
	for _, p := range preds {
		if p.nth > 0 || p.cond.positional || p.cond.kind == Number || p.cond.kind == Any {
			return true
		}
	}
	return false
}

func (c *compiler) predicates(list []ast, path, step int) []predicate {
	within, withinStep := c.within, c.withinStep
	c.within, c.withinStep = path, step
	defer func() { c.within, c.withinStep = within, withinStep }()
	var out []predicate
	for _, x := range list {
		out = c.predicate(out, x)
	}
	return out
}

// predicate splits a conjunction: [a and b] keeps what [a][b] keeps, unless positions are counted.
func (c *compiler) predicate(out []predicate, x ast) []predicate {
	if both, isBinary := x.(*astBinary); isBinary && both.op == "and" {
		l := c.predicate(nil, both.l)
		r := c.predicate(nil, both.r)
		if !counts(l) && !counts(r) {
			return append(append(out, l...), r...)
		}
		return append(out, predicate{cond: conjunction(append(l, r...))})
	}
	if n, ok := literalPosition(x); ok {
		return append(out, predicate{cond: c.compile(x), nth: n})
	}
	p := predicate{cond: c.compile(x)}
	if eq, isBinary := x.(*astBinary); isBinary && eq.op == "=" && p.cond.sides != nil {
		c.fastEqual(&p, eq)
	}
	return append(out, p)
}

func conjunction(all []predicate) *code {
	out := truthCode(func(f *frame) bool {
		for i := range all {
			if !all[i].cond.truth(f) {
				return false
			}
		}
		return true
	})
	out.positional = true
	return out
}

// fastEqual recognises "child = value" and "value = child", where the value is the same for all candidates.
func (c *compiler) fastEqual(p *predicate, eq *astBinary) {
	for i, side := range [2]ast{eq.l, eq.r} {
		key, isPath := side.(*astPath)
		want := p.cond.sides[1-i]
		if isPath && key.isChildName() && want.fixed && want.kind != Boolean && want.kind != Any {
			test := c.resolve(&key.steps[0])
			p.key, p.want = &test, want
			return
		}
	}
}

func (p *astPath) isChildName() bool {
	return !p.absolute && p.start == nil && len(p.steps) == 1 && p.steps[0].axis == Child &&
		len(p.steps[0].preds) == 0 && p.steps[0].test.kind == testName
}

// Prefixes that forms use without saying so.
var knownPrefixes = map[string]string{
	"xf": xformsSpace, "xforms": xformsSpace, "xml": xmlSpace,
	"h": "http://www.w3.org/1999/xhtml", "html": "http://www.w3.org/1999/xhtml", "xhtml": "http://www.w3.org/1999/xhtml",
	"jr": "http://openrosa.org/javarosa", "javarosa": "http://openrosa.org/javarosa",
	"orx": "http://openrosa.org/xforms", "openrosa-xforms": "http://openrosa.org/xforms",
	"odk": "http://www.opendatakit.org/xforms", "entities": "http://www.opendatakit.org/xforms/entities",
	"enk": "http://enketo.org/xforms", "ev": "http://www.w3.org/2001/xml-events",
	"xsd": "http://www.w3.org/2001/XMLSchema",
}

func (c *compiler) resolve(s *astStep) nodeTest {
	t := s.test
	switch s.axis {
	case Attribute:
		t.nodes = survey.Attribute
	case NamespaceAxis:
		t.nodes = survey.Namespace
	default:
		t.nodes = survey.Element
	}
	if t.prefix == "" {
		t.other = c.env.DefaultSpace
		return t
	}
	space, known := c.env.Namespaces[t.prefix]
	if !known {
		space, known = knownPrefixes[t.prefix]
	}
	if !known {
		c.fail(errPrefix(s.off, t.prefix))
	}
	t.space = space
	return t
}
