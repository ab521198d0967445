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
)

// outcomes writes outcome.csv: the final disposition of every case of the campaign and territory, by code and by class,
// and AAPOR's rates. All records count but rejected ones, whatever states the export holds: rates over approved
// interviews alone would always be good.
func (e *exporter) outcomes(w io.Writer) error {
	codes, err := e.dispositions()
	if err != nil {
		return err
	}
	out, err := export.NewCSV(w, true)
	if err != nil {
		return err
	}
	for _, row := range outcomeRows(codes, e.plan.outcomes) {
		if err := out.Row(row); err != nil {
			return err
		}
	}
	return out.Close()
}

// dispositions counts the cases by final disposition code; "" counts those without a code of AAPOR's.
func (e *exporter) dispositions() (map[string]int64, error) {
	query, args := e.casesQuery()
	codes := map[string]int64{}
	merged := e.plan.mergedHouseholds()
	var h *cases
	err := collections.Each(e.db, query, args, func(rows *sql.Rows) error {
		var household, person, outcome, received string
		if err := rows.Scan(&household, &person, &outcome, &received); err != nil {
			return err
		}
		household, person = orNone(e.plan.survivor(household)), orNone(e.plan.survivor(person))
		at := merged[household]
		if at == nil {
			if h == nil || household == "" || household != h.household {
				h.count(codes)
				h = newCases(household)
			}
			at = h
		}
		at.add(person, attempt{outcome, received})
		return nil
	})
	h.count(codes)
	for _, c := range merged {
		c.count(codes)
	}
	return codes, err
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
	return `SELECT m.household, m.person, m.outcome, m.received_at FROM ` + from + ` WHERE ` + within + where + ` ORDER BY m.household`, args
}

// mergedHouseholds are the cases whose visits do not come one after the other, because they lie under several ids.
func (p *plan) mergedHouseholds() map[string]*cases {
	m := map[string]*cases{}
	for id := range p.survivors {
		into := orNone(p.survivor(id))
		m[into] = newCases(into)
	}
	return m
}

// cases are the visits to one household. The case is the household, or each person of it that was a record of its own:
// then a visit that met nobody belongs to those persons and is no case beside them.
type cases struct {
	household string
	final     map[string]attempt // by person, "" for the household itself
}

func newCases(household string) *cases {
	return &cases{household: household, final: map[string]attempt{}}
}

type attempt struct{ code, received string }

// finality orders the classes that a later attempt does not undo. Among the others the last attempt counts.
var finality = map[coverage.Class]int{coverage.Interview: 3, coverage.Partial: 2, coverage.Refusal: 1}

func (c *cases) add(person string, a attempt) {
	class, known := coverage.Classify(a.code)
	if !known {
		a.code = ""
	}
	have, ok := c.final[person]
	if !ok {
		c.final[person] = a
		return
	}
	old, _ := coverage.Classify(have.code)
	better := finality[class] - finality[old]
	if better > 0 || better == 0 && a.received >= have.received {
		c.final[person] = a
	}
}

// count adds the final dispositions; there are none of no cases.
func (c *cases) count(codes map[string]int64) {
	if c == nil {
		return
	}
	for person, a := range c.final {
		if person != "" || len(c.final) == 1 {
			codes[a.code]++
		}
	}
}

var classes = []struct {
	class  coverage.Class
	zh, en string
}{
	{coverage.Interview, "完成", "complete interview"}, {coverage.Partial, "部分完成", "partial interview"}, {coverage.Refusal, "拒访与中断", "refusal and break-off"},
	{coverage.NonContact, "未接触到", "non-contact"}, {coverage.Other, "其他未访", "other"}, {coverage.UnknownHousing, "不明是否住宅", "unknown if housing unit"},
	{coverage.UnknownOther, "不明有无调查对象", "unknown, other"}, {coverage.NotEligible, "不属于调查对象", "not eligible"},
}

var rateNames = []struct {
	prefix string
	name   Text
}{
	{"RR", Text{"应答率", "response rate"}}, {"COOP", Text{"合作率", "cooperation rate"}}, {"REF", Text{"拒访率", "refusal rate"}}, {"CON", Text{"接触率", "contact rate"}},
}

func outcomeRows(codes map[string]int64, choices []Choice) [][]any {
	rows := [][]any{{"kind", "code", "zh", "en", "value"}}
	counts := coverage.Counts{}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		class, ok := coverage.Classify(code)
		if !ok {
			rows = append(rows, []any{"disposition", nil, "没有结果代码", "no disposition code", codes[code]})
			continue
		}
		counts[class] += codes[code]
		label := Choice{}
		if i := slices.IndexFunc(choices, func(c Choice) bool { return c.Code == code }); i >= 0 {
			label = choices[i]
		}
		rows = append(rows, []any{"disposition", code, text(label.ZH), text(label.EN), codes[code]})
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

func rateName(code string) Text {
	for _, r := range rateNames {
		if strings.HasPrefix(code, r.prefix) {
			return r.name
		}
	}
	return Text{}
}
