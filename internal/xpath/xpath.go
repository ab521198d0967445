// Package xpath compiles and evaluates the expressions of forms: XPath 1.0 and the functions of ODK XForms.
package xpath

import (
	"slices"
	"strconv"
	"sync"

	"doorstep/internal/survey"
)

// Env is what an expression means beyond its text.
type Env struct {
	// Namespaces gives the URI of a prefix. The usual prefixes of forms (h, jr, orx, odk, …) are always known.
	Namespaces map[string]string
	// DefaultSpace is the namespace that a name without prefix matches besides none: the namespace of the form's own
	// instance, if it has one. "" means the XForms namespace; "*" means any.
	DefaultSpace string
	// Lazy leaves unknown functions, wrong numbers of arguments and wrong types to fail when they are evaluated, as
	// the clients do, so that a form written elsewhere with a mistake in a branch nobody takes still works.
	Lazy bool
	// WholeRegex makes regex() match the whole text, as ODK Collect does; otherwise it searches, as web clients do.
	WholeRegex bool
}

// Expr is a compiled expression. It may be evaluated by many goroutines at once.
type Expr struct {
	Info   Info
	source string
	code   *code
	frames sync.Pool
}

// Compile checks and compiles an expression. The error is an *Error.
func Compile(source string, env Env) (*Expr, error) {
	tree, err := parse(source)
	if err != nil {
		return nil, err
	}
	c := newCompiler(source, env)
	root := c.compile(tree)
	if c.err != nil {
		return nil, c.err
	}
	e := &Expr{Info: c.finish(root), source: source, code: root}
	e.frames.New = func() any { return &frame{arena: make([]*survey.Node, 0, 64)} }
	return e, nil
}

// String returns the source.
func (e *Expr) String() string { return e.source }

// Value evaluates the expression. The error is an *Error.
func (e *Expr) Value(ctx *Context) (v Value, err error) {
	f := e.frame(ctx)
	defer e.done(f, &err)
	v = e.code.value(f)
	if v.Kind == Nodes {
		v.Nodes = slices.Clone(v.Nodes)
		for i, n := range v.Nodes {
			if n == &f.unseen { // the frame is used again
				v.Nodes[i] = &survey.Node{Kind: survey.Document, Children: []*survey.Node{f.top}}
			}
		}
	}
	return v, nil
}

// Text evaluates the expression as string() does.
func (e *Expr) Text(ctx *Context) (s string, err error) {
	f := e.frame(ctx)
	defer e.done(f, &err)
	return e.code.text(f), nil
}

// Number evaluates the expression as number() does; a date is the days since 1970-01-01T00:00Z.
func (e *Expr) Number(ctx *Context) (n float64, err error) {
	f := e.frame(ctx)
	defer e.done(f, &err)
	return e.code.number(f), nil
}

// Truth evaluates the expression as boolean() does.
func (e *Expr) Truth(ctx *Context) (b bool, err error) {
	f := e.frame(ctx)
	defer e.done(f, &err)
	return e.code.truth(f), nil
}

// Nodes evaluates an expression that gives a node-set.
func (e *Expr) Nodes(ctx *Context) ([]*survey.Node, error) {
	v, err := e.Value(ctx)
	if err == nil && v.Kind != Nodes {
		err = errNeedsNodes(0, e.source)
	}
	return v.Nodes, err
}

func (e *Expr) frame(ctx *Context) *frame {
	f := e.frames.Get().(*frame)
	f.start(ctx)
	return f
}

// done gives the frame back and turns a refusal deep inside the closures into an error.
func (e *Expr) done(f *frame, err *error) {
	switch refusal := recover().(type) {
	case nil:
	case *Error:
		*err = refusal
	default:
		panic(refusal)
	}
	f.ctx = nil
	if cap(f.arena) <= maxKeptArena {
		e.frames.Put(f)
	}
}

// maxKeptArena bounds the memory that an idle expression holds after one large evaluation.
const maxKeptArena = 1 << 14

// Result evaluates a calculation to the answer that it gives a question of that kind, as JavaRosa stores it: a whole
// question loses the fraction and stays within an int of Java, a date its time; NaN is no answer. held is the kind that
// other expressions see then: JavaRosa keeps the number, moment or truth that a question of text was given. It fails for
// several answers together, which JavaRosa refuses.
func (e *Expr) Result(ctx *Context, kind survey.Kind) (s string, held survey.Kind, err error) {
	f := e.frame(ctx)
	defer e.done(f, &err)
	v := e.code.value(f)
	if v = f.unpack(&v); v.Kind == Nodes {
		panic(errArgument(0, "several answers are not one", "多个答案不能当作一个"))
	}
	switch v.Kind {
	case Boolean:
		return strconv.FormatBool(v.Bool), survey.KindBoolean, nil
	case String:
		if moment, ok := answerMoment(kind, v.Str, f.zone); ok && isMoment(kind) {
			return momentText(kind, moment, f.zone), kind, nil
		}
		return v.Str, kind, nil
	}
	if v.Dated {
		s = momentText(kind, v, f.zone)
		if !isMoment(kind) {
			kind = survey.KindDateTime
		}
		return s, kind, nil
	}
	s = numberAnswer(kind, v.Num)
	if kind == survey.KindText {
		kind = survey.KindDecimal
	}
	return s, kind, nil
}
