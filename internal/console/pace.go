package console

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/coverage"
	"doorstep/internal/survey"
)

// Pace is what came of the visits of a form in an area, and how many arrived on each of the last days. Classes and rates are of
// cases: a household that was visited twice is one.
type Pace struct {
	Outcomes []OutcomeCount   `json:"outcomes"` // the most frequent first
	Classes  map[string]int64 `json:"classes"`  // by AAPOR's groups
	Rates    []Rate           `json:"rates"`
	Days     []PaceOfDay      `json:"days"` // the oldest first
}

// OutcomeCount is how many visits ended in one way.
type OutcomeCount struct {
	Code string       `json:"code"`
	Text survey.Words `json:"text"`
	N    int64        `json:"n"`
}

// Rate is one of AAPOR's rates; Value is nil where there is nothing to divide by.
type Rate struct {
	Name  string   `json:"name"`
	Value *float64 `json:"value"`
}

// PaceOfDay is what arrived on one day.
type PaceOfDay struct {
	Day      string `json:"day"`
	Visits   int64  `json:"visits"`
	Complete int64  `json:"complete"` // with a complete or partial interview
}

// paceDays is how many days the pace goes back.
const paceDays = 30

// ReadPace counts the visits of a form that were not rejected, and their cases. It reads what is kept of areas and days; of less than a
// district it costs the visits that lie there.
func ReadPace(db collections.DB, k Known, act access.Act, form, area string) (Pace, error) {
	p := Pace{Outcomes: []OutcomeCount{}, Days: []PaceOfDay{}}
	days, cases, outcomes := lastDays(act.Now), &tally{}, map[string]*OutcomeCount{}
	for _, table := range tablesOf(k.Library, form) {
		in, ok := k.Library.ByTable(table)
		if !ok {
			continue
		}
		visits := coverage.Visits{Table: table, Ranges: act.Actor.Ranges(area), Meaning: coverage.Meanings(k.Library, table)}
		err := coverage.EachArrival(db, visits, func(day string, a coverage.Attempt, n int64) {
			if one := days[day]; one != nil {
				one.Visits += n
				if a.Class == survey.Interview || a.Class == survey.Partial {
					one.Complete += n
				}
			}
			if outcomes[a.Outcome] == nil {
				outcomes[a.Outcome] = &OutcomeCount{Code: a.Outcome, Text: outcomeText(k.Library, table, in.Version, a.Outcome)}
			}
			outcomes[a.Outcome].N += n
		})
		if err == nil {
			err = coverage.EachFinal(db, visits, coverage.Lines{}, cases.add)
		}
		if err != nil {
			return p, err
		}
	}
	for _, o := range outcomes {
		p.Outcomes = append(p.Outcomes, *o)
	}
	slices.SortFunc(p.Outcomes, func(a, b OutcomeCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Code, b.Code)) })
	for _, day := range slices.Sorted(maps.Keys(days)) {
		p.Days = append(p.Days, *days[day])
	}
	all, err := cases.line("")
	p.Classes, p.Rates = all.Classes, all.Rates
	return p, err
}

// lastDays are the days of the pace, by their dates.
func lastDays(now time.Time) map[string]*PaceOfDay {
	days := map[string]*PaceOfDay{}
	for i := range paceDays {
		day := now.In(survey.Zone).AddDate(0, 0, -i).Format(time.DateOnly)
		days[day] = &PaceOfDay{Day: day}
	}
	return days
}
