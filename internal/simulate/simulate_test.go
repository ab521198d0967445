package simulate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/seed"
	"doorstep/internal/testapp"
)

// hamlet starts a server with a tiny city and describes a run against it.
func hamlet(t *testing.T) Config {
	t.Helper()
	app := testapp.New(t)
	now := app.Doorstep.Now()
	city, err := demo.NewCity(5, demo.Scale{Districts: 1, Streets: 1, Communities: 2, Grids: 8, Workers: 8, HouseholdsPerGrid: 12, Today: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := seed.City(t.Context(), app, app.Doorstep.Areas, seed.Setting{City: city, Password: testapp.Password, Now: now}); err != nil {
		t.Fatal(err)
	}
	assign := func(_ context.Context, staff string, territory []string) error {
		worker, err := app.FindFirstRecordByData("workers", "staff_no", staff)
		if err != nil {
			return err
		}
		worker.Set("territory", territory)
		worker.RefreshTokenKey() // they sign in again, and so does the supervisor
		bosses, err := app.FindRecordsByFilter("workers", "role='supervisor'", "", 0, 0)
		for _, boss := range bosses {
			boss.RefreshTokenKey()
			err = errors.Join(err, app.Save(boss))
		}
		return errors.Join(err, app.Save(worker))
	}
	rates := UsualRates()
	rates.TwinHere, rates.TwinElsewhere = 0.3, 0.2
	return Config{
		Server: app.Serve(t).URL, HTTP: http.DefaultTransport, City: city, Password: testapp.Password, Tablets: 4, Visits: 14, Seed: 1, Rates: rates,
		Network: Network{LostRequests: 0.05, LostAnswers: 0.2, Repeated: 0.1}, Parallel: 4, PerPush: 5, Patience: 30 * time.Second,
		Now: app.Doorstep.Now, Assign: assign, Progress: func(int, int) {},
	}
}

func TestNothingIsLostOrDoubled(t *testing.T) {
	cfg := hamlet(t)
	r, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.Print(&text); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
	if !r.Findings.OK() {
		t.Errorf("findings %+v", r.Findings)
	}
	if want := cfg.Tablets * cfg.Visits; r.Visits != want || r.Sent < want || r.Outcomes[client.Stored] != r.Sent {
		t.Errorf("%d visits, %d sent, outcomes %v", r.Visits, r.Sent, r.Outcomes)
	}
	if r.Lost == 0 || r.Unchanged == 0 {
		t.Errorf("%d lost, %d recognised: the network was too good", r.Lost, r.Unchanged)
	}
	if r.TwinsHere.Of == 0 || r.TwinsAway.Of == 0 || r.TwinsHere.Some != r.TwinsHere.Of || r.TwinsAway.Some != r.TwinsAway.Of {
		t.Errorf("duplicates found: same tablet %v, another tablet %v", r.TwinsHere, r.TwinsAway)
	}
	if r.Decisions["return"] == 0 || r.Corrected != r.Decisions["return"] {
		t.Errorf("%d returned, %d corrected", r.Decisions["return"], r.Corrected)
	}
	if r.Areas.Of == 0 || r.Areas.Some != r.Areas.Of {
		t.Errorf("areas %v", r.Areas)
	}
}

// Everything at once: late and slow requests, wrong clocks, and workers who change their territory all the time.
func TestNothingIsLostInAStorm(t *testing.T) {
	cfg := hamlet(t)
	cfg.Network.Late, cfg.Network.Delay, cfg.Skew, cfg.Rates.Reassign = 0.1, 2*time.Millisecond, 3*24*time.Hour, 0.5
	cfg.Visits, cfg.PerPush = 9, 3
	r, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Findings.OK() || r.Reassigned == 0 || r.Lost == 0 {
		t.Errorf("%d reassigned, %d lost, findings %+v", r.Reassigned, r.Lost, r.Findings)
	}
}

// The verdict must be able to fail: the same copy against ledgers that it does not fit.
func TestAuditFindsWhatIsWrong(t *testing.T) {
	pulled := func(records ...string) *client.Copy {
		c := &client.Copy{}
		for _, r := range records {
			var collection, id string
			var rev int64
			fmt.Sscanf(r, "%s %s %d", &collection, &id, &rev)
			page := client.Page{Changes: []client.Change{{Collection: collection, ID: id, Rev: rev, Op: client.Upsert}}}
			if err := c.Apply(&page); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	tests := []struct {
		name             string
		ledger           ledger
		before           map[string]bool
		fresh            *client.Copy
		missing, doubled string
	}{
		{"as acknowledged", ledger{"a": 1, "b": 2}, nil, pulled("visits a 1", "surveys b 2"), "", ""},
		{"later than acknowledged", ledger{"a": 1}, nil, pulled("visits a 3"), "", ""},
		{"gone", ledger{"a": 1, "b": 1}, nil, pulled("visits a 1"), "b", ""},
		{"older than acknowledged", ledger{"a": 2}, nil, pulled("visits a 1"), "a", ""},
		{"a second one under another id", ledger{"a": 1}, nil, pulled("visits a 1", "visits x 1"), "", "x"},
		{"one from an earlier run", ledger{"a": 1}, map[string]bool{"x": true}, pulled("visits a 1", "visits x 1"), "", ""},
		{"in both tables", ledger{"a": 1}, nil, pulled("visits a 1", "surveys a 1"), "", "a"},
		{"somebody's household", ledger{"a": 1}, nil, pulled("visits a 1", "households h 1"), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := audit(tt.ledger, tt.before, tt.fresh, []string{"visits", "surveys"})
			if strings.Join(f.Missing, " ") != tt.missing || strings.Join(f.Doubled, " ") != tt.doubled {
				t.Errorf("missing %v, doubled %v; want %q, %q", f.Missing, f.Doubled, tt.missing, tt.doubled)
			}
		})
	}
}

// One run whose ledgers are falsified before the verdict: a record that was never sent, and one that is forgotten. A decision that the server
// refuses ends the run.
func TestAFalseLedgerFails(t *testing.T) {
	cfg := hamlet(t)
	cfg.Tablets, cfg.Visits, cfg.Network = 1, 2, Network{}
	forms, err := readForms()
	if err != nil {
		t.Fatal(err)
	}
	s := &simulation{Config: cfg, started: cfg.Now(), forms: forms}
	if err := s.enlist(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.plan()
	tab := s.tablets[0]
	if err := tab.fill(); err != nil {
		t.Fatal(err)
	}
	if err := tab.work(t.Context()); err != nil {
		t.Fatal(err)
	}
	sent := slices.Sorted(maps.Keys(tab.ledger))
	delete(tab.ledger, sent[0])
	tab.ledger.acknowledge("never-sent", 1)
	tab.ledger[sent[1]] += 10
	if err := s.verify(context.Background()); err != nil {
		t.Fatal(err)
	}
	if f := s.report().Findings; f.OK() || !slices.Equal(f.Doubled, sent[:1]) || len(f.Missing) != 2 {
		t.Errorf("findings %+v for a ledger without %s, with another record and with a false revision", f, sent[0])
	}
	var refusal *client.Refusal
	never := &visit{id: "never-sent", form: tab.visits[0].form}
	if err := tab.decide(t.Context(), never, "approve", 1); !errors.As(err, &refusal) || never.decision != "" {
		t.Errorf("a decision that the server refuses: %v, and the visit is %q", err, never.decision)
	}
}
