package hooks_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/console"
)

// A workbook is looked at before it is published: what becomes of its answers, how it differs from the version that tablets
// get, and what would keep it from being published. Looking stores nothing.
func TestAFormIsLookedAtBeforeItIsPublished(t *testing.T) {
	t.Parallel()
	app, _, boss := nightRound(t)
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M9", "manager", "9901"))
	raw, err := os.ReadFile("testdata/night_round.md")
	if err != nil {
		t.Fatal(err)
	}
	live := string(raw)
	count := func() (all []int) {
		for _, table := range []string{"forms", "outbox", "changes", "audit"} {
			all = append(all, rowsIn(t, app, table))
		}
		return all
	}
	before := count()
	const path = "/api/doorstep/v1/forms/check"
	var same, next console.FormLook
	status := uploadTo(t, manager, path, "night_round.md", raw, "", &same)
	if status != http.StatusOK || same.Against != nil || same.Status != "published" || len(same.Answers) == 0 ||
		!strings.Contains(same.XML, "<h:html") {
		t.Fatalf("the live version itself: %d %+v", status, same)
	}
	changed := strings.Replace(live, "| step | now | 当晚 | Tonight |", "| step | now | 今晚 | This night |", 1)
	if changed == live {
		t.Fatal("the table has another label")
	}
	var refusal struct{ Code string }
	status = uploadTo(t, manager, path, "night_round.md", []byte(changed), "", &refusal)
	if status != http.StatusBadRequest || refusal.Code != "form.workbook" {
		t.Errorf("another workbook of a version that is there: %d %+v", status, refusal)
	}
	renamed := strings.Replace(changed, "| night_round | 1 |", "| night_round | 2 |", 1)
	status = uploadTo(t, manager, path, "night_round.md", []byte(renamed), "", &next)
	if status != http.StatusOK || next.Against == nil || next.Against.Version != same.Version || next.Status != "" {
		t.Fatalf("the next version: %d %+v", status, next)
	}
	for _, c := range next.Against.Changes {
		if c.Path != "step" || c.What != "choices" || !strings.Contains(c.Before.ZH, "当晚") ||
			!strings.Contains(c.After.ZH, "今晚") || c.Before.EN == c.After.EN {
			t.Errorf("%+v", c)
		}
	}
	if len(next.Against.Changes) == 0 {
		t.Error("a label of a choice differs, and nothing is told")
	}
	var kept console.FormLook
	manager.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/forms/night_round/"+same.Version, nil, &kept)
	if kept.XML != same.XML || len(kept.Answers) != len(same.Answers) {
		t.Errorf("as stored: %+v", kept)
	}
	if !slices.Equal(count(), before) {
		t.Errorf("looking changed %v to %v", before, count())
	}
	if status := uploadTo(t, boss, path, "night_round.md", raw, "", &refusal); status != http.StatusForbidden {
		t.Errorf("a supervisor: %d", status)
	}
}
