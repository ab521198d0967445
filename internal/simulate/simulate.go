// Package simulate is a field force of tablets against a running server: they pull, fill in, make mistakes, lose answers
// of the server, correct what comes back, and at the end the server's word is held against what it acknowledged.
package simulate

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/demo"
)

// Config is one run. The same seed against the same new database makes the same visits, mistakes and lost answers;
// which tablet is served first is left to chance.
type Config struct {
	Server   string // scheme, host and port
	HTTP     http.RoundTripper
	City     *demo.City // whose workers sign in
	Password string     // of all of them
	Tablets  int        // more than there are field workers gives some a second one
	Visits   int        // of each tablet, if its households suffice
	Seed     uint64
	Rates    Rates
	Network  Network
	Parallel int           // tablets at work at the same time
	PerPush  int           // visits that a worker fills in before syncing
	Patience time.Duration // how long a tablet goes on when the server cannot be reached
	Skew     time.Duration // how far a tablet's clock may be wrong, either way
	Now      func() time.Time
	Assign   func(ctx context.Context, staff string, territory []string) error // gives a worker another territory; nil for never
	Calm     func()                                                            // called before the verdict: the server is not killed any more
	// told of every tablet that is through with a phase; one call at a time
	Progress func(done, total int)
}

// Rates are how often things happen, each from 0 to 1.
type Rates struct {
	Mistakes       map[demo.Mistake]float64 // per visit
	TwinHere       float64                  // per child's visit: the same tablet records the child again
	TwinElsewhere  float64                  // another worker's tablet does
	Unknown        float64                  // per visit: the household is typed in by hand
	Return         float64                  // of the records, by the supervisor
	ReturnMistaken float64                  // of those with mistakes
	Approve        float64                  // of those not returned
	Reassign       float64                  // of a tablet's syncs, if there is Config.Assign: its worker gets somebody else's territory
}

// UsualRates are higher than a careful sweep would have, so that a short run sees everything.
func UsualRates() Rates {
	return Rates{
		Mistakes: map[demo.Mistake]float64{demo.IDDigit: 0.03, demo.IDTransposed: 0.03, demo.BirthDay: 0.02, demo.WrongDatum: 0.02,
			demo.OutsideArea: 0.02},
		TwinHere: 0.02, TwinElsewhere: 0.02, Unknown: 0.1, Return: 0.1, ReturnMistaken: 0.6, Approve: 0.5, Reassign: 0.1,
	}
}

type simulation struct {
	Config
	started  time.Time
	forms    map[string]*form
	tablets  []*tablet
	office   office
	worked   time.Duration // from the first push to the last
	phase    int
	findings Findings
}

// phases of a run, each done by all tablets before the next begins.
const phases = 4

// Run does it all. The error tells why the run could not be finished; what the server did wrong is in the report.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	forms, err := readForms()
	if err != nil {
		return nil, err
	}
	s := &simulation{Config: cfg, started: cfg.Now(), forms: forms}
	if err := s.enlist(ctx); err != nil {
		return nil, err
	}
	s.plan()
	if err := s.each(ctx, func(_ context.Context, t *tablet) error { return t.fill() }); err != nil {
		return nil, err
	}
	began := time.Now()
	if err := s.each(ctx, func(ctx context.Context, t *tablet) error { return t.work(ctx) }); err != nil {
		return nil, err
	}
	s.worked = time.Since(began)
	if s.Calm != nil {
		s.Calm()
	}
	if err := s.verify(ctx); err != nil {
		return nil, err
	}
	return s.report(), nil
}

// each lets all tablets do a phase, some at the same time.
func (s *simulation) each(ctx context.Context, do func(context.Context, *tablet) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, s.Parallel))
	through := make(chan struct{})
	counted := make(chan struct{})
	go func() {
		done := s.phase * len(s.tablets)
		for range through {
			done++
			s.Progress(done, phases*len(s.tablets))
		}
		close(counted)
	}()
	for _, t := range s.tablets {
		g.Go(func() error {
			if err := do(ctx, t); err != nil {
				return fmt.Errorf("tablet %d of %s: %w", t.number, t.staff, err)
			}
			through <- struct{}{}
			return nil
		})
	}
	err := g.Wait()
	close(through)
	<-counted
	s.phase++
	return err
}
