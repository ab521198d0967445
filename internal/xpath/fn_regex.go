package xpath

import (
	"fmt"
	"regexp"
	"strings"
)

// buildRegex compiles regex(). A literal pattern is compiled once, and its mistakes show at compile time.
func buildRegex(c *call) *code {
	text, pattern, off, whole := c.args[0].text, c.args[1].text, c.off, c.c.env.WholeRegex
	if lit := c.args[1].lit; lit != nil {
		re, err := compileRegex(off, *lit, whole)
		if err != nil {
			return c.c.mistake(err)
		}
		return truthCode(func(f *frame) bool { return f.match(re, text(f)) })
	}
	return truthCode(func(f *frame) bool {
		s, p := text(f), pattern(f)
		f.spend(100 + len(p)*10) // compiling costs far more than a step
		re, err := compileRegex(off, p, whole)
		if err != nil {
			panic(err)
		}
		return f.match(re, s)
	})
}

func (f *frame) match(re *regexp.Regexp, s string) bool {
	f.spend(1 + len(s)*len(re.String())/64) // RE2 is linear in the text, times the pattern at worst
	return re.MatchString(s)
}

// maxPattern bounds the program that a pattern compiles to.
const maxPattern = 4096

func compileRegex(off int, pattern string, whole bool) (*regexp.Regexp, *Error) {
	if len(pattern) > maxPattern {
		return nil, errRegex(off, "too long")
	}
	translated := translateRegex(pattern)
	if whole {
		translated = `^(?:` + translated + `)$`
	}
	re, err := regexp.Compile(translated)
	if err != nil {
		return nil, errRegex(off, err.Error())
	}
	return re, nil
}

func errRegex(off int, why string) *Error {
	return &Error{CodeBadRegex, off, fmt.Sprintf("the pattern of regex() cannot be used: %s", why),
		fmt.Sprintf("regex() 的模式无法使用：%s", why)}
}

// translateRegex rewrites what Java and JavaScript write otherwise than RE2: \uXXXX, named groups, escapes of characters
// that need none.
func translateRegex(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] != '\\' || i+1 == len(p) {
			b.WriteByte(p[i])
			continue
		}
		i++
		switch next := p[i]; {
		case next == 'u' && i+4 < len(p) && isHex(p[i+1:i+5]):
			fmt.Fprintf(&b, `\x{%s}`, p[i+1:i+5])
			i += 4
		case next == '/' || next == '"' || next == '\'' || next == '@' || next == '#' || next == '%' || next == '<' ||
			next == '>' || next == '=' || next == '!' || next == ',' || next == ':' || next == ';' || next == ' ' || next == '&' || next == '~' ||
			next == '`':
			fmt.Fprintf(&b, `\x{%x}`, next)
		case next == '_':
			b.WriteByte(next)
		default:
			b.WriteByte('\\')
			b.WriteByte(next)
		}
	}
	return b.String()
}

func isHex(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if !isDigit(s[i]) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
