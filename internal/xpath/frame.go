package xpath

import (
	"context"
	"io"
	"math"
	"time"

	"doorstep/internal/survey"
)

// Context is everything that an expression may look at. Only Node is needed for expressions that ask for nothing else.
type Context struct {
	Node    *survey.Node // what relative paths start from
	Current *survey.Node // what current() gives; nil means Node
	// Document is the node whose children "/" sees, such as the primary <instance>. Nil means the top of Node's tree;
	// an element there stands for itself below an unseen document.
	Document *survey.Node

	Now    time.Time      // for now(), today(). Zero makes them fail.
	Zone   *time.Location // of every local date; nil means that of Now
	Random io.Reader      // for random(), uuid(), randomize() without a seed. Nil makes them fail.

	// Instance finds a secondary instance: the node whose child is its root element. Nil for unknown ids.
	Instance func(id string) *survey.Node
	Index    *Index // speeds up look-ups in secondary instances; may be nil
	// ChoiceLabel gives the label of a choice of the select that path names, seen from at.
	ChoiceLabel func(value, path string, at *survey.Node) (string, bool)
	// Itext gives a translation in the active language, as text or as nodes.
	Itext func(id string) Value
	// Property answers property(name) and, as "version", version().
	Property func(name string) string

	Done  context.Context // stops a long evaluation when done; nil never
	Steps int             // how much work is allowed, about one per visited node; 0 means defaultSteps
}

// defaultSteps bounds an evaluation to well under a second.
const defaultSteps = 5_000_000

// frame is the state of one evaluation.
type frame struct {
	ctx   *Context
	node  *survey.Node
	doc   *survey.Node
	cur   *survey.Node
	zone  *time.Location
	pos   int
	size  int
	steps int
	check int // steps at which to look at ctx.Done again

	// arena holds the node-sets of the evaluation one after another; who asks for a set truncates it afterwards.
	arena []*survey.Node
	order map[*survey.Node]int32
	// top is an element without a parent; unseen is the document that it stands below.
	top    *survey.Node
	unseen survey.Node
	below  [1]*survey.Node
}

const doneInterval = 4096

func (f *frame) start(ctx *Context) {
	f.ctx, f.node, f.cur, f.doc = ctx, ctx.Node, ctx.Current, ctx.Document
	f.pos, f.size = 1, 1
	f.arena = f.arena[:0]
	f.order = nil
	f.top = nil
	if f.cur == nil {
		f.cur = f.node
	}
	if f.zone = ctx.Zone; f.zone == nil {
		f.zone = ctx.Now.Location()
	}
	f.steps = ctx.Steps
	if f.steps <= 0 {
		f.steps = defaultSteps
	}
	f.check = f.steps
	if f.doc == nil && f.node != nil {
		f.findDocument()
	}
}

func (f *frame) findDocument() {
	top := f.node
	for top.Parent != nil {
		top = top.Parent
	}
	if f.doc = top; top.Kind == survey.Document {
		return
	}
	f.top = top
	f.below[0] = top
	f.unseen = survey.Node{Kind: survey.Document, Children: f.below[:]}
	f.doc = &f.unseen
}

// parent is the node above n, inside what "/" spans.
func (f *frame) parent(n *survey.Node) *survey.Node {
	if n == f.doc {
		return nil
	}
	if n.Parent == nil && n == f.top {
		return &f.unseen
	}
	return n.Parent
}

// spend counts n steps of work and stops the evaluation when the budget or the time is used up.
func (f *frame) spend(n int) {
	f.steps -= n
	if f.steps < 0 {
		panic(errTooLong(0))
	}
	if f.ctx.Done != nil && f.steps <= f.check {
		f.check = f.steps - doneInterval
		if f.ctx.Done.Err() != nil {
			panic(errTooLong(0))
		}
	}
}

// spendBytes charges work on text, which must not be free: concat over many nodes makes long strings.
func (f *frame) spendBytes(n int) { f.spend(n/32 + 1) }

// contentOf is the content of a node. Long texts are charged for: they are compared and scanned again and again.
func (f *frame) contentOf(n *survey.Node) string {
	s := n.Value()
	if len(s) > 32 {
		f.spend(len(s) / 32)
	}
	return s
}

// valueOf is the value of a node as string() gives it.
func (f *frame) valueOf(n *survey.Node) string {
	if n.Answer == survey.KindNone || n.Answer == survey.KindText {
		return f.contentOf(n)
	}
	return textOfNode(n)
}

// textOf converts v as string() does.
func (f *frame) textOf(v *Value) string {
	if v.Kind != Nodes {
		return v.Text()
	}
	if len(v.Nodes) == 0 {
		return ""
	}
	return f.valueOf(v.Nodes[0])
}

func (f *frame) now(off int, what string) time.Time {
	if f.ctx.Now.IsZero() {
		panic(errUnavailable(off, what))
	}
	return f.ctx.Now
}

func (f *frame) random(off int, b []byte) {
	if f.ctx.Random == nil {
		panic(errUnavailable(off, "random()"))
	}
	if _, err := io.ReadFull(f.ctx.Random, b); err != nil {
		panic(errUnavailable(off, "random()"))
	}
}

// number converts v as number() does. A moment is the days of the calendar from 1970-01-01, without a fraction.
func (f *frame) number(v *Value) float64 {
	switch v.Kind {
	case Number:
		if v.Dated {
			return f.wholeDays(v.Num)
		}
		return v.Num
	case String:
		return parseNumber(v.Str)
	case Boolean:
		if v.Bool {
			return 1
		}
		return 0
	}
	if len(v.Nodes) == 0 {
		return math.NaN()
	}
	return f.numberOfNode(v.Nodes[0])
}

func (f *frame) wholeDays(n float64) float64 {
	t, ok := fromDays(n, f.zone)
	if !ok {
		return n
	}
	y, m, d := t.Date()
	return days(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}
