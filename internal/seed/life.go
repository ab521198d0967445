package seed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/sync/errgroup"

	"doorstep/collections"
	"doorstep/internal/blob"
	"doorstep/internal/demo"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// Pace is how much work a city has behind it.
type Pace struct {
	Days   int // of work before today
	Turn   int // every so many days a worker goes out
	Visits int // that a worker makes on such a day
	Most   int // workers who go out
	Photos int // one visit in so many has one
	Logs   int // one visit in so many has the tablet's log of how it was filled in
}

var (
	// Weeks show everything that can befall a visit.
	Weeks = Pace{Days: 21, Turn: 5, Visits: 2, Most: 400, Photos: 6, Logs: 5}
	// Quarter is three months of a whole field force: 300,000 visits of the full city.
	Quarter = Pace{Days: 91, Turn: 10, Visits: 12, Most: 3000, Photos: 40, Logs: 60}
)

// life is some weeks of work in a city, through the doors that tablets and supervisors use, at the hours at which they
// would have used them.
type life struct {
	app    core.App
	stages ingest.Intake
	store  blob.Store
	city   *demo.City
	forms  map[string]*questionnaire
	field  []*worker
	office map[string]*worker // supervisors by the area that is theirs
	pace   Pace
	r      *rand.Rand
	sent   []*record // that the office has not done with
	known  []*record // some of the children's visits so far
}

type questionnaire struct {
	*instrument.Instrument
	filler *demo.Filler
}

// Life lets the people of a city work for some time before today: visits in every state of review, with photos,
// mistakes, corrections, children recorded twice, mandatory reports, and what had to be kept in quarantine.
func Life(ctx context.Context, app core.App, stages *ingest.Intake, s Setting, pace Pace) error {
	l := &life{app: app, pace: pace, stages: *stages, store: collections.Files(app), city: s.City, forms: map[string]*questionnaire{},
		r: rand.New(rand.NewPCG(1, 7))}
	for _, id := range []string{childVisit, elderlyBaseline} {
		in, ok := stages.Instruments.Get(id, "")
		if !ok {
			return fmt.Errorf("form %s is not published", id)
		}
		filler, err := demo.NewFiller(in.Form)
		if err != nil {
			return err
		}
		l.forms[id] = &questionnaire{in, filler}
	}
	today := midnight(s.Now)
	if err := l.hire(ctx, today.AddDate(0, 0, -pace.Days)); err != nil {
		return err
	}
	for day := range pace.Days {
		s.show("走访 visits，天 days", day, pace.Days)
		if err := l.day(ctx, day, today.AddDate(0, 0, day-pace.Days)); err != nil {
			return fmt.Errorf("day %d: %w", day, err)
		}
	}
	s.show("走访 visits，天 days", pace.Days, pace.Days)
	if err := l.assign(ctx, today); err != nil {
		return err
	}
	return l.recheck(ctx, today)
}

func midnight(now time.Time) time.Time {
	y, m, d := now.In(survey.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, survey.Zone)
}

// day is one of them: the office looks at what came before while workers are out, and in the evening their tablets sync.
func (l *life) day(ctx context.Context, day int, at time.Time) error {
	var out []*worker
	for i, w := range l.field {
		if (i+day)%l.pace.Turn == 0 {
			out = append(out, w)
		}
	}
	g, working := errgroup.WithContext(ctx)
	g.Go(func() error { return l.review(working, at.Add(9*time.Hour)) })
	g.Go(func() error {
		return eachOf(working, runtime.GOMAXPROCS(0), out, func(w *worker) error { return l.plan(w, at.Add(10*time.Hour)) })
	})
	if err := g.Wait(); err != nil {
		return err
	}
	evening := at.Add(18*time.Hour + 30*time.Minute)
	if err := eachOf(ctx, syncing, out, func(w *worker) error { return l.sync(ctx, w, evening) }); err != nil {
		return err
	}
	for _, w := range out {
		l.remember(w.today)
		l.sent = append(append(l.sent, w.redo...), w.today...)
		w.today, w.redo = nil, nil
	}
	return nil
}

const (
	syncing   = 64   // tablets at once
	mostKnown = 2000 // visits whose children may be recorded again
)

func eachOf(ctx context.Context, atOnce int, all []*worker, do func(*worker) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, w := range all {
		if ctx.Err() != nil {
			break // somebody's error
		}
		g.Go(func() error { return do(w) })
	}
	return g.Wait()
}

// remember keeps visits with children, each in the place of another by chance once there are many.
func (l *life) remember(visits []*record) {
	for _, rec := range visits {
		if rec.form != childVisit || len(rec.written.Persons) == 0 {
			continue
		}
		if len(l.known) < mostKnown {
			l.known = append(l.known, rec)
			continue
		}
		l.known[l.r.IntN(mostKnown)] = rec
	}
}

// at is what intake needs at a moment of the past.
func (l *life) at(moment time.Time) *ingest.Intake {
	st := l.stages
	st.Now = func() time.Time { return moment }
	return &st
}
