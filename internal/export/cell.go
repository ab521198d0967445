// Package export writes tables as CSV and XLSX files, row by row, into a folder or a zip archive.
package export

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A cell is nil for a missing value, a string, an int64 or a float64.

// text is how a cell is written where everything is text; a missing value is the empty string.
func text(cell any) (string, error) {
	switch v := cell.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	default:
		return "", fmt.Errorf("a cell holds a %T", cell)
	}
}

// formulaStarts begin a formula in spreadsheet programs that open a CSV file (OWASP, "CSV Injection"); programs for
// Chinese and Japanese take the full-width signs too.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

// harmless puts an apostrophe before text that a spreadsheet program would run as a formula, and before text that looks
// as if it had one already, so that a reader can take it off again. A plain number keeps its sign: it computes nothing.
func harmless(s string) string {
	bare := strings.TrimLeft(s, "'")
	if bare == "" || !strings.ContainsRune(formulaStarts, firstRune(bare)) || plainNumber.MatchString(bare) {
		return s
	}
	return "'" + s
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
