package linkage

import (
	"math"
	"slices"
	"time"
)

// modelVersion is raised when a model means something else than before.
const modelVersion = 1

// Model is what was learned from records: for each column how often records of one person, of others in one household and
// of others agree at each level.
type Model struct {
	Version    int           `json:"version"`
	Made       time.Time     `json:"made"`
	Seed       uint64        `json:"seed"`
	Records    int           `json:"records"`
	Possible   int64         `json:"possible_pairs"`
	Compared   int64         `json:"compared_pairs"`
	Match      float64       `json:"match"`     // share of the possible pairs that are one person
	Household  float64       `json:"household"` // and that are others of one household
	Iterations int           `json:"iterations"`
	Columns    []ColumnModel `json:"columns"`
	Passes     []Pass        `json:"passes"`
}

// ColumnModel holds the levels of one column.
type ColumnModel struct {
	Role   Role         `json:"role"`
	Column string       `json:"column"`
	Given  string       `json:"given,omitempty"` // the columns that it depends on
	Levels []LevelModel `json:"levels"`
}

// LevelModel is one level: shares without regard to the column that it depends on, where that agrees, and where not.
type LevelModel struct {
	ZH        string     `json:"zh"`
	EN        string     `json:"en"`
	Match     [3]float64 `json:"m"`
	Others    [3]float64 `json:"u"`
	Household [3]float64 `json:"h"`
	Weight    [3]float64 `json:"weight"` // log2 of m over u
}

// rates are the shares of the levels of one aspect under each class of the aspect it depends on.
type rates [3][maxLevels]float64

// params are the shares of all aspects.
type params struct {
	m, u, h          []rates
	kin              []rates // pairs of one household by their levels, as counted; nil before
	match, household float64
	alone            bool    // nothing but names, where they are Chinese, and dates tells who somebody is
	twins            float64 // of two people of one household, how many have one birth date
}

// namesakes is how many of two people of one family have the same given name, where names are not Chinese.
const namesakes = 0.05

// brothers reports whether a list has brothers and sisters, where names are not Chinese and days of birth are told: of those whom
// the records show to be of one family, many are less than a generation apart.
func (t *Table) brothers(p *params) bool {
	birth := t.aspectOf(BirthDate)
	if p.household == 0 || t.aspectOf(GivenName) < 0 || !t.dated(p, daysTell) {
		return false
	}
	share := 0.0
	for l := dateShift; l <= dateOther; l++ {
		share += p.h[birth][0][l]
	}
	return share > manyBrothers
}

// manyBrothers lies between the shares that were learned from lists of parents with one child each, .01, and of families with
// several, .35 to .7.
const manyBrothers = 0.2

// usualTwins is how many of two people of one household have one birth date, before the records are seen.
const usualTwins = 0.03

// start is what is expected before the records are seen.
func (t *Table) start() params {
	p := params{m: make([]rates, len(t.aspects)), u: make([]rates, len(t.aspects)), h: make([]rates, len(t.aspects))}
	for i, f := range t.aspects {
		for class := range p.m[i] {
			var m, u float64
			for _, g := range *f.scale {
				m, u = m+g.m, u+g.u
			}
			for l, g := range *f.scale {
				p.m[i][class][l], p.u[i][class][l] = g.m/m, g.u/u
			}
		}
	}
	p.twins = usualTwins
	p.match = min(0.01, 0.2*float64(t.Len())/float64(max(1, t.possible())))
	if t.households() {
		p.household = p.match
	} else {
		p.alone = t.han
	}
	t.others(&p)
	return p
}

// households reports whether there is anything by which people of one household, or of one family, are told: what they
// share other than the surname; an empty column tells nothing.
func (t *Table) households() bool {
	return slices.ContainsFunc(t.aspects, func(f aspect) bool { return f.shared && f.role != Surname && len(f.values) > 1 })
}

// own bounds how often what is somebody's own differs between two records of one person, where there are households:
// else brothers, sisters and twins, who share the rest, would be learned to be one person.
func (t *Table) own(p *params) {
	loose := 1.0
	if t.dated(p, daysTell) { // relatives are told by their days
		loose = 3
	}
	for i, f := range t.aspects {
		for class := range p.m[i] {
			m := &p.m[i][class]
			switch f.role {
			case GivenName:
				m[nameOther], m[namePart], m[nameNick] = min(m[nameOther], 0.03*loose), min(m[namePart], 0.06*loose), min(m[nameNick], 0.05)
				if p.household == 0 {
					m[namePart], m[nameNick] = min(m[namePart], 0.02), min(m[nameNick], 0.03)
				}
			case BirthDate:
				m[dateOther], m[dateGeneration] = min(m[dateOther], 0.05*loose), min(m[dateGeneration], 0.002*loose)
				if p.household == 0 { // names alone tell of those whose dates differ, and many people have one name
					for l, most := range map[level]float64{dateOther: 0.003, dateYear: 0.001, dateShift: 0.002, dateTwoParts: 0.002} {
						m[l] = min(m[l], most)
					}
				}
			case Sex:
				m[sameOther] = min(m[sameOther], 0.02)
			}
			normalise(m)
		}
	}
}

// others sets what is expected of two people of one household: what a household shares agrees as it does for one person,
// what is their own as it does for anyone, with brothers and sisters who share a character of the name, twins who
// share the birth date, and numbers of another member of the family.
func (t *Table) others(p *params) {
	for i, f := range t.aspects {
		for class := range p.h[i] {
			h := &p.h[i][class]
			for l := range *f.scale {
				m, u := p.m[i][class][l], p.u[i][class][l]
				switch {
				case f.role == Surname:
					h[l] = 0.6*m + 0.4*u
				case f.shared:
					h[l] = 0.9*m + 0.1*u
				default:
					h[l] = u
				}
			}
			switch f.role {
			case GivenName:
				h[nameSame] *= 0.2
				h[nameNick] = max(h[nameNick], 0.02)
				share := t.alikeAtHome(p, i)
				rest := 0.0
				for l := range h {
					if level(l) != namePart {
						rest += h[l]
					}
				}
				h[namePart] = max(h[namePart], rest*share/(1-share))
				if !t.han { // children are called after their parents
					h[nameSame] = max(h[nameSame], namesakes)
				}
			case BirthDate:
				h[dateSame] = max(h[dateSame], p.twins)
			case IDNumber:
				h[numberSame] = max(h[numberSame], 0.005)
				h[numberTwo] = max(h[numberTwo], 0.02)
			}
			normalise(h)
			if f.role == BirthDate && p.kin != nil && t.han { // brothers and sisters follow one another; their names differ
				lean(h, &p.kin[i][2], usualKin)
				h[dateSame] = max(h[dateSame], p.twins)
				normalise(h)
			}
		}
		if p.kin != nil && (t.told(f.role) || f.role == Surname && t.dated(p, yearsTell)) {
			for class := range p.h[i] {
				lean(&p.h[i][class], &p.kin[i][class], usualKin)
				if f.role == BirthDate && p.u[i][class][dateSame] < daysTell {
					atMost(&p.h[i][class], dateSame, mostOfOneDay)
				}
			}
		}
	}
}

// alikeAtHome is how many of two of one household have given names that are the same in part, where names are Chinese: a quarter, or more
// where more were counted.
func (t *Table) alikeAtHome(p *params, aspect int) float64 {
	if p.kin == nil || !t.han {
		return usualAlike
	}
	part, all := usualAlike*usualKin, float64(usualKin)
	for class := range p.kin[aspect] {
		for l, n := range p.kin[aspect][class] {
			all += n
			if level(l) == namePart {
				part += n
			}
		}
	}
	return min(mostAlike, max(usualAlike, part/all))
}

// Bounds of how many of two of one household have given names that are the same in part.
const usualAlike, mostAlike = 0.25, 0.7

// mostOfOneDay is how many of two of one family are twins at the most, where days of birth are told: one birth in eighty is of twins.
const mostOfOneDay = 0.01

// atMost bounds the share of the levels up to one.
func atMost(h *[maxLevels]float64, last level, most float64) {
	sum := 0.0
	for l := level(1); l <= last; l++ {
		sum += h[l]
	}
	if sum <= most {
		return
	}
	for l := range h {
		if level(l) <= last {
			h[l] *= most / sum
		} else {
			h[l] *= (1 - most) / (1 - sum)
		}
	}
}

// usualKin is how many pairs what is expected of two people of one household weighs as much as.
const usualKin = 100

// told reports whether the records tell how often two people of one household agree in an aspect: where names are not Chinese, sons are
// called as their fathers and have their trade, in one list more often than in another.
func (t *Table) told(r Role) bool {
	return !t.han && slices.Contains([]Role{GivenName, FullName, Sex, BirthDate, Exact}, r)
}

// Shares of strangers of one birth date, where names are not Chinese. Up to the first the years at least tell people apart, and
// relatives are known well enough to count how many share a surname; up to the second days are told, and clusters say how
// unlikely a pair is.
const yearsTell, daysTell = 0.01, 0.002

// dated reports whether birth dates tell people apart so well, where names are not Chinese.
func (t *Table) dated(p *params, most float64) bool {
	birth := t.aspectOf(BirthDate)
	return !t.han && birth >= 0 && p.u[birth][0][dateSame] < most
}

func normalise(r *[maxLevels]float64) {
	sum := 0.0
	for _, x := range r {
		sum += x
	}
	for l := range r {
		r[l] /= sum
	}
}

// monotone makes weights fall from the best level to the worst: levels that are out of order get the weight that they
// have together. A nickname tells more than a name that is the same in part, which brothers and sisters have.
func (t *Table) monotone(p *params) {
	for i, f := range t.aspects {
		for class := range p.m[i] {
			m, u := p.m[i][class][1:len(*f.scale)], p.u[i][class][1:len(*f.scale)]
			if f.scale != &nameScale {
				pool(m, u)
				continue
			}
			nick := m[nameNick-1] / u[nameNick-1]
			pool(m, u)
			m[nameNick-1] = nick * u[nameNick-1]
		}
	}
	t.others(p)
}

// pool adjusts m so that m over u never rises: neighbours that violate it are pooled, as isotonic regression does.
func pool(m, u []float64) {
	type block struct {
		m, u float64
		n    int
	}
	var blocks []block
	for i := range m {
		blocks = append(blocks, block{m[i], u[i], 1})
		for n := len(blocks); n > 1 && blocks[n-1].m*blocks[n-2].u > blocks[n-2].m*blocks[n-1].u; n = len(blocks) {
			blocks[n-2] = block{blocks[n-2].m + blocks[n-1].m, blocks[n-2].u + blocks[n-1].u, blocks[n-2].n + blocks[n-1].n}
			blocks = blocks[:n-1]
		}
	}
	i := 0
	for _, b := range blocks {
		for range b.n {
			m[i] = u[i] * b.m / b.u
			i++
		}
	}
}

// describe writes the shares down.
func (t *Table) describe(p *params) (out []ColumnModel) {
	for i, f := range t.aspects {
		c := ColumnModel{Role: f.role, Column: f.column}
		for n, parent := range f.parents {
			c.Given += []string{"", ", "}[min(n, 1)] + t.aspects[parent].column
		}
		for l := 1; l < len(*f.scale); l++ {
			g := LevelModel{ZH: (*f.scale)[l].zh, EN: (*f.scale)[l].en}
			for class := range 3 {
				g.Match[class], g.Others[class], g.Household[class] = p.m[i][class][l], p.u[i][class][l], p.h[i][class][l]
				g.Weight[class] = math.Log2(p.m[i][class][l] / p.u[i][class][l])
			}
			c.Levels = append(c.Levels, g)
		}
		out = append(out, c)
	}
	return out
}
