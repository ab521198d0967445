package dataset

import (
	"database/sql"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/coverage"
	"doorstep/internal/export"
	"doorstep/internal/survey"
)

// outcomes writes outcome.csv: the final disposition of every case of the campaign and territory, by the form's code, by
// AAPOR's and by that of the DHS surveys, and AAPOR's rates. All records count but rejected ones, whatever states the export holds: rates
// over approved interviews alone would always be good.
func (e *exporter) outcomes(w io.Writer) error {
	cases, err := e.dispositions()
	if err != nil {
		return err
	}
	out, err := export.NewCSV(w, true)
	if err != nil {
		return err
	}
	for _, row := range outcomeRows(cases, e.plan.outcomes) {
		if err := out.Row(row); err != nil {
			return err
		}
	}
	return out.Close()
}

// final is a form's code and what the version of the record says that it means. Where it means nothing, code is "".
type final struct {
	code string
	survey.Disposition
}

// dispositions counts the cases by their final disposition.
func (e *exporter) dispositions() (map[final]int64, error) {
	query, args := e.casesQuery()
	counted := map[final]int64{}
	merged := e.plan.mergedHouseholds()
	count := func(a coverage.Attempt) { counted[final{a.Code, a.Disposition}]++ }
	last, h := "", &coverage.Case{}
	err := collections.Each(e.db, query, args, func(rows *sql.Rows) error {
		var household, person, outcome, received, version string
		if err := rows.Scan(&household, &person, &outcome, &received, &version); err != nil {
			return err
		}
		household, person = e.plan.survivors.Of(household), e.plan.survivors.Of(person)
		at := merged[household]
		if at == nil {
			if household == "" || household != last {
				h.Each(count)
				last, h = household, &coverage.Case{}
			}
			at = h
		}
		f := e.plan.final(outcome, version)
		at.Add(person, coverage.Attempt{Code: f.code, Disposition: f.Disposition, Received: received})
		return nil
	})
	h.Each(count)
	for _, c := range merged {
		c.Each(count)
	}
	return counted, err
}

// casesQuery reads the records household after household: of a territory range by range, of the whole city along the index of
// households, without a sort.
func (e *exporter) casesQuery() (string, []any) {
	where, args := conditions(e.plan, e.sel, `+m.review_state!='rejected'`)
	from, within := fmt.Sprintf(`%q m`, e.plan.tables[0].name), ``
	if !e.sel.Everywhere {
		among, codes := territory.Among(e.sel.Ranges)
		from, within, args = among+` a CROSS JOIN `+from, `m.area>=a.lo AND m.area<a.hi AND `, append(codes, args...)
	}
	return `SELECT m.household, m.person, m.outcome, m.received_at, m.form_version FROM ` + from + ` WHERE ` + within + where +
		` ORDER BY m.household`, args
}

// mergedHouseholds are the cases whose visits do not come one after the other, because they lie under several ids.
func (p *plan) mergedHouseholds() map[string]*coverage.Case {
	m := map[string]*coverage.Case{}
	for id := range p.survivors {
		m[p.survivors.Of(id)] = &coverage.Case{}
	}
	return m
}

// final is what a code means in the version that a record names, else in the newest.
func (p *plan) final(code, version string) final {
	meanings, known := p.dispositions[version]
	if !known {
		meanings = p.dispositions[p.form.Version]
	}
	if meaning, ok := meanings.Of(code); ok {
		return final{code, meaning}
	}
	return final{}
}

type classText struct {
	class  survey.Class
	zh, en string
}

var classes = []classText{
	{survey.Interview, "完成", "complete interview"}, {survey.Partial, "部分完成", "partial interview"},
	{survey.Refusal, "拒访与中断", "refusal and break-off"},
	{survey.NonContact, "未接触到", "non-contact"}, {survey.Other, "其他未访", "other"}, {survey.UnknownHousing, "不明是否住宅", "unknown if housing unit"},
	{survey.UnknownOther, "不明有无调查对象", "unknown, other"}, {survey.NotEligible, "不属于调查对象", "not eligible"},
}

var rateNames = []struct {
	prefix string
	name   survey.Words
}{
	{"RR", survey.WordsOf("应答率", "response rate")}, {"COOP", survey.WordsOf("合作率", "cooperation rate")},
	{"REF", survey.WordsOf("拒访率", "refusal rate")}, {"CON", survey.WordsOf("接触率", "contact rate")},
}

func outcomeRows(cases map[final]int64, choices []Choice) [][]any {
	codes, aapor, dhs, counts := map[string]int64{}, map[string]int64{}, map[string]int64{}, coverage.Counts{}
	for f, n := range cases {
		codes[f.code] += n
		if f.code != "" {
			aapor[f.AAPOR] += n
			dhs[f.DHS] += n
			counts[f.Class] += n
		}
	}
	rows := [][]any{{"kind", "code", "zh", "en", "value"}}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		label := labelOf(choices, code)
		if code == "" {
			rows = append(rows, []any{"disposition", nil, "没有结果代码", "no disposition code", codes[code]})
			continue
		}
		rows = append(rows, []any{"disposition", code, text(label.ZH), text(label.EN), codes[code]})
	}
	for _, code := range slices.Sorted(maps.Keys(aapor)) {
		zh, en, _ := survey.DispositionText(code)
		rows = append(rows, []any{"aapor", code, zh, en, aapor[code]})
	}
	for _, code := range slices.Sorted(maps.Keys(dhs)) {
		zh, en, _ := survey.HouseholdResultText(code)
		rows = append(rows, []any{"dhs", code, zh, en, dhs[code]})
	}
	for _, c := range classes {
		rows = append(rows, []any{"class", string(c.class), c.zh, c.en, counts[c.class]})
	}
	share, known := counts.Eligibility()
	e := []any{"estimate", "e", "不明者中符合条件的估计比例", "estimated share of eligible cases among the unknown", nil}
	if known {
		e[4] = share
	}
	rows = append(rows, e)
	for _, r := range counts.Rates(share) {
		name := rateName(r.Name)
		row := []any{"rate", r.Name, name.ZH, name.EN, nil}
		if r.Defined {
			row[4] = r.Value
		}
		rows = append(rows, row)
	}
	return rows
}

// labelOf is the choice of a code; an empty one where there is none.
func labelOf(choices []Choice, code string) Choice {
	if i := slices.IndexFunc(choices, func(c Choice) bool { return c.Code == code }); i >= 0 {
		return choices[i]
	}
	return Choice{}
}

func rateName(code string) survey.Words {
	for _, r := range rateNames {
		if strings.HasPrefix(code, r.prefix) {
			return r.name
		}
	}
	return survey.Words{}
}
