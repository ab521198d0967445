package sensitive

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Shape is how much of a value a mask leaves to be seen.
type Shape uint8

// Shapes of masks.
const (
	Nothing Shape = iota // ***, or a blank where the column takes no text
	Name                 // 陈**
	Number               // 440307********123X
	Phone                // 138****5678
	Year                 // 2015-**-**
	Whole                // all of it: sealed at rest, and shown to whoever may read the row
)

// Shape is the mask of an answer on the screen of those who have not asked to see it.
func (c *Classifier) Shape(q *survey.Question) Shape {
	switch p := c.registered(q); {
	case c.Judge(q).Treatment == AsYear:
		return Year
	case slices.Contains([]string{"full_name", "name", "head_name"}, p) || validate.Tells(q, validate.PersonName):
		return Name
	case p == "id_number" || validate.Tells(q, validate.DocumentNumber):
		return Number
	case p == "phone" || validate.Tells(q, validate.PhoneNumber):
		return Phone
	}
	return Nothing
}

// Mask hides a value. What is shorter than the shape expects shows nothing, and nothing stays nothing.
func (s Shape) Mask(value string) string {
	r := []rune(value)
	switch {
	case len(r) == 0:
		return ""
	case s == Whole:
		return value
	case s == Name && len(r) > 1:
		return string(r[:1]) + "**"
	case s == Number && len(r) >= 15:
		return cover(r, 6, 4)
	case s == Phone && len(r) >= 10:
		return cover(r, 3, 4)
	case s == Year && len(r) >= 10 && r[4] == '-':
		return string(r[:4]) + "-**-**"
	}
	return "***"
}

// cover leaves the first and the last characters.
func cover(r []rune, first, last int) string {
	return string(r[:first]) + strings.Repeat("*", len(r)-first-last) + string(r[len(r)-last:])
}
