package hooks_test

import (
	"maps"
	"math"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/console"
	"doorstep/internal/instrument"
	"doorstep/internal/testapp"
)

// nightRound is a stage with a form of somebody else; sleeper is one round of its repeat.
func nightRound(t *testing.T) (app *testapp.App, tablet, boss *testapp.Client) {
	t.Helper()
	app, tablet, boss = stage(t)
	raw, err := os.ReadFile("testdata/night_round.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.Doorstep.Library.Publish(app, instrument.Workbook{Name: "night_round.md", Raw: raw}, instrument.Published, "", app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
	return app, tablet, boss
}

func sleeper(nick, freezing, wounded, underage string) map[string]any {
	return map[string]any{"nick": nick, "freezing": freezing, "wounded": wounded, "underage": underage}
}

func round(seq int, id string, base int64, sleepers ...map[string]any) map[string]any {
	return map[string]any{"seq": seq, "op": "submit", "id": id, "form": "night_round", "base_rev": base, "answers": map[string]any{
		"start": "2026-11-23T22:00:00.000+08:00", "today": "2026-11-23", "spot": testapp.Inside(gridA), "outcome": "spoken", "sleepers": sleepers,
	}}
}

type task struct {
	ID, Title, Status, Due, Priority, Record string
	Causes                                   []string
	Issues                                   []struct{ Code, Field string }
}

// tasksOf lists the tasks of a record as its supervisor sees them, oldest first.
func tasksOf(t *testing.T, boss *testapp.Client, record string) []task {
	t.Helper()
	var out struct{ Items []task }
	boss.Want(http.StatusOK, http.MethodGet, "/api/collections/tasks/records?perPage=50", nil, &out)
	return slices.DeleteFunc(out.Items, func(k task) bool { return k.Record != record })
}

// reports are the tasks that a report opened, without the appointments.
func reports(all []task) []task {
	return slices.DeleteFunc(slices.Clone(all), func(k task) bool { return k.Due != "" })
}

func TestACorrectionThatDisclosesMoreOpensAReport(t *testing.T) {
	t.Parallel()
	app, tablet, boss := nightRound(t)
	id, beside := uuid.NewString(), uuid.NewString()
	push(t, tablet, round(1, id, 0, sleeper("老周", "no", "unsure", "no")), round(2, beside, 0, sleeper("阿明", "no", "yes", "no")))
	first := reports(tasksOf(t, boss, id))
	if len(first) != 1 || !strings.Contains(first[0].Title, "疑似") || len(first[0].Issues) != 1 || first[0].Issues[0].Field != "sleepers[1]/wounded" {
		t.Fatalf("a suspicion is reported for a supervisor to judge: %+v", first)
	}
	neighbours := tasksOf(t, boss, beside)
	boss.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/reports/"+first[0].ID+"/settle", settledReport, nil)

	push(t, tablet, round(3, id, 1, sleeper("小何", "no", "no", "no"), sleeper("老周", "yes", "unsure", "no")))
	if got := reports(tasksOf(t, boss, id)); len(got) != 1 {
		t.Fatalf("what was reported is not reported again when rows move: %+v", got)
	}
	push(t, tablet, round(4, id, 2, sleeper("小何", "no", "no", "no"), sleeper("老周", "yes", "yes", "no")))
	got := reports(tasksOf(t, boss, id))
	if len(got) != 2 || got[1].Status != "open" || strings.Contains(got[1].Title, "疑似") || len(got[1].Causes) != 1 {
		t.Fatalf("what was disclosed after the report was closed opens another: %+v", got)
	}
	push(t, tablet, round(5, id, 3, sleeper("小何", "no", "yes", "no"), sleeper("老周", "yes", "yes", "no")))
	if got := reports(tasksOf(t, boss, id)); len(got) != 3 || len(got[2].Causes) != 1 {
		t.Errorf("the same of somebody else opens another: %+v", got)
	}
	if now := tasksOf(t, boss, beside); len(now) != len(neighbours) || now[0].Status != neighbours[0].Status {
		t.Errorf("the record beside it changed: %+v, before %+v", now, neighbours)
	}
	if n, err := app.CountRecords("outbox"); err != nil || n != 4 {
		t.Errorf("%d notices (%v), want 4", n, err)
	}
}

func TestARowEditedByHandReports(t *testing.T) {
	t.Parallel()
	app, tablet, boss := nightRound(t)
	id := uuid.NewString()
	push(t, tablet, round(1, id, 0, sleeper("老周", "no", "no", "no")))
	row, err := app.FindFirstRecordByData("night_round_sleepers", "visit", id)
	if err != nil {
		t.Fatal(err)
	}
	row.Set("wounded", "yes")
	if err := app.Save(row); err != nil {
		t.Fatal(err)
	}
	if got := reports(tasksOf(t, boss, id)); len(got) != 1 {
		t.Errorf("reports %+v, want one", got)
	}
}

func TestFollowUpsKeepTheDayOfTheGrade(t *testing.T) {
	t.Parallel()
	_, tablet, boss := nightRound(t)
	id := uuid.NewString()
	r := push(t, tablet, round(1, id, 0, sleeper("老周", "yes", "no", "yes"), sleeper("小何", "no", "no", "no"), sleeper("阿明", "unsure", "no", "no")))[0]
	due := func() (all []string) {
		for _, k := range tasksOf(t, boss, id) {
			if k.Due != "" {
				all = append(all, k.Due+" "+k.Priority+" "+k.Status)
			}
		}
		slices.Sort(all)
		return all
	}
	if got := due(); !slices.Equal(got, []string{"2026-11-24 high open", "2026-11-26 high open"}) {
		t.Fatalf("appointments %v after %+v", got, r)
	}
	push(t, tablet, round(2, id, 1, sleeper("老周", "unsure", "no", "no"), sleeper("小何", "no", "no", "no"), sleeper("阿明", "no", "no", "no")))
	if got := due(); !slices.Equal(got, []string{"2026-11-26 high cancelled", "2026-11-26 high open"}) {
		t.Errorf("appointments %v", got)
	}
}

// The codes of the form's own outcomes are those that its list of choices declares.
func TestOutcomesOfAnyFormAreCounted(t *testing.T) {
	t.Parallel()
	_, tablet, boss := nightRound(t)
	nobody := round(3, uuid.NewString(), 0)
	nobody["answers"].(map[string]any)["outcome"] = "nobody"
	push(t, tablet, round(1, uuid.NewString(), 0), round(2, uuid.NewString(), 0, sleeper("老周", "no", "no", "no")), nobody)
	var out console.Outcomes
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/outcomes?form=night_round", nil, &out)
	codes := map[string]int64{}
	for _, c := range out.Total.Codes {
		codes[c.AAPOR+" "+c.DHS] = c.N
	}
	if want := map[string]int64{"1.1 1": 2, "2.24 2": 1}; !maps.Equal(codes, want) || math.Abs(rates(out.Total)["RR1"]-2./3) > 1e-9 {
		t.Errorf("%v, RR1 %v; want %v and 2/3", codes, rates(out.Total)["RR1"], want)
	}
}
