package hooks_test

import (
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/instrument"
	"doorstep/internal/testapp"
)

// A city's manager sees what other thresholds would make of the records, and nothing changes by looking.
func TestAPreviewCountsWhatWouldChange(t *testing.T) {
	t.Parallel()
	app, tablet, boss := nightRound(t)
	server := app.Serve(t)
	away := app.Client(t, server, app.Worker(t, "F9", "field", "990102001001")).Register()
	manager := app.Client(t, server, app.Worker(t, "M9", "manager", "9901"))
	district := app.Client(t, server, app.Worker(t, "M8", "manager", "990101"))
	push(t, tablet, round(1, uuid.NewString(), 0, sleeper("老周", "yes", "no", "no"), sleeper("小何", "no", "no", "no")), round(2, uuid.NewString(), 0, sleeper("阿明", "no", "yes", "no")))
	far := round(1, uuid.NewString(), 0, sleeper("阿芳", "yes", "no", "no"))
	far["answers"].(map[string]any)["spot"] = testapp.Inside(gridC)
	push(t, away, far)
	raw, err := os.ReadFile("testdata/night_round.md")
	if err != nil {
		t.Fatal(err)
	}
	stricter := strings.Replace(string(raw), "| step | now | 当晚 | Tonight | | | 4 | 1 |", "| step | now | 当晚 | Tonight | | | 2 | 1 |", 1)
	if stricter == string(raw) {
		t.Fatal("the table has another threshold")
	}
	count := func() (all []int) {
		for _, table := range []string{"forms", "night_round", "night_round_sleepers", "tasks", "outbox", "edits", "changes"} {
			all = append(all, rowsIn(t, app, table))
		}
		return all
	}
	before := count()
	const path = "/api/doorstep/v1/forms/night_round/preview"
	var p instrument.Preview
	if status := uploadTo(t, manager, path, "night_round.md", []byte(stricter), "", &p); status != http.StatusOK || p.Records != 3 {
		t.Fatalf("preview: %d %+v", status, p)
	}
	for _, c := range p.Columns {
		want := map[string]int{"step": 2, "again": 2}[c.Column]
		if c.Differs != want || c.Same != 4-want || c.Column == "step" && !slices.Equal(c.Moves, []instrument.Between{{From: "calm", To: "now", Count: 2}}) {
			t.Errorf("%+v", c)
		}
	}
	if len(p.Columns) != 2 || !slices.Equal(count(), before) {
		t.Errorf("columns %+v, rows %v, before %v", p.Columns, count(), before)
	}
	if status := uploadTo(t, manager, path, "night_round.md", raw, "", &p); status != http.StatusOK || len(p.Columns) != 0 {
		t.Errorf("the same workbook changes something: %d %+v", status, p)
	}
	var refusal struct{ Code string }
	for name, other := range map[string]*testapp.Client{"a supervisor": boss, "a district's manager": district} {
		if status := uploadTo(t, other, path, "night_round.md", raw, "", &refusal); status != http.StatusForbidden {
			t.Errorf("%s previews: %d %+v", name, status, refusal)
		}
	}
	in, _ := app.Doorstep.Library.Get("night_round", "")
	for _, of := range []struct {
		since     time.Duration
		territory []string
		records   int
	}{
		{-time.Hour, []string{"990101"}, 2}, {-time.Hour, []string{"990102"}, 1}, {-time.Hour, []string{"990102", "990101"}, 3}, {-time.Hour, nil, 0},
		{-time.Hour, []string{"9900", "9902"}, 0}, {time.Hour, []string{"9901"}, 0},
	} {
		p, err := in.Preview(t.Context(), collections.Read(app), in, instrument.Arrived{Since: app.Doorstep.Now().Add(of.since), Ranges: territory.Of(of.territory)}, app.Doorstep.Now())
		if err != nil || p.Records != of.records || p.More {
			t.Errorf("%+v: %+v %v", of, p, err)
		}
	}
	if status := uploadTo(t, manager, "/api/doorstep/v1/forms/child_visit/preview", "night_round.md", raw, "", &refusal); status != http.StatusBadRequest {
		t.Errorf("another form's workbook: %d %+v", status, refusal)
	}
}

// Whoever may publish sees the tables that decide grades, and gets the workbook with other points; the comparison and the
// publication take it as it is. Others see none, and no other cell is written.
func TestPointsAreEdited(t *testing.T) {
	t.Parallel()
	app, tablet, boss := nightRound(t)
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M9", "manager", "9901"))
	push(t, tablet, round(1, uuid.NewString(), 0, sleeper("老周", "yes", "no", "no")))
	const path = "/api/doorstep/v1/forms/night_round/points"
	var got struct {
		Version string
		Tables  []instrument.Points
	}
	read := func() (all map[string]string) {
		all = map[string]string{}
		manager.Want(http.StatusOK, http.MethodGet, path, nil, &got)
		for _, table := range got.Tables {
			for _, c := range table.Choices {
				for i, value := range c.Values {
					all[table.List+" "+c.Name+" "+table.Columns[i]] = value
				}
			}
		}
		return all
	}
	before := read()
	if len(got.Tables) != 2 || before["sign wounded weight"] != "3" || before["sign wounded alone"] != "yes" || before["step now from"] != "4" || before["step now days"] != "1" {
		t.Fatalf("%+v", got)
	}
	cell := func(list, choice, column, value string) map[string]any {
		return map[string]any{"cells": []any{map[string]any{"list": list, "choice": choice, "column": column, "value": value}}}
	}
	var made struct{ Name, Workbook string }
	manager.Want(http.StatusOK, http.MethodPost, path, cell("step", "now", "from", "2"), &made)
	var p instrument.Preview
	if status := uploadTo(t, manager, "/api/doorstep/v1/forms/night_round/preview", made.Name, []byte(made.Workbook), "", &p); status != http.StatusOK || p.Records != 1 || len(p.Columns) != 2 {
		t.Errorf("preview: %d %+v", status, p)
	}
	version := got.Version
	if after := read(); after["step now from"] != "4" || got.Version != version {
		t.Error("making a workbook changed the form")
	}
	if status, made := upload(t, manager, made.Name, []byte(made.Workbook), ""); status != http.StatusOK {
		t.Fatalf("publish: %d %+v", status, made)
	}
	after := read()
	before["step now from"] = "2"
	if !maps.Equal(before, after) || got.Version == version {
		t.Errorf("after publication: %v of %s", after, got.Version)
	}
	for name, wrong := range map[string]map[string]any{"another list": cell("result", "spoken", "label", "x"), "another choice": cell("step", "never", "from", "1"), "a label": cell("step", "now", "label::English (en)", "x")} {
		if status, _ := manager.Do(http.MethodPost, path, wrong); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if status, _ := boss.Do(method, path, cell("step", "now", "from", "1")); status != http.StatusForbidden {
			t.Errorf("a supervisor: %d", status)
		}
	}
}
