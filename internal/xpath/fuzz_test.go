package xpath_test

import (
	"errors"
	"testing"
	"unicode/utf8"

	"doorstep/internal/xpath"
)

// FuzzParse holds that no expression crashes the compiler or the evaluator, and that every refusal is typed.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"/data/a = 'x' and selected(/data/b, 'y')", "//person[age > 75][1]/name | //l", "instance('towns')/root/item[name = current()/../n]",
		"1and1or 2 mod-1", "indexed-repeat(//name, //person, 2)", "format-date(today() + 1, '%Y')", "substr('深圳', -1)", "..//@*[. = 2]/namespace::*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		for _, env := range []xpath.Env{{}, {Lazy: true}} {
			expr, err := xpath.Compile(source, env)
			if err == nil {
				ctx := testContext(t)
				ctx.Steps = 20_000
				_, err = expr.Text(ctx)
			}
			var known *xpath.Error
			if err != nil && !errors.As(err, &known) {
				t.Fatalf("%q: untyped error %v", source, err)
			}
			if known != nil && utf8.ValidString(source) && (known.Offset < 0 || known.Offset > len(source)) {
				t.Fatalf("%q: offset %d is outside", source, known.Offset)
			}
		}
	})
}
