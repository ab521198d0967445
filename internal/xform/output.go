package xform

import (
	"strings"

	"doorstep/internal/survey"
)

// mixed turns a text for people into text and outputs: a ${name}, or a whole path that starts with instance(), shows
// what it refers to.
func (b *formWriter) mixed(q *survey.Question, s string) []*elem {
	if !strings.Contains(s, "${") && !strings.Contains(s, "instance(") {
		return []*elem{text(s)}
	}
	var out []*elem
	start := 0
	emit := func(from, to int, value string) {
		if from > start {
			out = append(out, text(s[start:from]))
		}
		out = append(out, el("output").set("value", value))
		start = to
	}
	for i := 0; i < len(s); {
		if n := instancePath(s[i:]); n > 0 {
			emit(i, i+n, b.xpath(q, s[i:i+n]))
			i += n
		} else if m := reReference.FindStringSubmatch(s[i:]); m != nil {
			emit(i, i+len(m[0]), b.outputPath(q, m[2], m[1] != ""))
			i += len(m[0])
		} else {
			i++
		}
	}
	if start < len(s) {
		out = append(out, text(s[start:]))
	}
	return out
}

func (b *formWriter) outputPath(q *survey.Question, name string, saved bool) string {
	return b.note(b.names.reference(q, name, saved, scope{}, false))
}

// instancePath returns the length of the path expression that s begins with: instance('id') and steps up to a space
// outside of predicates; 0 if there is none.
func instancePath(s string) int {
	rest, ok := strings.CutPrefix(s, "instance(")
	if !ok || rest == "" || rest[0] != '\'' && rest[0] != '"' {
		return 0
	}
	end := strings.IndexByte(rest[1:], rest[0])
	if end < 0 || !strings.HasPrefix(rest[end+2:], ")") {
		return 0
	}
	i := len(s) - len(rest) + end + len(`'')`)
	depth, quote := 0, byte(0)
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '\'' || c == '"'):
			quote = c
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth == 0 && (i+1 == len(s) || s[i+1] != '/') {
				return i + 1
			}
		case depth == 0 && (c == ' ' || c == '\n' || c == '\t'):
			return i
		}
	}
	return i
}
