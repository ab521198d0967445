package xlsform

import "regexp"

// The words of an expression as far as telling a text from an expression needs them, tried in this order at each
// position, so that the hyphens of 2024-05-01 and the dots of 1.5 are not taken for operators.
var tokens = []struct {
	kind byte // m operator, u union, r reference, f function call, other characters are of no interest
	re   *regexp.Regexp
}{
	{' ', regexp.MustCompile(`^-?\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}([+-]\d{2}:\d{2}|Z)?)?`)},
	{' ', regexp.MustCompile(`^\d{2}:\d{2}:\d{2}([+-]\d{2}:\d{2}|Z)?`)},
	{' ', regexp.MustCompile(`^-?(\d+\.\d*|\.\d+|\d+)`)},
	{'m', regexp.MustCompile(`^([*+]| mod | div )`)},
	{'-', regexp.MustCompile(`^-`)},
	{'u', regexp.MustCompile(`^\|`)},
	{' ', regexp.MustCompile(`^("[^"]*"|'[^']*')`)},
	{'r', regexp.MustCompile(`^\$\{(last-saved#)?` + ncName + `\}`)},
	{'f', regexp.MustCompile(`^` + ncName + `(:` + ncName + `)?\(`)},
	{' ', regexp.MustCompile(`^` + ncName + `(:` + ncName + `)?`)},
	{' ', regexp.MustCompile(`(?s)^.`)},
}

// hyphenated are the types whose plain values have hyphens.
var hyphenated = set("date", "dateTime", "geopoint", "geotrace", "geoshape")

// dynamicDefault reports whether a default is an expression: it calculates, calls a function or refers to an answer.
func dynamicDefault(text, questionType string) bool {
	for text != "" {
		kind, n := nextToken(text)
		switch kind {
		case '-':
			return !hyphenated[questionType]
		case 'm', 'u', 'r', 'f':
			return true
		}
		text = text[n:]
	}
	return false
}

func nextToken(text string) (byte, int) {
	for _, t := range tokens {
		if at := t.re.FindStringIndex(text); at != nil {
			return t.kind, at[1]
		}
	}
	return ' ', len(text)
}
