package xform

import (
	"regexp"
	"strings"

	"doorstep/internal/survey"
)

var reReference = regexp.MustCompile(`^\$\{\s*(last-saved#)?([^\s{}]+)\s*\}`)

const lastSaved = "__last-saved" // id of the instance with the answers of the record saved before

// replace puts paths in place of the references of an expression.
func (n *Names) replace(context *survey.Question, expr string, s scope) (string, error) {
	if !strings.Contains(expr, "${") {
		return expr, nil
	}
	var b strings.Builder
	scan := scanner{predicates: strings.Contains(expr, "instance(")}
	for i := 0; i < len(expr); {
		var m []string
		if expr[i] == '$' {
			m = reReference.FindStringSubmatch(expr[i:])
		}
		if m == nil {
			scan.step(expr, i)
			b.WriteByte(expr[i])
			i++
			continue
		}
		path, err := n.reference(context, m[2], m[1] != "", scan.scope(s), scan.wholeRepeat())
		if err != nil {
			return "", err
		}
		b.WriteString(path)
		i += len(m[0])
	}
	return b.String(), nil
}

// reference is the path of one ${name}; absolute suppresses a relative path.
func (n *Names) reference(context *survey.Question, name string, saved bool, s scope, absolute bool) (string, error) {
	q, err := n.find(name)
	switch {
	case err != nil:
		return "", err
	case saved:
		return " instance('" + lastSaved + "')" + n.form.Path(q) + " ", nil
	case absolute:
		context = nil
	}
	return n.path(context, q, s), nil
}

// scanner knows where in an expression a reference stands.
type scanner struct {
	predicates bool // the expression reads a secondary instance, so its predicates have another context node
	quote      byte // of the string that the reference is in
	brackets   int
	calls      []call
}

// call is an open parenthesis.
type call struct {
	indexed int // place of the innermost call of indexed-repeat() that it is, or is in; -1
	arg     int
}

func (c *scanner) step(expr string, i int) {
	b := expr[i]
	if c.quote != 0 {
		if b == c.quote {
			c.quote = 0
		}
		return
	}
	switch b {
	case '\'', '"':
		c.quote = b
	case '[':
		c.brackets++
	case ']':
		c.brackets = max(0, c.brackets-1)
	case '(':
		in := -1
		if len(c.calls) > 0 {
			in = c.calls[len(c.calls)-1].indexed
		}
		if strings.HasSuffix(expr[:i], "indexed-repeat") {
			in = len(c.calls)
		}
		c.calls = append(c.calls, call{indexed: in})
	case ')':
		c.calls = c.calls[:max(0, len(c.calls)-1)]
	case ',':
		if len(c.calls) > 0 {
			c.calls[len(c.calls)-1].arg++
		}
	}
}

func (c *scanner) scope(s scope) scope {
	s.current = s.current || c.predicates && c.brackets > 0
	return s
}

// wholeRepeat reports whether the reference names a node in all rounds of a repeat: the first argument of
// indexed-repeat() and each repeat among the others, which alternate with positions.
func (c *scanner) wholeRepeat() bool {
	if len(c.calls) == 0 || c.calls[len(c.calls)-1].indexed < 0 {
		return false
	}
	arg := c.calls[c.calls[len(c.calls)-1].indexed].arg
	return arg == 0 || arg%2 == 1
}
