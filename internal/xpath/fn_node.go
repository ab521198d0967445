package xpath

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"doorstep/internal/survey"
)

var nodeFunctions = []function{
	{name: "position", high: 1, params: "N", position: true, build: buildPosition},
	{name: "last", params: "x", position: true,
		build: func(*call) *code { return numberCode(func(f *frame) float64 { return float64(f.size) }) }},
	{name: "count", low: 1, high: 1, params: "N", build: buildCount},
	{name: "count-non-empty", low: 1, high: 1, params: "N", build: buildCountNonEmpty},
	{name: "id", low: 1, high: 1, params: "x", build: buildID},
	{name: "local-name", high: 1, params: "N", context: true, build: nameOf(func(n *survey.Node) string { return n.Name })},
	{name: "name", high: 1, params: "N", context: true, build: nameOf(qualifiedName)},
	{name: "namespace-uri", high: 1, params: "N", context: true, build: nameOf(spaceOf)},
	{name: "current", params: "x", build: buildCurrent},
	{name: "instance", low: 1, high: 1, params: "s", build: buildInstance},
	{name: "indexed-repeat", low: 3, high: -1, params: "NNn", build: buildIndexedRepeat},
	{name: "randomize", low: 1, high: 2, params: "Nx", build: buildRandomize},
}

func buildCount(c *call) *code {
	nodes := c.args[0].nodes
	return numberCode(func(f *frame) float64 {
		mark := len(f.arena)
		n := len(nodes(f))
		f.arena = f.arena[:mark]
		return float64(n)
	})
}

func buildCountNonEmpty(c *call) *code {
	nodes := c.args[0].nodes
	return numberCode(func(f *frame) float64 {
		mark := len(f.arena)
		set := nodes(f)
		f.arena = f.arena[:mark]
		count := 0.0
		for _, n := range set {
			f.spend(1)
			if f.valueOf(n) != "" {
				count++
			}
		}
		return count
	})
}

// buildPosition compiles position(), and position(node): the place of a node in the run of neighbours of its name.
func buildPosition(c *call) *code {
	if len(c.args) == 0 {
		return numberCode(func(f *frame) float64 { return float64(f.pos) })
	}
	nodes := c.args[0].nodes
	return numberCode(func(f *frame) float64 {
		mark := len(f.arena)
		set := nodes(f)
		f.arena = f.arena[:mark]
		if len(set) == 0 {
			return math.NaN()
		}
		return float64(f.run(set[0]))
	})
}

func (f *frame) run(n *survey.Node) int {
	p := f.parent(n)
	if p == nil {
		return 1
	}
	f.spend(len(p.Children))
	place := 1
	at := slices.Index(p.Children, n)
	for _, c := range slices.Backward(p.Children[:max(at, 0)]) {
		if c.Kind != survey.Element {
			continue
		}
		if c.Name != n.Name || c.Space != n.Space {
			break
		}
		place++
	}
	return place
}

// nameOf compiles the three name functions; nodes without a name give "".
func nameOf(get func(*survey.Node) string) func(*call) *code {
	return func(c *call) *code {
		nodes := c.orContext().nodes
		return textCode(func(f *frame) string {
			mark := len(f.arena)
			set := nodes(f)
			f.arena = f.arena[:mark]
			if len(set) == 0 {
				return ""
			}
			return get(set[0])
		})
	}
}

func qualifiedName(n *survey.Node) string {
	if n.Prefix != "" && n.Kind != survey.Namespace {
		return n.Prefix + ":" + n.Name
	}
	return n.Name
}

func spaceOf(n *survey.Node) string {
	if n.Kind == survey.Namespace {
		return ""
	}
	return n.Space
}

// buildID compiles id(): elements by their attribute "id", in document order.
func buildID(c *call) *code {
	args := c.args
	return nodesCode(func(f *frame) []*survey.Node {
		wanted := map[string]bool{}
		f.texts(args, func(s string) {
			for _, id := range words(s) {
				wanted[id] = true
			}
		})
		from := len(f.arena)
		if f.doc != nil {
			f.findIDs(f.doc, wanted)
		}
		return f.arena[from:]
	})
}

// findIDs takes the first element of each id and strikes it off.
func (f *frame) findIDs(n *survey.Node, wanted map[string]bool) {
	f.spend(1 + len(n.Attrs))
	for _, a := range n.Attrs {
		if a.Kind == survey.Attribute && a.Name == "id" && a.Space == "" && wanted[a.Data] {
			delete(wanted, a.Data)
			f.arena = append(f.arena, n)
		}
	}
	for _, c := range n.Children {
		if c.Kind == survey.Element && len(wanted) > 0 {
			f.findIDs(c, wanted)
		}
	}
}

func (f *frame) one(n *survey.Node) []*survey.Node {
	if n == nil {
		return nil
	}
	f.arena = append(f.arena, n)
	return f.arena[len(f.arena)-1:]
}

func buildCurrent(c *call) *code {
	return nodesCode(func(f *frame) []*survey.Node { return f.one(f.cur) })
}

func buildInstance(c *call) *code {
	id, off := c.args[0].text, c.off
	return nodesCode(func(f *frame) []*survey.Node { return f.one(f.instance(off, id(f))) })
}

func (f *frame) instance(off int, id string) *survey.Node {
	if f.ctx.Instance == nil {
		panic(errUnavailable(off, "instance()"))
	}
	f.spend(1)
	return f.ctx.Instance(id)
}

// buildIndexedRepeat compiles indexed-repeat(target, repeat, index, …): the targets inside the indexed instance of
// the innermost repeat. Every argument is seen from the calling context, and the pairs may come in any order.
func buildIndexedRepeat(c *call) *code {
	if len(c.args)%2 == 0 {
		return c.c.mistake(errArity(c.off, c.name, len(c.args), 3, -1))
	}
	for i := 1; i < len(c.args); i += 2 {
		if c.args[i].nodes == nil {
			return c.c.mistake(errNeedsNodes(c.tree.args0[i], c.name+"()"))
		}
	}
	args := c.args
	return nodesCode(func(f *frame) []*survey.Node {
		inside := f.indexed(args[1:])
		if inside == nil {
			return nil
		}
		targets := args[0].nodes(f)
		from := len(f.arena)
		for _, n := range targets {
			if f.isInside(n, inside) {
				f.arena = append(f.arena, n)
			}
		}
		return f.arena[from:]
	})
}

type indexedPair struct {
	repeats []*survey.Node
	index   float64
	depth   int
}

// indexed finds the innermost repeat instance that the pairs name, or nil.
func (f *frame) indexed(args []*code) *survey.Node {
	var pairs []indexedPair
	for i := 0; i < len(args); i += 2 {
		p := indexedPair{index: math.Trunc(args[i+1].number(f)), repeats: args[i].nodes(f)}
		if !(p.index >= 1) { // blank too: the first, as JavaRosa has it
			p.index = 1
		}
		if len(p.repeats) == 0 {
			return nil
		}
		p.depth = f.depth(p.repeats[0])
		pairs = append(pairs, p)
	}
	slices.SortStableFunc(pairs, func(a, b indexedPair) int { return a.depth - b.depth })
	var inside *survey.Node
	for _, p := range pairs {
		if inside = f.nth(p, inside); inside == nil {
			return nil
		}
	}
	return inside
}

func (f *frame) nth(p indexedPair, inside *survey.Node) *survey.Node {
	count := 0.0
	for _, n := range p.repeats {
		if inside != nil && !f.isInside(n, inside) {
			continue
		}
		if count++; count == p.index {
			return n
		}
	}
	return nil
}

// isInside reports whether n is below a node.
func (f *frame) isInside(n, above *survey.Node) bool {
	for p := f.parent(n); p != nil; p = f.parent(p) {
		f.spend(1)
		if p == above {
			return true
		}
	}
	return false
}

// buildRandomize compiles randomize(): without a seed it uses the context's randomness, with one the generator of the
// clients, so that the order is the same everywhere.
func buildRandomize(c *call) *code {
	nodes, seed, off := c.args[0].nodes, c.arg(1), c.off
	if seed == nil {
		c.c.info.Uses |= UsesRandom
	}
	return nodesCode(func(f *frame) []*survey.Node {
		set := nodes(f)
		f.spend(len(set) + 1)
		if seed == nil {
			return shuffle(set, func() float64 { return f.randomFloat(off) })
		}
		v := seed.value(f)
		return shuffle(set, newParkMiller(f.seed(&v)).next)
	})
}

// seed turns any value into a seed as JavaRosa does: a number loses its fraction, empty text is 0, and other text gives
// the first eight bytes of its SHA-256.
func (f *frame) seed(v *Value) int64 {
	n := f.number(v)
	if !math.IsNaN(n) {
		return toInt64(n)
	}
	s := f.textOf(v)
	if s == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(s))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// toInt64 drops the fraction and stops at the ends of the range, as Java's long does.
func toInt64(n float64) int64 {
	switch {
	case n >= math.MaxInt64:
		return math.MaxInt64
	case n <= math.MinInt64:
		return math.MinInt64
	}
	return int64(n)
}
