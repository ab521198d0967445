package linkage

import (
	"fmt"
	"math"
	"sync"
)

// Trained is a model that is learned once and used for single pairs: with how common names are, which a list tells by itself.
type Trained struct {
	Model
	Population int                         `json:"population"` // of the register that pairs are found in: it sets what is expected of any pair
	Common     map[Role]map[string]float64 `json:"common"`     // shares of frequent names

	judges sync.Pool // of *judge
}

// mostCommon is the least share of a name that a trained model keeps; the others are as rare as one in its records.
const mostCommon = 0.0005

// Train is what a result has learned, for a register of so many people.
func (r *Result) Train(population int) *Trained {
	t := &Trained{Model: r.Model, Population: population, Common: map[Role]map[string]float64{}}
	for _, f := range r.t.aspects {
		if f.role != Surname && f.role != GivenName {
			continue
		}
		common := map[string]float64{}
		for i := range f.values {
			if share := float64(f.values[i].count) / float64(r.t.Len()); f.values[i].text != "" && share >= mostCommon {
				common[f.values[i].text] = math.Round(share*1e5) / 1e5
			}
		}
		t.Common[f.role] = common
	}
	return t
}

// Judged is a pair by a trained model.
type Judged struct {
	Probability float64
	Bits        float64    // weight of the evidence
	Sibling     bool       // as likely a brother, sister or twin: nothing to ask
	Look        bool       // for a person to look at, however likely
	Evidence    []Evidence // of one that was asked for
}

// Expected shares of pairs, for each person of a register: those of one person, and others of their household.
const (
	expectedSame  = 0.2
	expectedHouse = 3
)

// judge is what comparing takes that is the same for everybody: the columns, what was read of characters, and the weights. It is not for
// several goroutines at once.
type judge struct {
	t *Table
	r *Result
}

func (m *Trained) newJudge() (*judge, error) {
	t, err := NewTable(IntakeFields())
	if err != nil {
		return nil, err
	}
	t.han = true
	t.depend()
	p, err := m.params(t)
	if err != nil {
		return nil, err
	}
	s := t.scorer(&p)
	s.n, s.asked = float64(m.Records), true
	return &judge{t, &Result{t: t, scorer: s}}, nil
}

// Judge compares somebody with each of the others. Evidence has those that are at least so likely.
func (m *Trained) Judge(one Said, others []Said, least float64) ([]Judged, error) {
	j, _ := m.judges.Get().(*judge)
	if j == nil {
		var err error
		if j, err = m.newJudge(); err != nil {
			return nil, err
		}
	}
	defer m.judges.Put(j)
	defer j.t.empty()
	j.t.Add(one.Cells())
	for _, o := range others {
		j.t.Add(o.Cells())
	}
	m.counts(j.t)
	out := make([]Judged, len(others))
	for i := range others {
		out[i] = j.of(int32(i+1), least)
	}
	return out, nil
}

// of judges the first record with another.
func (j *judge) of(b int32, least float64) Judged {
	s := j.r.scorer
	levels := j.t.pair(0, b)
	odds, _ := s.odds(0, b, &levels)
	found := Judged{Probability: probability(odds), Bits: (odds - s.lnMatch) / math.Ln2, Sibling: odds == siblingOdds,
		Look: s.nickname(&levels)}
	if found.Probability >= least {
		found.Evidence = j.r.Explain(0, b)
	}
	return found
}

// params are the shares of the model, with what is expected of any pair of the register.
func (m *Trained) params(t *Table) (params, error) {
	p := t.start()
	if len(m.Columns) != len(t.aspects) || m.Version != modelVersion {
		return p, fmt.Errorf("the model of version %d has %d columns, not %d", m.Version, len(m.Columns), len(t.aspects))
	}
	for i, c := range m.Columns {
		for l, g := range c.Levels {
			for class := range 3 {
				p.m[i][class][l+1], p.u[i][class][l+1], p.h[i][class][l+1] = g.Match[class], g.Others[class], g.Household[class]
			}
		}
	}
	p.match, p.household = expectedSame/float64(m.Population), expectedHouse/float64(m.Population)
	p.twins, p.alone = usualTwins, false
	return p, nil
}

// counts fills in how many of the model's records have each name.
func (m *Trained) counts(t *Table) {
	for i := range t.aspects {
		f := &t.aspects[i]
		for v := range f.values {
			f.values[v].count = max(1, int32(m.Common[f.role][f.values[v].text]*float64(m.Records)))
		}
	}
}
