package seed

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/devicesync"
	"doorstep/internal/ingest"
	"doorstep/internal/xform"
)

const (
	childVisit      = "child_visit"
	elderlyBaseline = "elderly_baseline"
)

// worker is somebody of the city with an account, and a tablet where one is carried.
type worker struct {
	demo.Worker
	actor  access.Actor
	device string
	seq    int64
	r      *rand.Rand
	doors  []demo.Household // of the grid that is worked on, not visited yet
	grids  []string         // to come
	today  []*record        // to send this evening
	redo   []*record        // came back
}

// record is one visit and what became of it. What the worker wrote down may differ from the truth.
type record struct {
	id, form string
	at       time.Time // of the visit
	seed     [2]uint64
	truth    demo.Record
	written  demo.Record
	photo    []byte
	by       *worker
	first    client.Operation // as it is sent on the first evening
	receipt  ingest.Receipt
	shelved  bool // nobody in the office gets to it
	state    string
	rev      int64
}

// hire finds the accounts of the city's people, and gives tablets to those who go out.
func (l *life) hire(ctx context.Context, at time.Time) error {
	ids, err := collections.Map[string, string](collections.Read(l.app), `SELECT staff_no, id FROM workers`)
	if err != nil {
		return err
	}
	var field []*worker
	l.office = map[string]*worker{}
	for i, someone := range l.city.Workers {
		w := &worker{Worker: someone, r: rand.New(rand.NewPCG(uint64(i), 11))}
		w.actor = access.Actor{ID: ids[someone.Staff], Role: access.Role(someone.Role), Territory: someone.Territory}
		switch w.actor.Role {
		case access.Field:
			field = append(field, w)
		case access.Supervisor:
			l.office[someone.Territory[0]] = w
		}
	}
	for i, step := 0, max(1, len(field)/l.pace.Most); i < len(field); i += step {
		w := field[i]
		who := devicesync.Registration{Name: "演示平板 " + w.Staff, App: "demo", Platform: "android", DeviceTime: at.Format(time.RFC3339)}
		registered, err := devicesync.Register(ctx, l.app, access.Act{Actor: w.actor, Now: at}, who)
		if err != nil {
			return err
		}
		w.device = registered.Device
		w.grids = slices.Clone(w.Territory)
		l.field = append(l.field, w)
	}
	return nil
}

// next returns the doors of a worker's grid that are not visited yet, in no order, and begins the next one when there are
// none; nothing when all are visited.
func (l *life) next(w *worker) []demo.Household {
	for len(w.doors) == 0 && len(w.grids) > 0 {
		w.doors, w.grids = l.city.Households(w.grids[0]), w.grids[1:]
		w.r.Shuffle(len(w.doors), func(i, j int) { w.doors[i], w.doors[j] = w.doors[j], w.doors[i] })
	}
	return w.doors
}

// plan decides on the visits of a worker's day, their mistakes, and whom they record again, and fills the forms in.
func (l *life) plan(w *worker, at time.Time) error {
	for len(w.today) < l.pace.Visits && len(l.next(w)) > 0 {
		h := w.doors[0]
		w.doors = w.doors[1:]
		at = at.Add(time.Duration(20+w.r.IntN(60)) * time.Minute)
		rec := &record{at: at, by: w, seed: [2]uint64{w.r.Uint64(), w.r.Uint64()}, id: client.NewID(at, random16(w.r)), shelved: w.r.IntN(8) == 0}
		var fill func(*rand.Rand) demo.Record
		if elders := h.Elders(at); len(h.Children(at)) > 0 {
			rec.form, fill = childVisit, func(r *rand.Rand) demo.Record { return l.city.ChildVisit(r, h, at, true) }
		} else if len(elders) > 0 {
			rec.form, fill = elderlyBaseline, func(r *rand.Rand) demo.Record { return l.city.ElderSurvey(r, h, elders[0], at, true) }
		} else {
			continue
		}
		rec.truth, rec.written = fill(rand.New(rand.NewPCG(rec.seed[0], 0))), fill(rand.New(rand.NewPCG(rec.seed[0], 0)))
		l.happen(rec)
		var err error
		if rec.first, err = l.operation(rec, rec.written.Given); err != nil {
			return err
		}
		w.today = append(w.today, rec)
	}
	return nil
}

// happen lets something befall a visit, so that a few weeks have seen everything.
func (l *life) happen(rec *record) {
	r := rec.by.r
	children := rec.written.Given.Repeats["children"]
	switch n := r.IntN(100); {
	case n < 14:
		rec.written.Plant(r, demo.Mistakes[r.IntN(len(demo.Mistakes))])
		rec.shelved = rec.shelved || rec.seed[0]%4 > 0 // so that the queue has some that are in doubt
	case n < 20 && len(children) > 0:
		if earlier := l.child(r); earlier != nil {
			i := r.IntN(len(earlier.Persons))
			if again, ok := demo.Again(r, earlier.Given.Repeats["children"][i].Answers); ok {
				rec.written.TakeIn(again, earlier.Persons[i])
				rec.truth.TakeIn(again, earlier.Persons[i])
			}
		}
	case n < 22 && len(children) > 0:
		for _, given := range [][]demo.Given{children, rec.truth.Given.Repeats["children"]} {
			given[0].Answers["immediate_danger"], given[0].Answers["gate_harm"], given[0].Answers["risk_injury"] = "yes", "some", "yes"
		}
	}
	if len(rec.written.Persons) > 0 && r.IntN(l.pace.Photos) == 0 {
		rec.photo = plate(r.IntN(1000))
		for _, given := range []demo.Given{rec.written.Given, rec.truth.Given} {
			given.Answers["door_plate_photo"], given.Answers["photo"] = photoName(rec), photoName(rec)
		}
	}
}

// child is an earlier visit with children, of any worker; nil when there is none.
func (l *life) child(r *rand.Rand) *demo.Record {
	if len(l.known) == 0 {
		return nil
	}
	return &l.known[r.IntN(len(l.known))].written
}

func random16(r *rand.Rand) (b [16]byte) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// answers fills a form in. The same record gives the same answers.
func (l *life) answers(rec *record, given demo.Given) (json.RawMessage, error) {
	q := l.forms[rec.form]
	root, err := q.filler.Fill(rand.New(rand.NewPCG(rec.seed[0], rec.seed[1])), rec.at, given)
	if err != nil {
		return nil, fmt.Errorf("fill form %s: %w", rec.form, err)
	}
	return xform.ToJSON(q.Form, root)
}
