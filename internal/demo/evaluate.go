package demo

import (
	"io"
	"math/rand/v2"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

func (v *visit) context(n *survey.Node) *xpath.Context {
	return &xpath.Context{
		Node: n, Now: v.now, Random: randomBytes{v.r},
		Instance: func(id string) *survey.Node { return v.lists[id] },
	}
}

// truth is what an expression says at n, or otherwise when there is none.
func (v *visit) truth(e *xpath.Expr, n *survey.Node, otherwise bool) bool {
	if e == nil {
		return otherwise
	}
	b, err := e.Truth(v.context(n))
	v.fail(err)
	return b
}

func (v *visit) text(e *xpath.Expr, n *survey.Node) string {
	s, err := e.Text(v.context(n))
	v.fail(err)
	return s
}

// fail keeps the first error.
func (v *visit) fail(err error) {
	if v.err == nil {
		v.err = err
	}
}

// randomBytes reads randomness as uuid() and random() want it.
type randomBytes struct{ r *rand.Rand }

var _ io.Reader = randomBytes{}

func (b randomBytes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b.r.Uint32())
	}
	return len(p), nil
}
