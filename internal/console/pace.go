package console

import (
	"cmp"
	"maps"
	"slices"
	"strings"
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
	Code string `json:"code"`
	Text Text   `json:"text"`
	N    int64  `json:"n"`
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

// ReadPace counts the visits of a form that were not rejected, and their cases. It reads the index of their areas, so that it costs
// what lies there.
func ReadPace(db collections.DB, k Known, act access.Act, form, area string) (Pace, error) {
	p := Pace{Outcomes: []OutcomeCount{}, Days: []PaceOfDay{}}
	days, cases, outcomes := lastDays(act.Now), newTally(), map[string]*OutcomeCount{}
	for _, table := range tablesOf(k.Library, form) {
		in, ok := k.Library.ByTable(table)
		if !ok {
			continue
		}
		visits := coverage.Visits{Table: table, Ranges: act.Actor.Ranges(area), Meaning: meanings(k.Library, table)}
		err := coverage.EachCase(db, visits, func(a coverage.Attempt) {
			days.add(a.Received, a.Class == survey.Interview || a.Class == survey.Partial)
			if outcomes[a.Code] == nil {
				outcomes[a.Code] = &OutcomeCount{Code: a.Code, Text: outcomeText(k.Library, table, in.Version, a.Code)}
			}
			outcomes[a.Code].N++
		}, cases.add)
		if err != nil {
			return p, err
		}
	}
	for _, o := range outcomes {
		p.Outcomes = append(p.Outcomes, *o)
	}
	slices.SortFunc(p.Outcomes, func(a, b OutcomeCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Code, b.Code)) })
	all, err := cases.line("")
	p.Classes, p.Rates, p.Days = all.Classes, all.Rates, days.list()
	return p, err
}

// daily counts by day of the survey's zone.
type daily struct {
	from string                // the first moment of the first day
	by   map[string]*PaceOfDay // by day
	at   map[string]*PaceOfDay // by hour of the database's clock; nil for one that is too old
}

func lastDays(now time.Time) daily {
	local := now.In(survey.Zone)
	first := time.Date(local.Year(), local.Month(), local.Day()-paceDays+1, 0, 0, 0, 0, survey.Zone)
	d := daily{collections.Stamp(first), map[string]*PaceOfDay{}, map[string]*PaceOfDay{}}
	for i := range paceDays {
		day := first.AddDate(0, 0, i).Format(time.DateOnly)
		d.by[day] = &PaceOfDay{Day: day}
	}
	return d
}

func (d daily) add(received string, complete bool) {
	if received < d.from || len(received) < len(hour) {
		return
	}
	one, known := d.at[received[:len(hour)]]
	if !known {
		if at, err := time.Parse(hour, received[:len(hour)]); err == nil {
			one = d.by[at.In(survey.Zone).Format(time.DateOnly)]
		}
		d.at[received[:len(hour)]] = one
	}
	if one == nil {
		return
	}
	if one.Visits++; complete {
		one.Complete++
	}
}

const hour = "2006-01-02 15"

func (d daily) list() []PaceOfDay {
	all := []PaceOfDay{}
	for _, one := range slices.SortedFunc(maps.Values(d.by), func(a, b *PaceOfDay) int { return strings.Compare(a.Day, b.Day) }) {
		all = append(all, *one)
	}
	return all
}
