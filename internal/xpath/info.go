package xpath

import "slices"

// Info is what is known about an expression without evaluating it.
type Info struct {
	Kind      Kind     // Any when it depends on the data
	Paths     []Path   // every location path, in order of appearance
	Functions []string // every function by name, sorted
	Instances []string // ids of secondary instances named by instance() and pulldata(), sorted
	Indirect  bool     // an instance() or pulldata() whose id is computed
	Union     bool     // node-sets are joined by |
	Uses      Uses
}

// Uses are the things beyond the answers that a result depends on: such a result cannot be checked again later.
type Uses uint8

// What an expression may use.
const (
	UsesClock  Uses = 1 << iota // now(), today()
	UsesRandom                  // random(), uuid(), randomize() without a seed
	UsesDevice                  // property(), version()
	UsesLabels                  // jr:itext(), jr:choice-name(): the language
	UsesItself                  // once(), and "." or current(): the question's own answer
)

// Origin is where a path starts.
type Origin uint8

// Where a path may start.
const (
	FromContext  Origin = iota // the context node: the question, or a step's node inside a predicate
	FromDocument               // "/"
	FromCurrent                // current()
	FromInstance               // instance('…') with a literal id
	FromOther                  // another expression that gives nodes
)

// Path is one location path of an expression.
type Path struct {
	Origin      Origin
	Instance    string // FromInstance: the id
	Steps       []Step
	Offset, End int // bytes in the source
	// Within is the index of the path in whose predicate this path stands, or -1; its context is then the nodes found
	// by that path's first WithinStep+1 steps (or by its start, for -1).
	Within, WithinStep int
}

// Step is one step of a Path.
type Step struct {
	Axis       Axis
	Prefix     string
	Name       string // local name; "*" for any element; "" for a node type test
	Predicates int
}

func (c *compiler) finish(root *code) Info {
	info := c.info
	info.Kind = root.kind
	slices.Sort(info.Functions)
	info.Functions = slices.Compact(info.Functions)
	slices.Sort(info.Instances)
	info.Instances = slices.Compact(info.Instances)
	return info
}

// noteInstance records the secondary instance that a call reads.
func (c *compiler) noteInstance(x *astCall) {
	if x.name != "instance" && x.name != "pulldata" || len(x.args) == 0 {
		return
	}
	if id, isLiteral := x.args[0].(*astLiteral); isLiteral {
		c.info.Instances = append(c.info.Instances, id.value)
		return
	}
	c.info.Indirect = true
}

// notePath records a path and returns its index.
func (c *compiler) notePath(p *astPath) int {
	known := Path{Offset: p.off, End: p.end, Within: c.within, WithinStep: c.withinStep}
	switch start := p.start.(type) {
	case nil:
		if p.absolute {
			known.Origin = FromDocument
		}
	case *astCall:
		known.Origin, known.Instance = originOf(start)
	default:
		known.Origin = FromOther
	}
	for _, s := range p.steps {
		step := Step{Axis: s.axis, Prefix: s.test.prefix, Name: s.test.name, Predicates: len(s.preds)}
		if s.test.kind == testAny || s.test.kind == testSpace {
			step.Name = "*"
		}
		known.Steps = append(known.Steps, step)
	}
	if c.within < 0 && known.Origin == FromContext && ownAnswer(p.steps) || known.Origin == FromCurrent && len(p.steps) == 0 {
		c.info.Uses |= UsesItself
	}
	c.info.Paths = append(c.info.Paths, known)
	return len(c.info.Paths) - 1
}

func originOf(start *astCall) (Origin, string) {
	switch start.name {
	case "current":
		return FromCurrent, ""
	case "instance":
		if len(start.args) == 1 {
			if id, isLiteral := start.args[0].(*astLiteral); isLiteral {
				return FromInstance, id.value
			}
		}
	}
	return FromOther, ""
}

func ownAnswer(steps []astStep) bool {
	return len(steps) == 1 && steps[0].axis == Self
}
