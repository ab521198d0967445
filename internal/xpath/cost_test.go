package xpath

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"testing"

	"doorstep/internal/survey"
)

// free are the texts that a function does not go through: what is compared with a short word, looked up, or given to who calls.
var free = map[string]bool{
	"boolean-from-string 1": true, "lang 1": true, "digest 2": true, "digest 3": true,
	"instance 1": true, "pulldata 1": true, "pulldata 2": true, "pulldata 3": true, "pulldata 4": true,
	"jr:choice-name 1": true, "jr:choice-name 2": true, "jr:itext 1": true, "property 1": true,
}

// Each function pays for each text that it reads: else a form makes a server read without end within its steps.
func TestEachFunctionPaysForItsTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("1 ", 1600)
	for _, name := range slices.Sorted(maps.Keys(library)) {
		fn := library[name]
		for i := range fn.params {
			if fn.params[i] != 's' || free[fmt.Sprint(name, " ", i+1)] {
				continue
			}
			call := func(text string) string {
				args := make([]string, len(fn.params))
				for j := range args {
					args[j] = map[byte]string{'s': "'x'", 'n': "1", 'x': "'2026-01-01'"}[fn.params[j]]
				}
				args[i] = "'" + text + "'"
				return name + "(" + strings.Join(args, ",") + ")"
			}
			little, much := stepsOf(t, call("1")), stepsOf(t, call(long))
			if much-little < len(long)/64 {
				t.Errorf("%s: argument %d costs %d, of %d bytes %d", name, i+1, little, len(long), much)
			}
		}
	}
}

// stepsOf is the least number of steps that an expression needs.
func stepsOf(t *testing.T, source string) int {
	t.Helper()
	expr, err := Compile(source, Env{})
	if err != nil {
		t.Fatalf("%.60s: %v", source, err)
	}
	node := survey.NewElement("data")
	return 1 + sort.Search(1<<16, func(n int) bool {
		_, err := expr.Text(&Context{Node: node, Steps: n + 1})
		var e *Error
		return !errors.As(err, &e) || e.Code != CodeTooLong
	})
}
