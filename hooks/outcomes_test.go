package hooks_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/console"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// result is a visit that is put into the tables as it would lie there.
type result struct{ household, area, worker, campaign, outcome, state string }

func (d *desk) results(all ...result) {
	d.t.Helper()
	err := collections.Write(d.t.Context(), d.TestApp, func(db collections.DB) error {
		for i, r := range all {
			id := collections.NewID()
			if err := collections.Insert(db, "child_visits", collections.Row{{Column: "id", Value: id}, {Column: "form", Value: "child_visit"}, {Column: "household", Value: r.household}, {Column: "area", Value: r.area},
				{Column: "worker", Value: r.worker}, {Column: "campaign", Value: r.campaign}, {Column: "outcome", Value: r.outcome}, {Column: "review_state", Value: r.state}, {Column: "received_at", Value: fmt.Sprintf("2026-11-20 00:00:%02d.000Z", i%60)}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// cases makes n households with one visit each that ends in an outcome.
func cases(n int, outcome string, like result) (all []result) {
	for i := range n {
		r := like
		r.household, r.outcome = fmt.Sprintf("%s-%s-%s-%d", like.area[len(like.area)-3:], like.campaign, outcome, i), outcome
		all = append(all, r)
	}
	return all
}

func (d *desk) outcomes(who *testapp.Client, query string) (out console.Outcomes) {
	d.t.Helper()
	status, body := who.Do("GET", "/api/doorstep/v1/outcomes?form=child_visit"+query, nil)
	if status != 200 {
		d.t.Fatalf("%d %s", status, body)
	}
	if err := json.Unmarshal(body, &out); err != nil {
		d.t.Fatal(err)
	}
	return out
}

func rates(l console.OutcomeLine) map[string]float64 {
	all := map[string]float64{}
	for _, r := range l.Rates {
		if r.Value != nil {
			all[r.Name] = *r.Value
		}
	}
	return all
}

// The figures are those of published worked cases of AAPOR's formulas, here from records, by area, by worker and by campaign.
func TestOutcomesByAreaWorkerAndCampaign(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := result{area: "990101001001001", worker: "w1", campaign: "c1", state: "received"}
	second := result{area: "990101001002001", worker: "w2", campaign: "c2", state: "received"}
	var all []result
	for outcome, n := range map[string][2]int{"1.1": {4, 5}, "1.2": {2, 3}, "2.111": {1, 2}, "2.22": {1, 1}, "2.31": {1, 2}, "3.18": {1, 1}, "3.21": {1, 1}, "4.61": {1, 1}} {
		all = append(append(all, cases(n[0], outcome, first)...), cases(n[1], outcome, second)...)
	}
	again := first // a household with an interview where once nobody was home is one case, and the interview's
	again.household, again.outcome, again.worker = "001-c1-1.1-0", "2.22", "w9"
	rejected := result{"elsewhere", first.area, "w1", "c1", "2.111", "rejected"}
	d.results(append(all, again, rejected)...)
	d.results(cases(7, "2.111", result{area: "990102001001001", worker: "w1", campaign: "c1", state: "received"})...) // not the supervisor's

	golden := map[string]map[string]float64{
		"": {"RR1": .364, "RR2": .545, "RR3": .370, "RR4": .556, "RR5": .444, "RR6": .667, "COOP1": .500, "COOP2": .750, "COOP3": .571, "COOP4": .857, "REF1": .091, "REF2": .093, "REF3": .111, "CON1": .727, "CON2": .741, "CON3": .889},
		"0.5": {"RR1": 1. / 3, "RR2": 8. / 15, "RR3": 5. / 14, "RR4": 4. / 7, "RR5": 5. / 13, "RR6": 8. / 13, "COOP1": 5. / 12, "COOP2": 2. / 3, "COOP3": 1. / 2, "COOP4": 4. / 5, "REF1": 2. / 15, "REF2": 1. / 7, "REF3": 2. / 13,
			"CON1": 4. / 5, "CON2": 6. / 7, "CON3": 12. / 13},
	}
	for _, c := range []struct{ by, first, second string }{{"area", "990101001001", "990101001002"}, {"worker", "w1", "w2"}, {"campaign", "c1", "c2"}} {
		for e, want := range golden {
			out := d.outcomes(d.boss, "&by="+c.by+"&e="+e)
			at, key := out.Items[0], c.first
			if e != "" {
				at, key = out.Items[1], c.second
			}
			if len(out.Items) != 2 || at.Key != key || at.Given != (e != "") {
				t.Fatalf("by %s: %+v", c.by, out.Items)
			}
			for name, value := range rates(at) {
				if math.Abs(value-want[name]) > 5e-4 {
					t.Errorf("%s %s: %s is %.4f, want %.4f", c.by, e, name, value, want[name])
				}
			}
			if out.Total.Cases != 28 || len(at.Rates) != 16 {
				t.Errorf("%d cases, %d rates", out.Total.Cases, len(at.Rates))
			}
		}
	}
	one := d.outcomes(d.boss, "&campaign=c1&by=area&level=grid")
	if len(one.Items) != 1 || one.Items[0].Key != first.area || *one.Items[0].E != 0.9 || one.Total.Cases != 12 {
		t.Errorf("a campaign by grid: %+v", one)
	}
	for _, code := range one.Total.Codes {
		if code.AAPOR == "2.24" && code.DHS == "2" && code.Text.ZH == "家中无人" && code.N == 1 {
			return // the form's own 2.22 in the words of the standards
		}
	}
	t.Errorf("nobody at home is missing: %+v", one.Total.Codes)
}

// TestAnAnalystIsToldOfNoWorker asks every route that an analyst may read for what a worker brought: no answer says who that was, as no
// export without names does.
func TestAnAnalystIsToldOfNoWorker(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, gridA, "示例路 1 号", "王小明", number1)
	worker, err := d.FindFirstRecordByData("workers", "staff_no", "F-990101")
	if err != nil {
		t.Fatal(err)
	}
	analyst := d.Client(t, d.Serve(t), d.Worker(t, "A-9901", "analyst", "9901"))
	form, ok := d.Doorstep.Library.Get("child_visit", "")
	if !ok {
		t.Fatal("no form")
	}
	fill := strings.NewReplacer("{form}", "child_visit", "{version}", form.Version, "{code}", gridA, "{id}", worker.Id, "{z}", "10", "{x}", "836", "{y}", "446")
	queries := []string{"", "?by=worker", "?by=area&level=grid", "?within=990101", "?area=990101"}
	asked := 0
	for _, r := range server.Routes {
		if r.Method != http.MethodGet || access.Table[r.Do][access.Analyst] == access.Nowhere {
			continue
		}
		for _, query := range queries {
			status, body := analyst.Do(r.Method, fill.Replace(r.Path)+query, nil)
			if status == http.StatusOK {
				asked++
			}
			for _, secret := range []string{worker.Id, worker.GetString("name"), "F-990101"} {
				if strings.Contains(string(body), secret) {
					t.Errorf("%s%s tells %s", r.Path, query, secret)
				}
			}
		}
	}
	if asked < 40 {
		t.Errorf("only %d answers", asked)
	}
	analyst.Want(http.StatusForbidden, http.MethodGet, "/api/doorstep/v1/outcomes?by=worker", nil, nil)
	d.boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/outcomes?by=worker", nil, nil)
}
