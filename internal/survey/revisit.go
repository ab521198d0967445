package survey

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Revisit is a campaign's rule of when somebody goes to a household again. The zero value is no rule.
type Revisit struct {
	Attempts int     `json:"attempts"` // in all, the first one included
	Days     int     `json:"days"`     // between two of them, at least
	Classes  []Class `json:"classes"`  // of results that are not final; non-contact where there are none
}

// ParseRevisit reads a rule; "" is none. It fails where the rule could never end or never begin.
func ParseRevisit(text string) (r Revisit, err error) {
	if text == "" || text == "null" {
		return Revisit{}, nil
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return Revisit{}, fmt.Errorf("revisit rule: %w", err)
	}
	if r.Attempts < 2 || r.Attempts > 20 || r.Days < 0 || r.Days > 365 {
		return Revisit{}, fmt.Errorf("revisit rule: %d attempts, %d days", r.Attempts, r.Days)
	}
	return r, nil
}

// Again reports whether a result of that class asks for another attempt.
func (r Revisit) Again(class Class) bool {
	if r.Attempts == 0 {
		return false
	}
	if len(r.Classes) == 0 {
		return class == NonContact
	}
	return slices.Contains(r.Classes, class)
}

// DayPart is a part of the week in which people are at home or not.
type DayPart struct{ Code, ZH, EN string }

// dayParts in the order in which they are tried: those that differ most from a weekday's working hours first.
var dayParts = []DayPart{
	{"evening", "晚上（18–21 时）", "evening (18–21)"}, {"weekend", "周末", "weekend"}, {"morning", "上午", "morning"},
	{"afternoon", "下午", "afternoon"},
}

// partOf is the part of the week of a moment, in the survey's zone.
func partOf(t time.Time) string {
	t = t.In(Zone)
	switch day, hour := t.Weekday(), t.Hour(); {
	case day == time.Saturday || day == time.Sunday:
		return "weekend"
	case hour >= 18:
		return "evening"
	case hour >= 12:
		return "afternoon"
	}
	return "morning"
}

// Next is the day from which the next attempt is due and the part of the week to try: one that was not tried yet, else the one
// that was tried longest ago. ok is false when there were attempts enough. made are the earlier ones, the first one first.
func (r Revisit) Next(made []time.Time) (due time.Time, part DayPart, ok bool) {
	if len(made) == 0 || len(made) >= r.Attempts {
		return time.Time{}, DayPart{}, false
	}
	tried := map[string]int{}
	for i, at := range made {
		tried[partOf(at)] = i + 1
	}
	part = slices.MinFunc(dayParts, func(a, b DayPart) int { return tried[a.Code] - tried[b.Code] })
	due = made[len(made)-1].In(Zone).AddDate(0, 0, r.Days)
	weekend := func(t time.Time) bool { return partOf(t) == "weekend" }
	for weekend(due) != (part.Code == "weekend") {
		due = due.AddDate(0, 0, 1)
	}
	return due, part, true
}
