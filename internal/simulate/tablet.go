package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/survey"
)

// tablet is one device and the worker who carries it.
type tablet struct {
	sim               *simulation
	number            int
	staff             string
	sibling, ofWorker int // this is tablet number sibling, from 0, of the ofWorker that its worker has
	device            *client.Tablet
	line              *line
	rand              *rand.Rand
	clock             func() time.Time
	tables            map[string]string // by form id
	homes             []demo.Household
	before            map[string]bool // ids of the worker's visits from earlier
	visits            []*visit
	ledger            ledger
	tally             tally
}

// enlist signs everybody in and lets each tablet register and pull for the first time.
func (s *simulation) enlist(ctx context.Context) error {
	if err := s.hire(); err != nil {
		return err
	}
	err := s.insist(ctx, func(ctx context.Context) error {
		_, err := s.sign(ctx, "")
		return err
	})
	if err != nil {
		return err
	}
	return s.each(ctx, func(ctx context.Context, t *tablet) error { return t.start(ctx) })
}

func (s *simulation) conn(through http.RoundTripper) client.Conn {
	return client.Conn{URL: s.Server, HTTP: &http.Client{Transport: through, Timeout: 2 * time.Minute}}
}

// hire gives the tablets to the field workers, in turn.
func (s *simulation) hire() error {
	var field []string
	for _, w := range s.City.Workers {
		if w.Role == "field" {
			field = append(field, w.Staff)
		}
	}
	if len(field) == 0 {
		return fmt.Errorf("the city has no field workers")
	}
	for i := range s.Tablets {
		r := rand.New(rand.NewPCG(s.Seed, 1000+uint64(i)))
		l := &line{base: s.HTTP, network: s.Network, rand: rand.New(rand.NewPCG(r.Uint64(), r.Uint64()))}
		at := i % len(field)
		s.tablets = append(s.tablets, &tablet{
			sim: s, number: i + 1, staff: field[at], sibling: i / len(field), ofWorker: (s.Tablets - at + len(field) - 1) / len(field),
			device: &client.Tablet{}, line: l, rand: r, clock: s.skewed(i), ledger: ledger{}, tally: newTally(),
		})
	}
	return nil
}

// skewed is the clock of a tablet: the right one if none is wrong.
func (s *simulation) skewed(tablet int) func() time.Time {
	r := rand.New(rand.NewPCG(s.Seed, 2_000_000+uint64(tablet)))
	wrong := time.Duration((2*r.Float64() - 1) * float64(s.Skew))
	return func() time.Time { return s.Now().Add(wrong) }
}

// reassign gives the tablet's worker the territory of another one, every now and then.
func (t *tablet) reassign(ctx context.Context) error {
	drawn, other := t.rand.Float64() < t.sim.Rates.Reassign, t.sim.tablets[t.rand.IntN(len(t.sim.tablets))].staff
	if t.sim.Assign == nil || !drawn {
		return nil
	}
	for _, w := range t.sim.City.Workers {
		if w.Staff != other {
			continue
		}
		t.tally.reassigned++
		return t.sim.insist(ctx, func(ctx context.Context) error { return t.sim.Assign(ctx, t.staff, w.Territory) })
	}
	return nil
}

// boss is the supervisor of the whole city.
func (s *simulation) boss() string {
	for _, w := range s.City.Workers {
		if w.Role == "supervisor" && len(w.Territory) == 1 && w.Territory[0] == demo.CityCode {
			return w.Staff
		}
	}
	return ""
}

// start signs in, registers and pulls over a good network; the trouble begins with the work.
func (t *tablet) start(ctx context.Context) error {
	who := client.Identity{Name: fmt.Sprintf("模拟平板 %d", t.number), App: "simulate", Platform: "doorstep"}
	for _, do := range []func(context.Context) error{
		func(ctx context.Context) (err error) {
			t.device.Conn, err = t.sim.conn(t.sim.HTTP).SignIn(ctx, t.staff, t.sim.Password)
			return err
		},
		func(ctx context.Context) error {
			_, err := t.device.Register(ctx, who, t.clock())
			return err
		},
		t.device.Pull,
	} {
		if err := t.insist(ctx, do); err != nil {
			return err
		}
	}
	t.device.Conn.HTTP = t.sim.conn(t.line).HTTP
	return t.unpack()
}

// unpack reads what the first pull brought.
func (t *tablet) unpack() error {
	t.tables, t.before = map[string]string{}, map[string]bool{}
	for id, f := range t.sim.forms {
		table, err := published(&t.device.Copy, f.Form)
		if err != nil {
			return err
		}
		t.tables[id] = table
		for record := range t.device.Copy.Records[table] {
			t.before[record] = true
		}
	}
	var err error
	t.homes, err = homes(&t.device.Copy)
	return err
}

// fill answers the forms of all visits.
func (t *tablet) fill() error {
	for _, v := range t.visits {
		f := t.sim.forms[v.form]
		answers, err := f.answers(v.seed, t.local(), v.written.Given)
		if err != nil {
			return err
		}
		v.op = client.Operation{Op: client.Submit, ID: v.id, Form: v.form, Version: f.Version, Answers: answers,
			DeviceTime: t.local().Format(time.RFC3339)}
	}
	return nil
}

// local is what the tablet's clock shows.
func (t *tablet) local() time.Time { return t.clock().In(survey.Zone) }
