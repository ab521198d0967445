package xpath

import "doorstep/internal/survey"

// The syntax tree. Offsets are bytes into the source.
type (
	astNumber  struct{ value float64 }
	astLiteral struct{ value string }
	astNegate  struct {
		x   ast
		off int
	}
	astBinary struct {
		op   string
		l, r ast
		off  int
	}
	astCall struct {
		name  string
		args  []ast
		off   int
		args0 []int // offset of each argument
	}
	// astPath is a location path: from the document (absolute), from the nodes of start, or from the context node.
	astPath struct {
		absolute bool
		start    ast // nil, or an expression that gives nodes
		preds    []ast
		steps    []astStep
		off, end int
	}
	astStep struct {
		axis  Axis
		test  nodeTest
		preds []ast
		off   int
	}
	ast any
)

// Axis is the direction of a step.
type Axis uint8

// The axes of XPath 1.0.
const (
	Child Axis = iota
	Self
	Parent
	Ancestor
	AncestorOrSelf
	Descendant
	DescendantOrSelf
	Following
	FollowingSibling
	Preceding
	PrecedingSibling
	Attribute
	NamespaceAxis
)

var axisNames = map[string]Axis{
	"child": Child, "self": Self, "parent": Parent, "ancestor": Ancestor, "ancestor-or-self": AncestorOrSelf,
	"descendant": Descendant, "descendant-or-self": DescendantOrSelf, "following": Following,
	"following-sibling": FollowingSibling, "preceding": Preceding, "preceding-sibling": PrecedingSibling,
	"attribute": Attribute, "namespace": NamespaceAxis,
}

type testKind uint8

const (
	testName  testKind = iota // a name with or without prefix
	testAny                   // *
	testSpace                 // prefix:*
	testNode                  // node()
	testText
	testComment
	testInstruction // processing-instruction(), with a name or without
)

type nodeTest struct {
	kind   testKind
	nodes  survey.NodeKind // what names and * mean on the axis: its principal node type
	prefix string
	name   string
	space  string // namespace of prefix
	other  string // for a name without prefix: the namespace that counts as none; "*" is any
}
