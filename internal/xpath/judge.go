package xpath

import (
	"slices"

	"doorstep/internal/survey"
)

// Judged is a truth of three values (Kleene): what is not known may still be decided by the rest.
type Judged uint8

// The three values.
const (
	Unknown Judged = iota
	No
	Yes
)

// Judgement is a condition that can be judged although some of the answers that it reads are not known. It may be evaluated by many
// goroutines at once.
type Judgement struct {
	op    string // "and", "or", "not"; "" for a leaf
	parts []*Judgement
	leaf  *Expr
	reads []string // names that a leaf reads
}

// CompileJudgement compiles a condition whose names are the children of one node. The error is an *Error.
func CompileJudgement(source string, env Env) (*Judgement, error) {
	if _, err := Compile(source, env); err != nil { // every mistake has its place in the whole
		return nil, err
	}
	tree, err := parse(source)
	if err != nil {
		return nil, err
	}
	return judgement(tree, source, env)
}

func judgement(tree ast, source string, env Env) (*Judgement, error) {
	switch x := tree.(type) {
	case *astBinary:
		if x.op == "and" || x.op == "or" {
			return judgements(x.op, []ast{x.l, x.r}, source, env)
		}
	case *astCall:
		if x.name == "not" && len(x.args) == 1 {
			return judgements(x.name, x.args, source, env)
		}
	}
	c := newCompiler(source, env)
	root := c.compile(tree)
	if c.err != nil {
		return nil, c.err
	}
	e := &Expr{Info: c.finish(root), source: source, code: root}
	e.frames.New = func() any { return &frame{} }
	j := &Judgement{leaf: e}
	for _, p := range e.Info.Paths {
		if p.Origin == FromContext && p.Steps[0].Axis == Child {
			j.reads = append(j.reads, p.Steps[0].Name)
		}
	}
	return j, nil
}

func judgements(op string, trees []ast, source string, env Env) (*Judgement, error) {
	j := &Judgement{op: op}
	for _, tree := range trees {
		part, err := judgement(tree, source, env)
		if err != nil {
			return nil, err
		}
		j.parts = append(j.parts, part)
	}
	return j, nil
}

// Reads lists the names that the condition reads, in the order of their first appearance.
func (j *Judgement) Reads() []string {
	all := slices.Clone(j.reads)
	for _, part := range j.parts {
		for _, name := range part.Reads() {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// Judge evaluates the condition on a node; a child that is not there, or is empty, is not known. missing are the names that decide
// it and are not known. The error is an *Error.
func (j *Judgement) Judge(ctx *Context) (found Judged, missing []string, err error) {
	switch j.op {
	case "":
		return j.judgeLeaf(ctx)
	case "not":
		found, missing, err = j.parts[0].Judge(ctx)
		return []Judged{Unknown, Yes, No}[found], missing, err
	}
	decides, otherwise := No, Yes // of "and"
	if j.op == "or" {
		decides, otherwise = Yes, No
	}
	found = otherwise
	for _, part := range j.parts {
		one, more, err := part.Judge(ctx)
		if err != nil || one == decides {
			return one, nil, err
		}
		if one == Unknown {
			found, missing = Unknown, append(missing, more...)
		}
	}
	slices.Sort(missing)
	return found, slices.Compact(missing), nil
}

func (j *Judgement) judgeLeaf(ctx *Context) (found Judged, missing []string, err error) {
	for _, name := range j.reads {
		if !known(ctx.Node, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return Unknown, missing, nil
	}
	truth, err := j.leaf.Truth(ctx)
	if truth {
		return Yes, nil, err
	}
	return No, nil, err
}

func known(facts *survey.Node, name string) bool {
	child := facts.Child(name)
	return child != nil && child.Value() != ""
}
