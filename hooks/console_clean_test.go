package hooks_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

type cleanSet struct {
	N, Held int
	Before  string
	Workers []struct{ N, Held int }
}

type cleanDone struct {
	Approved      []struct{ ID string }
	Refused, Left int
}

// clean brings visits that nothing is wrong with.
func (d *desk) clean(district, n int) {
	d.t.Helper()
	grid := []string{"990101001001001", "990102001001001"}[district]
	for i := range n {
		d.visit(district, grid, fmt.Sprintf("示例路 %d 号", 100+i), fmt.Sprintf("孩%d", i), "")
	}
	query := `UPDATE child_visits SET review_state='received', issues='[]', complete=TRUE`
	if err := collections.Write(d.t.Context(), d.TestApp, func(db collections.DB) error { _, err := db.Exec(query); return err }); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) states() map[string]string {
	by := map[string]string{}
	for _, line := range list(d.t, collections.Read(d.TestApp), `SELECT id||' '||review_state FROM child_visits`) {
		id, state, _ := strings.Cut(line, " ")
		by[id] = state
	}
	return by
}

// Clean records are approved together but for a sample of each worker's, which no second asking releases; nothing that has a finding,
// that lacks a file, that came later or that lies elsewhere is touched.
func TestCleanRecordsAreApprovedTogether(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.clean(0, 12)
	d.clean(1, 2)
	ids := list(t, collections.Read(d.TestApp), `SELECT id FROM child_visits WHERE area LIKE '990101%' ORDER BY id`)
	write := func(query string, args ...any) {
		t.Helper()
		if err := collections.Write(t.Context(), d.TestApp, func(db collections.DB) error { _, err := db.Exec(query, args...); return err }); err != nil {
			t.Fatal(err)
		}
	}
	write(`UPDATE child_visits SET complete=FALSE WHERE id=?`, ids[0])
	write(`UPDATE child_visits SET review_state='has_issues' WHERE id=?`, ids[1])
	write(`UPDATE child_visits SET issues='[{"code":"x","severity":"warning"}]' WHERE id=?`, ids[2])
	write(`UPDATE child_visits SET received_at='2099-01-01 00:00:00.000Z' WHERE id=?`, ids[3])

	var set cleanSet
	body := string(d.get(d.boss, "/queue/clean", &set))
	if set.N+set.Held != 8 || set.Held < 1 || len(set.Workers) != 1 || slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(body, id) }) {
		t.Fatalf("the set: %s", body)
	}
	path := "/api/doorstep/v1/queue/clean?before=" + url.QueryEscape(set.Before)
	var done cleanDone
	d.boss.Want(http.StatusOK, http.MethodPost, path, nil, &done)
	if len(done.Approved) != set.N || done.Refused != 0 || done.Left != 0 {
		t.Fatalf("approved %+v of %+v", done, set)
	}
	after := d.states()
	for _, one := range done.Approved {
		if after[one.ID] != collections.Approved || slices.Contains(ids[:4], one.ID) {
			t.Errorf("%s is %s", one.ID, after[one.ID])
		}
	}
	approved := 0
	for _, state := range after {
		if state == collections.Approved {
			approved++
		}
	}
	if approved != set.N {
		t.Errorf("%d are approved, and %d were to be", approved, set.N)
	}
	if d.get(d.boss, "/queue/clean", &set); set.Held < 1 {
		t.Errorf("after it: %+v", set)
	}
	var again cleanDone
	if d.boss.Want(http.StatusOK, http.MethodPost, path, nil, &again); len(again.Approved) != 0 {
		t.Errorf("the sample is released: %+v", again)
	}
	if kept := list(t, collections.Read(d.TestApp), `SELECT count(*) FROM reviews WHERE decision='approve'`)[0]; kept != fmt.Sprint(len(done.Approved)) {
		t.Errorf("%s decisions are kept", kept)
	}
	next := list(t, collections.Read(d.TestApp), `SELECT id FROM child_visits WHERE area LIKE '990102%'`)
	other := list(t, collections.Read(d.TestApp), `SELECT id FROM workers WHERE staff_no='S-990102'`)[0]
	for _, id := range next {
		d.Plant(t, collections.Edits, map[string]any{"id": "of-" + id, "record": id, "worker": other})
	}
	d.get(d.other, "/queue/clean", &set)
	d.other.Want(http.StatusOK, http.MethodPost, path, nil, &again)
	if after := d.states(); len(again.Approved) != 0 || again.Refused != set.N || set.N+set.Held != 2 || again.Left != 0 || after[next[0]] != collections.Received || after[next[1]] != collections.Received {
		t.Errorf("whose answers the supervisor has changed: %+v", again)
	}
	write(`DELETE FROM edits`)
	d.TellsEach(t, "approving together", func() error {
		if status, body := d.other.Do(http.MethodPost, path, nil); status != http.StatusOK {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	}, func(string) {})
}

// A held submission is shown in the words of its form with what is sealed masked; elsewhere it is as good as none.
func TestAHeldSubmissionIsShownAsAForm(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	op := operation(1, uuid.NewString(), childVisit("", "示例路 1 号", child("王小明", number1, "2015-03-01", nil)))
	op["answers"].(map[string]any)["household"].(map[string]any)["residents"] = 2
	op["version"] = "no such version"
	if r := push(t, d.tablets[0], op)[0]; r.Status != "quarantined" {
		t.Fatalf("%+v", r)
	}
	var held struct{ Items []struct{ ID string } }
	d.get(d.boss, "/quarantine", &held)
	var out struct {
		Rows []struct {
			Ref, Value string
			Masked     bool
			Reveal     *struct{}
			Label      struct{ ZH string }
		}
	}
	d.get(d.boss, "/quarantine/"+held.Items[0].ID, &out)
	seen := false
	for _, r := range out.Rows {
		if r.Reveal != nil || strings.Contains(r.Value, number1) || strings.Contains(r.Value, "王小明") {
			t.Errorf("shown: %+v", r)
		}
		seen = seen || r.Masked && strings.HasPrefix(r.Ref, "children[1]/") && r.Label.ZH != ""
	}
	if !seen {
		t.Errorf("rows %+v", out.Rows)
	}
	if status, _ := d.other.Do(http.MethodGet, "/api/doorstep/v1/quarantine/"+held.Items[0].ID, nil); status != http.StatusNotFound {
		t.Errorf("next door: %d", status)
	}
}

// A household is shown with its people, visits and tasks to whoever covers it; a search leads there, and nobody else is told its id.
func TestAHouseholdIsFoundAndShown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.visit(0, "990101001001001", "示例路 1 号", "王小明", number1)
	d.visit(1, "990102001001001", "示例路 9 号", "李小红", "")
	var found struct {
		Items []struct{ Household, Person, Area string }
	}
	d.boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/search/person", map[string]any{"number": number1}, &found)
	if len(found.Items) != 1 || found.Items[0].Household == "" {
		t.Fatalf("found %+v", found)
	}
	home := found.Items[0].Household
	for task, where := range map[string][3]string{
		"home": {home, "", gridA}, "child": {"", found.Items[0].Person, gridA}, "other": {"another", "", gridA}, "away": {home, "", gridC},
	} {
		d.Plant(t, collections.Tasks, map[string]any{"id": "task-" + task, "kind": "visit", "title": "去看看 " + task, "status": "open",
			"household": where[0], "person": where[1], "area": where[2]})
	}
	var out struct {
		Tasks   []struct{ Title string }
		Members []struct{ ID string }
		Visits  []struct {
			ID         string
			Located    bool
			HouseholdM *float64 `json:"household_m"`
		}
		Location struct {
			Lat, Lon *float64
			Inside   *bool
			Outline  any
		}
	}
	body := string(d.get(d.boss, "/households/"+home, &out))
	if len(out.Members) != 1 || out.Members[0].ID != found.Items[0].Person || len(out.Visits) != 1 || out.Visits[0].ID != id {
		t.Errorf("shown: %s", body)
	}
	if got := fmt.Sprint(out.Tasks); got != "[{去看看 child} {去看看 home}]" {
		t.Errorf("to be done: %s", got)
	}
	if v := out.Visits[0]; !v.Located || v.HouseholdM == nil || *v.HouseholdM != 0 {
		t.Errorf("the visit that told where the household is: %s", body)
	}
	if at := out.Location; at.Lat != nil || at.Lon != nil || at.Inside == nil || !*at.Inside || at.Outline == nil {
		t.Errorf("the place: %+v", at)
	}
	lon := strings.TrimRight(strings.Fields(testapp.Inside("990101001001001"))[1], "0")
	for _, secret := range []string{"王小明", number1, "李小红", lon} {
		if strings.Contains(body, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	if status, _ := d.other.Do(http.MethodGet, "/api/doorstep/v1/households/"+home, nil); status != http.StatusNotFound {
		t.Errorf("next door: %d", status)
	}
	for id, area := range map[string]string{"stays": gridA, "leaves": gridC} {
		d.Plant(t, collections.Households, map[string]any{"id": id, "area": area})
		d.Plant(t, collections.Households, map[string]any{"id": id + "-before", "area": gridA, "merged_into": id})
	}
	for who, merged := range map[*testapp.Client][2]string{d.boss: {"stays", ""}, d.manager: {"stays", "leaves"}} {
		for i, before := range []string{"stays-before", "leaves-before"} {
			var home struct {
				Merged string `json:"merged_into"`
			}
			if d.get(who, "/households/"+before, &home); home.Merged != merged[i] {
				t.Errorf("%s became part of %q, not %q", before, home.Merged, merged[i])
			}
		}
	}
	found.Items = nil
	d.other.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/search/person", map[string]any{"number": number1}, &found)
	if len(found.Items) != 1 || found.Items[0].Household != "" || found.Items[0].Person != "" {
		t.Errorf("next door is told %+v", found.Items)
	}
}
