package collections

import (
	"time"

	"doorstep/internal/survey"
)

// Days are a first and a last day, YYYY-MM-DD in the zone of the survey; an empty one is no bound.
type Days struct{ From, To string }

// Where is the condition that a column of moments lies in the days, beginning with AND unless it is empty. wrong names the bound that
// is no day, "from" or "to".
func (d Days) Where(column string) (where string, args []any, wrong string) {
	for _, bound := range []struct {
		day, name, op string
		plus          int
	}{{d.From, "from", `>=`, 0}, {d.To, "to", `<`, 1}} {
		if bound.day == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, bound.day, survey.Zone)
		if err != nil {
			return "", nil, bound.name
		}
		where, args = where+` AND `+column+bound.op+`?`, append(args, Stamp(t.AddDate(0, 0, bound.plus)))
	}
	return where, args, ""
}
