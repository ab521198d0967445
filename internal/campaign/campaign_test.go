package campaign_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/campaign"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

func known(form string) bool { return form == "child_visit" || form == "elderly_baseline" }

// TestEdit changes one field of a draft at a time, to its edges; what is refused leaves everything as it was.
func TestEdit(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	manager := app.Worker(t, "M1", "manager", "990101")
	act := access.Act{Actor: access.Actor{ID: manager.Id, Role: access.Manager, Territory: []string{"990101"}}, Now: app.Doorstep.Now()}
	good := campaign.Draft{Name: " 冬季排查 ", Form: "child_visit", Round: 2, Starts: "2026-11-23T08:00:00+08:00", Ends: "2026-12-01T00:00:00Z",
		Territory: []string{"990101001", "990101"}, HoldPolicy: "errors", Status: campaign.Open, Recheck: &survey.Recheck{Questions: []string{"a"}}}
	id, err := campaign.Edit(t.Context(), app, known, act, good)
	if err != nil {
		t.Fatal(err)
	}
	row := app.Picture(t)[collections.Campaigns][id]
	for column, want := range map[string]string{"name": "冬季排查", "form": "child_visit", "round": "2", "starts": "2026-11-23 00:00:00.000Z",
		"ends": "2026-12-01 00:00:00.000Z", "territory": `["990101001","990101"]`, "hold_policy": "errors", "status": "open",
		"recheck": `{"form":"","questions":["a"]}`} {
		if row[column] != want {
			t.Errorf("%s is %q, want %q", column, row[column], want)
		}
	}
	for _, entry := range app.Picture(t)[collections.Audit] {
		const said = `{"hold_policy":"errors","status":"open","territory":["990101001","990101"]}`
		if entry["record"] == id && (entry["action"] != "campaign.edit" || entry["actor"] != manager.Id || entry["area"] != "990101" || entry["purpose"] != "administration" || entry["detail"] != said) {
			t.Errorf("the trail says %v", entry)
		}
	}
	app.Plant(t, collections.Campaigns, map[string]any{"id": "beside", "name": "他处", "form": "child_visit", "round": 1, "territory": `["990102"]`,
		"hold_policy": "all", "status": "open", "rev": 1, "starts": "2026-11-01 00:00:00.000Z", "created": "2026-11-01 00:00:00.000Z"})

	many := func(n int) []string { return slices.Repeat([]string{"990101"}, n) }
	for name, c := range map[string]struct {
		change func(*campaign.Draft)
		code   problem.Code
		detail string
	}{
		"as it is":               {func(*campaign.Draft) {}, "", ""},
		"the revision":           {func(d *campaign.Draft) { d.Rev = 99 }, problem.StaleRevision, ""},
		"another form":           {func(d *campaign.Draft) { d.Form = "elderly_baseline" }, problem.BadParameter, "form"},
		"one that is not there":  {func(d *campaign.Draft) { d.ID = "none" }, problem.NotFound, ""},
		"somebody else's":        {func(d *campaign.Draft) { d.ID = "beside" }, problem.NotAllowed, ""},
		"a territory elsewhere":  {func(d *campaign.Draft) { d.Territory = []string{"990101", "990102"} }, problem.OtherTerritory, "territory"},
		"no such area":           {func(d *campaign.Draft) { d.Territory = []string{"990101", "990101999"} }, problem.BadParameter, "territory"},
		"no territory":           {func(d *campaign.Draft) { d.Territory = nil }, problem.BadParameter, "territory"},
		"500 areas":              {func(d *campaign.Draft) { d.Territory = many(500) }, "", ""},
		"501":                    {func(d *campaign.Draft) { d.Territory = many(501) }, problem.BadParameter, "territory"},
		"no name":                {func(d *campaign.Draft) { d.Name = " \t" }, problem.BadParameter, "name"},
		"100 letters":            {func(d *campaign.Draft) { d.Name = strings.Repeat("名", 100) }, "", ""},
		"101":                    {func(d *campaign.Draft) { d.Name = strings.Repeat("名", 101) }, problem.BadParameter, "name"},
		"round 0":                {func(d *campaign.Draft) { d.Round = 0 }, problem.BadParameter, "round"},
		"round 1":                {func(d *campaign.Draft) { d.Round = 1 }, "", ""},
		"round 1000":             {func(d *campaign.Draft) { d.Round = 1000 }, "", ""},
		"round 1001":             {func(d *campaign.Draft) { d.Round = 1001 }, problem.BadParameter, "round"},
		"no such policy":         {func(d *campaign.Draft) { d.HoldPolicy = "" }, problem.BadParameter, "hold_policy"},
		"closed":                 {func(d *campaign.Draft) { d.Status = campaign.Closed }, "", ""},
		"no such status":         {func(d *campaign.Draft) { d.Status = "done" }, problem.BadParameter, "status"},
		"no day to begin":        {func(d *campaign.Draft) { d.Starts = "" }, "", ""},
		"no day to end":          {func(d *campaign.Draft) { d.Ends = "" }, "", ""},
		"begins on no day":       {func(d *campaign.Draft) { d.Starts = "2026-11-23" }, problem.BadParameter, "starts"},
		"ends on no day":         {func(d *campaign.Draft) { d.Ends = "soon" }, problem.BadParameter, "ends"},
		"ends as it begins":      {func(d *campaign.Draft) { d.Ends = d.Starts }, "", ""},
		"ends before":            {func(d *campaign.Draft) { d.Ends = "2026-11-22T23:59:59Z" }, problem.BadParameter, "ends"},
		"a recheck of nothing":   {func(d *campaign.Draft) { d.Recheck = &survey.Recheck{Questions: []string{""}} }, problem.BadParameter, "recheck"},
		"a recheck by none":      {func(d *campaign.Draft) { d.Recheck = &survey.Recheck{Form: "none"} }, problem.BadParameter, "recheck"},
		"a recheck by another":   {func(d *campaign.Draft) { d.Recheck = &survey.Recheck{Form: "elderly_baseline"} }, "", ""},
		"the recheck as it is":   {func(d *campaign.Draft) { d.Recheck = nil }, "", ""},
		"a new one of no form":   {func(d *campaign.Draft) { d.ID, d.Form = "", "none" }, problem.BadParameter, "form"},
		"a new one of elsewhere": {func(d *campaign.Draft) { d.ID, d.Territory = "", []string{"990102"} }, problem.OtherTerritory, "territory"},
	} {
		d := good
		d.ID = id
		c.change(&d)
		before := app.Picture(t)
		_, err := campaign.Edit(t.Context(), app, known, act, d)
		var p *problem.Problem
		if errors.As(err, &p); err != nil && (p == nil || p.Code != c.code || p.Detail != c.detail) || err == nil && c.code != "" {
			t.Errorf("%s: %v, want %s %s", name, err, c.code, c.detail)
		}
		for _, change := range app.Picture(t).Since(before) {
			if ours := change.Key == id || change.Names([]string{id}); err != nil || !ours {
				t.Errorf("%s: %s %s moved: %v", name, change.Table, change.Key, change.Columns())
			}
		}
	}
	if row := app.Picture(t)[collections.Campaigns][id]; !strings.Contains(row["recheck"], "elderly_baseline") && !strings.Contains(row["recheck"], `"a"`) {
		t.Errorf("what re-interviews ask is lost: %s", row["recheck"])
	}
}

// TestCreateAndClose writes each field of a campaign and reads it again, the latest first.
func TestCreateAndClose(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	now := app.Doorstep.Now()
	day := now.UTC().Truncate(time.Second)
	want := campaign.Campaign{Name: "一轮", Form: "child_visit", Round: 3, Starts: day, Ends: day.Add(time.Hour), Territory: []string{"990101", "990102"},
		HoldPolicy: "none", Status: campaign.Open}
	bare := campaign.Campaign{Name: "二轮", Form: "elderly_baseline", Round: 1, Territory: []string{"9901"}, HoldPolicy: "all", Status: campaign.Open}
	var err error
	if want.ID, err = campaign.Create(app, want, "operator", now); err != nil {
		t.Fatal(err)
	}
	if bare.ID, err = campaign.Create(app, bare, "operator", now); err != nil {
		t.Fatal(err)
	}
	for id, created := range map[string]string{want.ID: "2026-11-01 00:00:00.000Z", bare.ID: "2026-11-02 00:00:00.000Z"} {
		err := collections.Write(t.Context(), app, func(db collections.DB) error {
			_, err := db.Exec(`UPDATE campaigns SET created=? WHERE id=?`, created, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := campaign.SetStatus(app, want.ID, campaign.Closed, "operator", now); err != nil {
		t.Fatal(err)
	}
	want.Status = campaign.Closed
	if all, err := campaign.List(collections.Read(app)); err != nil || !reflect.DeepEqual(all, []campaign.Campaign{bare, want}) {
		t.Errorf("%+v, %v", all, err)
	}
	if err := campaign.SetStatus(app, "none", campaign.Closed, "operator", now); err == nil {
		t.Error("one that is not there is closed")
	}
	var said []string
	for _, entry := range app.Picture(t)[collections.Audit] {
		if entry["collection"] == collections.Campaigns {
			said = append(said, fmt.Sprintln(entry["action"], entry["actor"], entry["role"], entry["record"], entry["purpose"]))
		}
	}
	slices.Sort(said)
	by := func(action, id string) string {
		return fmt.Sprintln(action, "operator", "operator", id, "administration")
	}
	wanted := []string{by("campaign.create", want.ID), by("campaign.create", bare.ID), by("campaign.closed", want.ID)}
	slices.Sort(wanted)
	if !slices.Equal(said, wanted) {
		t.Errorf("the trail says %q, want %q", said, wanted)
	}
}

// TestWhicheverStatementFailsNoCampaignIsWritten, nor is one that is not read taken for one that is not there.
func TestWhicheverStatementFailsNoCampaignIsWritten(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	manager := app.Worker(t, "M1", "manager", "990101")
	act := access.Act{Actor: access.Actor{ID: manager.Id, Role: access.Manager, Territory: []string{"990101"}}, Now: app.Doorstep.Now()}
	draft := campaign.Draft{Name: "一", Form: "child_visit", Round: 1, Territory: []string{"990101"}, HoldPolicy: "all", Status: campaign.Open}
	edit := func() error {
		id, err := campaign.Edit(t.Context(), app, known, act, draft)
		if err == nil {
			draft.ID = id
		}
		if p := (*problem.Problem)(nil); errors.As(err, &p) {
			t.Errorf("whoever writes it is told %s %s", p.Code, p.Detail)
		}
		return err
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"create", func() error {
			_, err := campaign.Create(app, campaign.Campaign{Name: "二", Form: "child_visit", Round: 1, Territory: []string{"9901"}, HoldPolicy: "all",
				Status: campaign.Open}, "operator", act.Now)
			return err
		}},
		{"draw up", edit}, {"edit", edit},
		{"close", func() error { return campaign.SetStatus(app, draft.ID, campaign.Closed, "operator", act.Now) }},
		{"list", func() error {
			all, err := campaign.List(collections.Read(app))
			if err == nil && len(all) != 2 {
				t.Errorf("%d campaigns are listed", len(all))
			}
			return err
		}},
	} {
		app.FailsAtEach(t, step.name, step.do)
	}
}
