package hooks_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// A manager opens and changes campaigns in the own territory, with a window that makes sense; nothing else moves.
func TestAManagerEditsCampaigns(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	server := app.Serve(t)
	top, district := app.Client(t, server, app.Worker(t, "M1", "manager", "9901")), app.Client(t, server, app.Worker(t, "M2", "manager", "990101"))
	const path = "/api/doorstep/v1/campaigns"
	draft := func(change map[string]any) map[string]any {
		d := map[string]any{"name": "冬季排查", "form": "child_visit", "round": 2, "starts": "2026-12-01T00:00:00+08:00", "ends": "2026-12-31T23:59:59+08:00",
			"territory": []string{"990101"}, "hold_policy": "all", "status": "open"}
		maps.Copy(d, change)
		return d
	}
	var made, beside struct{ ID string }
	district.Want(http.StatusOK, http.MethodPost, path, draft(nil), &made)
	top.Want(http.StatusOK, http.MethodPost, path, draft(map[string]any{"territory": []string{"990102"}}), &beside)
	before := app.Find(t, "campaigns", made.ID)
	if before.GetString("starts") != "2026-11-30 16:00:00.000Z" || before.GetInt("rev") != 1 {
		t.Fatalf("%v rev %d", before.GetString("starts"), before.GetInt("rev"))
	}
	pictured := app.Picture(t)
	for name, c := range map[string]struct {
		by     *testapp.Client
		path   string
		change map[string]any
		status int
	}{
		"no name":             {district, path, map[string]any{"name": " "}, 400},
		"no such form":        {district, path, map[string]any{"form": "nobody"}, 400},
		"no such area":        {district, path, map[string]any{"territory": []string{"990101999"}}, 400},
		"nowhere":             {district, path, map[string]any{"territory": []string{}}, 400},
		"ends before":         {district, path, map[string]any{"ends": "2026-11-01T00:00:00+08:00"}, 400},
		"no such policy":      {district, path, map[string]any{"hold_policy": "some"}, 400},
		"next door":           {district, path, map[string]any{"territory": []string{"990101", "990102"}}, 400},
		"a neighbour's":       {district, path + "/" + beside.ID, nil, 403},
		"taken from a place":  {district, path + "/" + beside.ID, map[string]any{"territory": []string{"990101"}}, 403},
		"another form":        {district, path + "/" + made.ID, map[string]any{"form": "elderly_baseline"}, 400},
		"an old revision":     {district, path + "/" + made.ID, map[string]any{"rev": 9}, 409},
		"one that is not":     {district, path + "/x", nil, 404},
		"a supervisor":        {boss, path, nil, 403},
		"a field worker's":    {tablet, path + "/" + made.ID, nil, 403},
		"everything at once ": {district, path, map[string]any{"territory": []string{"9901"}}, 400},
	} {
		if status, body := c.by.Do(http.MethodPost, c.path, draft(c.change)); status != c.status {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	for _, change := range app.Picture(t).Since(pictured) {
		if change.Table != "audit" && change.Table != "audit_refusals" {
			t.Errorf("%s changed: %v", change.Table, change.Columns())
		}
	}
	district.Want(http.StatusOK, http.MethodPost, path+"/"+made.ID, draft(map[string]any{"rev": 1, "status": "closed", "ends": ""}), nil)
	if after := app.Find(t, "campaigns", made.ID); after.GetString("status") != "closed" || after.GetString("ends") != "" || after.GetInt("rev") != 2 {
		t.Errorf("%v", after.FieldsData())
	}
	if app.Find(t, "campaigns", beside.ID).GetInt("rev") != 1 {
		t.Error("the campaign beside it moved")
	}
}

// A visit that names no campaign belongs to the open one of its form for the place where it was made, and to none of next door.
func TestAVisitBelongsToTheCampaignOfItsPlace(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	policies := map[string]string{"990102": "none", "990101": "all"}
	for _, code := range []string{"990101", "990102"} { // the one of next door is the older one
		app.Plant(t, "campaigns", map[string]any{"id": "sweep" + code, "name": code, "form": "child_visit", "status": "open",
			"territory": `["` + code + `"]`, "hold_policy": policies[code], "round": 1, "rev": 1, "created": "2026-11-0" + code[5:] + " 00:00:00.000Z"})
	}
	here, away := uuid.NewString(), uuid.NewString()
	push(t, tablet, operation(1, here, childVisit(testapp.Inside(gridA), "示例路 1 号")))
	elsewhere := app.Client(t, app.Serve(t), app.Worker(t, "F9", "field", "990102")).Register()
	push(t, elsewhere, operation(1, away, childVisit(testapp.Inside("990102001001001"), "示例路 2 号")))
	for id, want := range map[string]string{here: "sweep990101", away: "sweep990102"} {
		visit := app.Find(t, "child_visits", id)
		if got := visit.GetString("campaign"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if waits := visit.GetString("review_state") != "approved"; waits != (id == here) { // as its own campaign says
			t.Errorf("%s is %s", want, visit.GetString("review_state"))
		}
	}
}
