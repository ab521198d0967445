package simulate

import (
	"maps"
	"math/rand/v2"
	"slices"

	"doorstep/internal/client"
	"doorstep/internal/demo"
)

// visit is one record to come. What the worker writes down may differ from the truth, which a correction restores.
type visit struct {
	form     string
	home     demo.Household
	id       string
	seed     [2]uint64 // of the answers
	truth    demo.Record
	written  demo.Record
	original *visit // where the child was recorded that this visit records again
	twinned  bool   // a child of this visit is recorded again elsewhere
	op       client.Operation
	receipt  client.Receipt // the first answer to op
	decision string         // the supervisor's
}

// people reports whether the visit met anybody to write about.
func (v *visit) people() bool { return len(v.written.Persons) > 0 }

// plan decides on all visits, children recorded twice and mistakes, before any tablet sends anything.
func (s *simulation) plan() {
	for _, t := range s.tablets {
		t.plan()
	}
	r := rand.New(rand.NewPCG(s.Seed, 3))
	for _, t := range s.tablets {
		for _, v := range t.visits {
			s.planTwin(r, t, v)
		}
	}
	for _, t := range s.tablets {
		for _, v := range t.visits {
			v.err(r, s.Rates.Mistakes)
		}
	}
}

// plan shares the households out among the tablets of the worker and goes from door to door.
func (t *tablet) plan() {
	var mine []demo.Household
	for i, h := range t.homes {
		if i%t.ofWorker == t.sibling {
			mine = append(mine, h)
		}
	}
	t.rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
	for _, h := range mine {
		known := t.rand.Float64() >= t.sim.Rates.Unknown
		if len(h.Children(t.sim.started)) > 0 {
			t.add(childVisit, h, func(r *rand.Rand) demo.Record { return t.sim.City.ChildVisit(r, h, t.sim.started, known) })
		}
		for _, p := range h.Elders(t.sim.started) {
			t.add(elderlyBaseline, h, func(r *rand.Rand) demo.Record { return t.sim.City.ElderSurvey(r, h, p, t.sim.started, known) })
		}
	}
}

// add makes the same record twice, so that a mistake in one leaves the other alone.
func (t *tablet) add(form string, h demo.Household, record func(*rand.Rand) demo.Record) {
	if len(t.visits) == t.sim.Visits {
		return
	}
	seed := [2]uint64{t.rand.Uint64(), t.rand.Uint64()}
	t.visits = append(t.visits, &visit{
		form: form, home: h, seed: seed, id: client.NewID(t.sim.started, random16(t.rand)),
		truth: record(rand.New(rand.NewPCG(seed[0], seed[1]))), written: record(rand.New(rand.NewPCG(seed[0], seed[1]))),
	})
}

func random16(r *rand.Rand) (b [16]byte) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// planTwin lets another visit record a child of v again, under a name that sounds the same and with the same number: at
// relatives, or because two workers share a street.
func (s *simulation) planTwin(r *rand.Rand, t *tablet, v *visit) {
	here, elsewhere := r.Float64() < s.Rates.TwinHere, r.Float64() < s.Rates.TwinElsewhere
	if v.form != childVisit || !v.people() || v.original != nil {
		return
	}
	host := t
	if elsewhere {
		for range 10 {
			if host = s.tablets[r.IntN(len(s.tablets))]; host.staff != t.staff {
				break
			}
		}
	}
	if !here && !elsewhere || elsewhere && host.staff == t.staff {
		return
	}
	for _, i := range r.Perm(len(host.visits)) {
		w := host.visits[i]
		if w.form == childVisit && w.people() && w.home.ID != v.home.ID && w.original == nil && !w.twinned && w.takeIn(r, v) {
			return
		}
	}
}

// takeIn adds a child of v to the children of w. It returns false when its name has no homophone.
func (w *visit) takeIn(r *rand.Rand, v *visit) bool {
	i := r.IntN(len(v.written.Persons))
	child, ok := demo.Again(r, v.written.Given.Repeats["children"][i].Answers)
	if !ok {
		return false
	}
	w.written.TakeIn(child, v.written.Persons[i])
	w.truth.TakeIn(child, v.written.Persons[i])
	w.original, v.twinned = v, true
	return true
}

// err makes at most one mistake. Whoever is recorded twice is written down right, so that a number that was planted to
// be recognised can be.
func (v *visit) err(r *rand.Rand, rates map[demo.Mistake]float64) {
	for _, m := range slices.Sorted(maps.Keys(rates)) {
		if r.Float64() >= rates[m] || len(v.written.Planted) > 0 {
			continue
		}
		if place := m == demo.WrongDatum || m == demo.OutsideArea; place || v.original == nil && !v.twinned {
			v.written.Plant(r, m)
		}
	}
}
