package xpath

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokNumber
	tokLiteral
	tokName  // NCName or QName, "p:*" or "*"
	tokOp    // or and = != < <= > >= + - * div mod |
	tokPunct // ( ) [ ] , @ :: . .. / //
)

type token struct {
	kind tokenKind
	text string // the decoded text: a literal without its quotes
	off  int
	end  int
}

func (t token) is(kind tokenKind, text string) bool { return t.kind == kind && t.text == text }

type lexer struct {
	src    string
	pos    int
	tokens []token
}

// lex splits src. Whether * and the operator names are operators depends on the token before (XPath 1.0, section 3.7).
func lex(src string) ([]token, error) {
	l := &lexer{src: src, tokens: make([]token, 0, len(src)/3+2)}
	for {
		l.skipSpace()
		if l.pos == len(src) {
			l.add(tokEOF, "", l.pos)
			return l.tokens, nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

func (l *lexer) skipSpace() {
	for l.pos < len(l.src) && isSpace(l.src[l.pos]) {
		l.pos++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (l *lexer) add(kind tokenKind, text string, end int) {
	l.tokens = append(l.tokens, token{kind, text, l.pos, end})
	l.pos = end
}

// afterOperand reports whether the next token continues an expression, so that * multiplies and "and" is an operator.
func (l *lexer) afterOperand() bool {
	if len(l.tokens) == 0 {
		return false
	}
	t := l.tokens[len(l.tokens)-1]
	switch t.kind {
	case tokNumber, tokLiteral, tokName:
		return true
	case tokPunct:
		return t.text == ")" || t.text == "]" || t.text == "." || t.text == ".."
	}
	return false
}

func (l *lexer) next() error {
	c := l.src[l.pos]
	rest := l.src[l.pos:]
	switch {
	case c == '"' || c == '\'':
		return l.literal(c)
	case isDigit(c) || c == '.' && len(rest) > 1 && isDigit(rest[1]):
		l.number()
	case strings.HasPrefix(rest, "..") || strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "::"):
		l.add(tokPunct, rest[:2], l.pos+2)
	case strings.HasPrefix(rest, "!=") || strings.HasPrefix(rest, "<=") || strings.HasPrefix(rest, ">="):
		l.add(tokOp, rest[:2], l.pos+2)
	case c == '*' && !l.afterOperand():
		l.add(tokName, "*", l.pos+1)
	case strings.IndexByte("=<>+-*|", c) >= 0:
		l.add(tokOp, rest[:1], l.pos+1)
	case c == '$':
		return &Error{CodeVariable, l.pos, "a $ begins a reference to a question, as in ${name}, and nothing else",
			"“$”只能用来引用题目，写成 ${题目名称}"}
	case strings.IndexByte("()[],@./", c) >= 0:
		l.add(tokPunct, rest[:1], l.pos+1)
	default:
		return l.name()
	}
	return nil
}

func (l *lexer) literal(quote byte) error {
	n := strings.IndexByte(l.src[l.pos+1:], quote)
	if n < 0 {
		return syntaxError(l.pos, "the text has no closing quotation mark", "文本缺少右引号")
	}
	l.add(tokLiteral, l.src[l.pos+1:l.pos+1+n], l.pos+n+2)
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (l *lexer) number() {
	end := l.pos
	for end < len(l.src) && isDigit(l.src[end]) {
		end++
	}
	if end < len(l.src) && l.src[end] == '.' {
		for end++; end < len(l.src) && isDigit(l.src[end]); end++ {
		}
	}
	l.add(tokNumber, l.src[l.pos:end], end)
}

var operatorNames = [...]string{"and", "or", "div", "mod"}

func (l *lexer) name() error {
	end := nameEnd(l.src, l.pos)
	if end == l.pos {
		r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
		return syntaxError(l.pos, "unexpected character "+string(r), "意外的字符 "+string(r))
	}
	if l.afterOperand() {
		return l.operatorName(end)
	}
	if end+1 < len(l.src) && l.src[end] == ':' && l.src[end+1] != ':' {
		switch local := nameEnd(l.src, end+1); {
		case l.src[end+1] == '*':
			end += 2
		case local > end+1:
			end = local
		}
	}
	l.add(tokName, l.src[l.pos:end], end)
	return nil
}

// operatorName takes "and" also where an operand follows without a space, as in "1 and1": no other name may stand here.
func (l *lexer) operatorName(end int) error {
	name := l.src[l.pos:end]
	for _, op := range operatorNames {
		rest, found := strings.CutPrefix(name, op)
		if !found {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(rest); rest == "" || !isNameStart(r) {
			l.add(tokOp, op, l.pos+len(op))
			return nil
		}
	}
	return syntaxError(l.pos, "an operator is expected before "+name, name+" 之前缺少运算符")
}

func nameEnd(s string, from int) int {
	i := from
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isNameStart(r) && (i == from || !isNamePart(r)) {
			break
		}
		i += size
	}
	return i
}

func isNameStart(r rune) bool {
	return r == '_' || unicode.IsLetter(r)
}

func isNamePart(r rune) bool {
	return r == '-' || r == '.' || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.Is(unicode.Extender, r)
}
