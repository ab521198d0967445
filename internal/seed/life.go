package seed

import (
	"context"
	"fmt"
	"math/rand/v2"
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

const (
	days      = 21  // of work before today
	turn      = 5   // every so many days a worker goes out
	visits    = 2   // that a worker makes on such a day
	mostField = 400 // workers who go out: more would show nothing new
)

// life is some weeks of work in a city, through the doors that tablets and supervisors use, at the hours at which they
// would have used them.
type life struct {
	app    core.App
	stages ingest.Stages
	store  blob.Store
	city   *demo.City
	forms  map[string]*questionnaire
	field  []*worker
	office map[string]*worker // supervisors by the area that is theirs
	r      *rand.Rand
	sent   []*record
}

type questionnaire struct {
	*instrument.Instrument
	filler *demo.Filler
}

// Life lets the people of a city work for three weeks before today: visits in every state of review, with photos,
// mistakes, corrections, children recorded twice, mandatory reports, and what had to be kept in quarantine.
func Life(ctx context.Context, app core.App, stages *ingest.Stages, city *demo.City, now time.Time, show Progress) error {
	l := &life{app: app, stages: *stages, store: collections.Files(app), city: city, forms: map[string]*questionnaire{}, r: rand.New(rand.NewPCG(1, 7))}
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
	today := midnight(now)
	if err := l.hire(ctx, today.AddDate(0, 0, -days)); err != nil {
		return err
	}
	for day := range days {
		show("走访 visits, 天 days", day, days)
		if err := l.day(ctx, day, today.AddDate(0, 0, day-days)); err != nil {
			return fmt.Errorf("day %d: %w", day, err)
		}
	}
	show("走访 visits, 天 days", days, days)
	return l.assign(ctx, today)
}

func midnight(now time.Time) time.Time {
	y, m, d := now.In(survey.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, survey.Zone)
}

// day is one of them: the office looks at what came before, and in the evening the tablets of those who went out sync.
func (l *life) day(ctx context.Context, day int, at time.Time) error {
	if err := l.review(ctx, at.Add(9*time.Hour)); err != nil {
		return err
	}
	evening := at.Add(18*time.Hour + 30*time.Minute)
	var out []*worker
	for i, w := range l.field {
		if (i+day)%turn == 0 {
			l.plan(w, at.Add(10*time.Hour))
			out = append(out, w)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(64)
	for _, w := range out {
		g.Go(func() error { return l.sync(ctx, w, evening) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, w := range out {
		l.sent = append(l.sent, w.today...)
		w.today = nil
	}
	return nil
}

// at is what intake needs at a moment of the past.
func (l *life) at(moment time.Time) *ingest.Stages {
	st := l.stages
	st.Now = func() time.Time { return moment }
	return &st
}
