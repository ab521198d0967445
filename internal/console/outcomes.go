package console

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/coverage"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// Ways in which outcomes are counted.
const (
	ByArea     = "area"
	ByWorker   = "worker"
	ByCampaign = "campaign"
)

// OutcomeFilter says which cases are counted, and by what.
type OutcomeFilter struct {
	Form, Area, Campaign string
	By, Level            string // Level of ByArea: city, district, street, community, grid
	E                    string // the share of eligible cases among the unknown; "" for the estimate of each line
	Cursor               string
	Limit                int
}

// Outcomes are AAPOR's final dispositions and rates of cases, in all and by area, worker or campaign.
type Outcomes struct {
	Total OutcomeLine   `json:"total"`
	Items []OutcomeLine `json:"items"` // in the order of their keys
	Next  *string       `json:"next"`
}

// OutcomeLine is one of them. A case without a disposition counts in Cases alone.
type OutcomeLine struct {
	Key     string           `json:"key"`
	Name    string           `json:"name"`
	Cases   int64            `json:"cases"`
	Codes   []Disposition    `json:"codes"`   // by AAPOR's code
	Classes map[string]int64 `json:"classes"` // by AAPOR's groups
	E       *float64         `json:"e"`       // nil where nothing is known of it
	Given   bool             `json:"e_given"` // E is the caller's own, no estimate
	Rates   []Rate           `json:"rates"`
}

// Disposition is how many cases ended in one of AAPOR's codes, which the DHS surveys know as a household result.
type Disposition struct {
	AAPOR string       `json:"aapor"`
	DHS   string       `json:"dhs"`
	Text  survey.Words `json:"text"`
	N     int64        `json:"n"`
}

// ReadOutcomes counts the cases of a form in the actor's territory. It reads what is kept of areas, of a page's lines where they are
// communities or workers; by grids, and of a territory smaller than a community, it costs what lies there. By workers it is for those who
// may read about them.
func ReadOutcomes(db collections.DB, k Known, actor access.Actor, f OutcomeFilter) (Outcomes, error) {
	out := Outcomes{Items: []OutcomeLine{}}
	if f.By == ByWorker && actor.Where(access.ReadWorker) == access.Nowhere {
		return out, problem.New(problem.NotAllowed, "by")
	}
	key, level, err := f.key()
	if err != nil {
		return out, err
	}
	from, err := parsePosition(f.Cursor)
	if err != nil {
		return out, err
	}
	lines := coverage.Lines{Level: level, Worker: f.By == ByWorker, From: from.id, Most: LimitOf(f.Limit)}
	total, tallies := tally{}, map[string]*tally{}
	for _, table := range tablesOf(k.Library, f.Form) {
		visits := coverage.Visits{Table: table, Ranges: actor.Ranges(f.Area), Campaign: f.Campaign, Meaning: coverage.Meanings(k.Library, table)}
		if err := coverage.EachFinal(db, visits, coverage.Lines{}, total.add); err != nil {
			return out, err
		}
		err := coverage.EachFinal(db, visits, lines, func(a coverage.Attempt, n int64) {
			line := key(a)
			if from != (position{}) && line <= from.id {
				return
			}
			if tallies[line] == nil {
				tallies[line] = &tally{}
			}
			tallies[line].add(a, n)
		})
		if err != nil {
			return out, err
		}
	}
	if out.Total, err = total.line(f.E); err != nil {
		return out, err
	}
	return out, out.page(db, k, f, tallies)
}

// page makes the first lines of those that were counted. One whose cases were all counted otherwise before is left out.
func (o *Outcomes) page(db collections.DB, k Known, f OutcomeFilter, tallies map[string]*tally) error {
	keys := slices.Sorted(maps.Keys(tallies))
	if most := LimitOf(f.Limit); len(keys) > most {
		keys = keys[:most]
		o.Next = position{cmp.Or(f.By, ByArea), keys[most-1]}.cursor()
	}
	keys = slices.DeleteFunc(keys, func(at string) bool { return tallies[at].cases == 0 })
	names, err := f.names(db, k, keys)
	if err != nil {
		return err
	}
	for _, at := range keys {
		line, err := tallies[at].line(f.E)
		if err != nil {
			return err
		}
		line.Key, line.Name = at, names[at]
		o.Items = append(o.Items, line)
	}
	return nil
}

var levels = map[string]int{"city": territory.City, "district": territory.District, "street": territory.Street,
	"community": territory.Community, "grid": territory.Grid}

// key returns by what cases are counted, and the deepest level of areas that it tells apart.
func (f OutcomeFilter) key() (of func(coverage.Attempt) string, level int, err error) {
	level, known := levels[cmp.Or(f.Level, "community")]
	switch {
	case !known:
		return nil, 0, problem.New(problem.BadParameter, "level")
	case f.By == ByArea || f.By == "":
		return func(a coverage.Attempt) string {
			if above := territory.Above(a.Area); level < len(above) {
				return above[level]
			}
			return a.Area
		}, level, nil
	case f.By == ByWorker:
		return func(a coverage.Attempt) string { return a.Worker }, territory.City, nil
	case f.By == ByCampaign:
		return func(a coverage.Attempt) string { return a.Campaign }, territory.City, nil
	}
	return nil, 0, problem.New(problem.BadParameter, "by")
}

// names are what lines are called, by their keys.
func (f OutcomeFilter) names(db collections.DB, k Known, keys []string) (map[string]string, error) {
	table := map[string]string{ByWorker: collections.Workers, ByCampaign: collections.Campaigns}[f.By]
	if table == "" {
		names := map[string]string{}
		for _, key := range keys {
			names[key] = nameOf(k.Areas, key)
		}
		return names, nil
	}
	return namesOf(db, table, keys)
}

// namesOf are what rows of a table are called, by their ids.
func namesOf(db collections.DB, table string, ids []string) (map[string]string, error) {
	query := `SELECT w.id, w.name FROM json_each(?) CROSS JOIN ` + table + ` w ON w.id=json_each.value`
	return collections.Map[string, string](db, query, collections.JSONList(ids))
}

// tally counts cases.
type tally struct {
	cases int64
	codes []coded // a handful
}

// coded counts the cases that ended with one disposition.
type coded struct {
	survey.Disposition
	n int64
}

func (t *tally) add(a coverage.Attempt, n int64) {
	t.cases += n
	if a.Code == "" {
		return
	}
	for i := range t.codes {
		if t.codes[i].Disposition == a.Disposition {
			t.codes[i].n += n
			return
		}
	}
	t.codes = append(t.codes, coded{a.Disposition, n})
}

func (t *tally) counts() coverage.Counts {
	c := coverage.Counts{}
	for _, one := range t.codes {
		if one.n != 0 {
			c[one.Class] += one.n
		}
	}
	return c
}

// line computes the rates for a share of eligible cases, or the estimate of the line's own.
func (t *tally) line(given string) (OutcomeLine, error) {
	counts := t.counts()
	l := OutcomeLine{Cases: t.cases, Codes: []Disposition{}, Classes: map[string]int64{}, Rates: []Rate{}, Given: given != ""}
	e, known := counts.Eligibility()
	if given != "" {
		var err error
		if e, err = strconv.ParseFloat(given, 64); err != nil || !(e >= 0 && e <= 1) {
			return l, problem.New(problem.BadParameter, "e")
		}
		known = true
	}
	if known {
		l.E = &e
	}
	for class, n := range counts {
		l.Classes[string(class)] = n
	}
	for _, one := range t.codes {
		if one.n != 0 {
			zh, en, _ := survey.DispositionText(one.AAPOR)
			l.Codes = append(l.Codes, Disposition{one.AAPOR, one.DHS, survey.WordsOf(zh, en), one.n})
		}
	}
	slices.SortFunc(l.Codes, func(a, b Disposition) int { return cmp.Or(cmp.Compare(a.AAPOR, b.AAPOR), cmp.Compare(a.DHS, b.DHS)) })
	l.Rates = ratesOf(counts, e)
	return l, nil
}

func ratesOf(counts coverage.Counts, e float64) []Rate {
	all := []Rate{}
	for _, r := range counts.Rates(e) {
		one := Rate{Name: r.Name}
		if r.Defined {
			value := r.Value
			one.Value = &value
		}
		all = append(all, one)
	}
	return all
}
