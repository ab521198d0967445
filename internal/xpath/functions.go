package xpath

import (
	"maps"

	"doorstep/internal/survey"
)

// function is one function of the library. Its parameters are letters, the last repeating: s text, n number,
// b boolean, x anything, N nodes.
type function struct {
	name     string
	low      int
	high     int // -1 for any number
	params   string
	uses     Uses
	position bool // looks at the context position or size
	context  bool // looks at the context node
	build    func(c *call) *code
}

// call is one use of a function while it is compiled.
type call struct {
	c    *compiler
	name string
	off  int
	args []*code
	tree *astCall
}

// library is every function by name.
var library = collect(nodeFunctions, textFunctions, truthFunctions, numberFunctions, dateFunctions, selectFunctions,
	geoFunctions, formFunctions)

func collect(groups ...[]function) map[string]function {
	all := map[string]function{}
	for _, group := range groups {
		maps.Insert(all, func(yield func(string, function) bool) {
			for _, fn := range group {
				if !yield(fn.name, fn) {
					return
				}
			}
		})
	}
	return all
}

func (c *compiler) call(x *astCall) *code {
	c.info.Functions = append(c.info.Functions, x.name)
	c.noteInstance(x)
	fn, known := library[x.name]
	if !known {
		c.compileAll(x.args)
		return c.mistake(errUnknownFunction(x.off, x.name))
	}
	args := c.compileAll(x.args)
	if n := len(args); n < fn.low || fn.high >= 0 && n > fn.high {
		return c.mistake(errArity(x.off, x.name, n, fn.low, fn.high))
	}
	fixed := !fn.context && !fn.position && fn.uses&UsesRandom == 0
	positional := fn.position
	for i, arg := range args {
		if fn.params[min(i, len(fn.params)-1)] == 'N' && arg.nodes == nil {
			return c.mistake(errNeedsNodes(x.args0[i], x.name+"()"))
		}
		fixed = fixed && arg.fixed
		positional = positional || arg.positional
	}
	c.info.Uses |= fn.uses
	out := fn.build(&call{c, x.name, x.off, args, x})
	out.fixed, out.positional = fixed, positional
	return out
}

func (c *compiler) compileAll(list []ast) []*code {
	out := make([]*code, len(list))
	for i, x := range list {
		out[i] = c.compile(x)
	}
	return out
}

// arg is an argument by index, or nil when it was left out.
func (c *call) arg(i int) *code {
	if i < len(c.args) {
		return c.args[i]
	}
	return nil
}

// orContext is the first argument or, without arguments, the context node.
func (c *call) orContext() *code {
	if len(c.args) > 0 {
		return c.args[0]
	}
	return nodesCode(func(f *frame) []*survey.Node {
		if f.node == nil {
			return nil
		}
		f.arena = append(f.arena, f.node)
		return f.arena[len(f.arena)-1:]
	})
}

// texts evaluates arguments to their texts, a node-set giving one for each node. Beside others an argument without a node
// is a blank answer.
func (f *frame) texts(args []*code, visit func(string)) {
	for _, arg := range args {
		if arg.kind != Nodes && arg.kind != Any {
			visit(arg.text(f))
			continue
		}
		mark := len(f.arena)
		v := arg.value(f)
		if v.Kind != Nodes || len(v.Nodes) == 0 && len(args) > 1 {
			visit(f.textOf(&v))
		}
		for _, n := range v.Nodes {
			f.spend(1)
			visit(f.valueOf(n))
		}
		f.arena = f.arena[:mark]
	}
}

func textOf1(fn func(string) string) func(*call) *code {
	return func(c *call) *code {
		a := c.args[0].text
		return textCode(func(f *frame) string {
			s := a(f)
			f.spendBytes(len(s))
			return fn(s)
		})
	}
}

func textOf2(fn func(a, b string) string) func(*call) *code {
	return func(c *call) *code {
		a, b := c.args[0].text, c.args[1].text
		return textCode(func(f *frame) string {
			s, t := a(f), b(f)
			f.spendBytes(len(s) + len(t))
			return fn(s, t)
		})
	}
}

func truthOf2(fn func(a, b string) bool) func(*call) *code {
	return func(c *call) *code {
		a, b := c.args[0].text, c.args[1].text
		return truthCode(func(f *frame) bool {
			s, t := a(f), b(f)
			f.spendBytes(len(s) + len(t))
			return fn(s, t)
		})
	}
}

func numberOf1(fn func(float64) float64) func(*call) *code {
	return func(c *call) *code {
		a := c.args[0].number
		return numberCode(func(f *frame) float64 { f.spend(1); return fn(a(f)) })
	}
}

func numberOf2(fn func(a, b float64) float64) func(*call) *code {
	return func(c *call) *code {
		a, b := c.args[0].number, c.args[1].number
		return numberCode(func(f *frame) float64 { f.spend(1); return fn(a(f), b(f)) })
	}
}
