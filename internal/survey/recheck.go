package survey

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Recheck is what a campaign's re-interviews ask. The zero value is the campaign's own form, and of it the questions with one choice.
type Recheck struct {
	Form      string   `json:"form"`      // "" for the campaign's own
	Questions []string `json:"questions"` // names of those that are compared; none for all with one choice
}

// mostRechecked is how many questions a re-interview may compare.
const mostRechecked = 200

// ParseRecheck reads what a campaign keeps; "" and null are the zero value. It fails where a question has no name or two.
func ParseRecheck(text string) (r Recheck, err error) {
	if text == "" || text == "null" {
		return r, nil
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return Recheck{}, fmt.Errorf("recheck: %w", err)
	}
	names := slices.Clone(r.Questions)
	slices.Sort(names)
	if len(names) > mostRechecked || slices.Contains(names, "") || len(slices.Compact(names)) < len(r.Questions) {
		return Recheck{}, fmt.Errorf("recheck: %d questions, each needs a name of its own", len(r.Questions))
	}
	return r, nil
}
