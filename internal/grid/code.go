package grid

import (
	"fmt"
	"regexp"
	"strings"
)

// Level is how fine an area is.
type Level string

const (
	City      Level = "city"
	District  Level = "district"
	Street    Level = "street"
	Community Level = "community"
	Grid      Level = "grid"
)

// prefixes are the levels with a fixed number of digits (GB/T 2260, GB/T 10114 and the 12-digit statistical code).
// A grid is a community and a suffix whose shape each city decides.
var prefixes = []struct {
	level  Level
	digits int
}{{City, 4}, {District, 6}, {Street, 9}, {Community, 12}}

var finest = len(prefixes)

// depth is 0 for a city and grows with every finer level; -1 for a word that is no level.
func (l Level) depth() int {
	for i, p := range prefixes {
		if p.level == l {
			return i
		}
	}
	if l == Grid {
		return finest
	}
	return -1
}

// DefaultSuffix is the grid suffix in most cities: a three-digit sequence.
const DefaultSuffix = `[0-9]{3}`

// Codes knows how area codes are written in one city.
type Codes struct{ suffix *regexp.Regexp }

// NewCodes takes the regular expression of what follows the 12 community digits in a grid code, such as
// DefaultSuffix, `[0-9]{2}` (CJ/T 349-2010) or `[A-Z]?[0-9]{3}`. It fails when the pattern does not compile or
// accepts an empty suffix.
func NewCodes(suffix string) (Codes, error) {
	re, err := regexp.Compile(`^(?:` + suffix + `)$`)
	if err != nil {
		return Codes{}, fmt.Errorf("grid suffix pattern: %w", err)
	}
	if re.MatchString("") {
		return Codes{}, fmt.Errorf("grid suffix pattern %q accepts an empty suffix", suffix)
	}
	return Codes{re}, nil
}

// Level tells the level of a code; ok is false when it is no area code.
func (c Codes) Level(code string) (level Level, ok bool) {
	for _, p := range prefixes {
		if len(code) == p.digits && digits(code) {
			return p.level, true
		}
	}
	community := prefixes[finest-1].digits
	if len(code) > community && digits(code[:community]) && c.suffix.MatchString(code[community:]) {
		return Grid, true
	}
	return "", false
}

// Parent is the code of the area one level up, "" for a city or for what is no area code.
func (c Codes) Parent(code string) string {
	level, ok := c.Level(code)
	if !ok || level == City {
		return ""
	}
	return code[:prefixes[level.depth()-1].digits]
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// under reports whether code is the area with that prefix or lies in it. An empty prefix holds nothing, so that a
// worker without a territory does not see everything.
func under(code, prefix string) bool {
	return prefix != "" && strings.HasPrefix(code, prefix)
}

// UnderAny reports whether code lies in one of the areas of a territory.
func UnderAny(code string, territory []string) bool {
	for _, prefix := range territory {
		if under(code, prefix) {
			return true
		}
	}
	return false
}
