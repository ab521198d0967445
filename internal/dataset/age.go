package dataset

import (
	"fmt"
	"strings"

	"doorstep/internal/survey"
)

const (
	// ageBandColumn is the column of a bind that says how wide the age bands of an answer are in a de-identified export: "1" shows
	// years, anything else bands of five years.
	ageBandColumn = "doorstep:age_band"

	bandYears = 5
	topBand   = 90 // and above: the very old are few
	ageType   = "age"
	areaType  = "area"
	bandType  = "age band"
)

var (
	banded = survey.WordsOf("只留访问时的年龄段：代码是五岁段的第一岁，90 是 90 岁及以上",
		"only the age band at the visit: the code is the first year of five, 90 is 90 and over")
	singleYear = survey.WordsOf("问卷要求逐岁：只留访问时的周岁", "single years, as the form asks: only the age in completed years at the visit")
)

// codesColumn is the column of the survey sheet that names the choice list whose codes a calculation gives.
const codesColumn = "doorstep:codes"

// declared is what the form says of an answer in a column bind::doorstep:…
func declared(q *survey.Question, column string) string {
	for _, b := range q.Bind {
		if b.Name == column {
			return strings.TrimSpace(b.Value)
		}
	}
	return ""
}

// ageSource shows an age as its band, or in years where the form asks for it. A birth date becomes an age.
func (p *plan) ageSource(expr string, v variable, q *survey.Question, age func(value any, visit string) any) source {
	v.Identifier, v.Numeric, v.Disclosure = true, p.labels == "", quasiRole
	if declared(q, ageBandColumn) == "1" {
		v.Why, v.Type, v.Numeric = &singleYear, ageType, true
		if q.Kind == survey.KindDate || q.Kind == survey.KindDateTime {
			v.Name += "/age"
		}
		return source{expr, []variable{v}, func(cells []any, value any, visit string) { cells[0] = age(value, visit) }}
	}
	v.Name, v.Type, v.Why, v.Choices = v.Name+"/age_band", bandType, &banded, bands()
	shown := p.shown(v.Choices)
	return source{expr, []variable{v}, func(cells []any, value any, visit string) {
		years, ok := age(value, visit).(int64)
		if !ok {
			cells[0] = nil
			return
		}
		first := min(years/bandYears*bandYears, topBand)
		if cells[0] = any(first); p.labels != "" {
			cells[0] = shown[fmt.Sprint(first)]
		}
	}}
}

// bands are the age bands: the code is a number, because "5-9" would become a date in a spreadsheet.
func bands() []Choice {
	var all []Choice
	for first := 0; first < topBand; first += bandYears {
		last := first + bandYears - 1
		all = append(all, Choice{fmt.Sprint(first), fmt.Sprintf("%d 至 %d 岁", first, last), fmt.Sprintf("aged %d to %d", first, last)})
	}
	return append(all, Choice{fmt.Sprint(topBand), fmt.Sprintf("%d 岁及以上", topBand), fmt.Sprintf("aged %d and over", topBand)})
}
