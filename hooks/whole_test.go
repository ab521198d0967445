package hooks_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// What counts for every territory is for whoever holds them all: a district's manager is refused on each such route and
// list, the city's is not. What may be done anywhere changes nothing for others.
func TestWhatCountsForEverybody(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	served := app.Serve(t)
	district, city := app.Client(t, served, app.Worker(t, "M1", "manager", "990101", "990109")), app.Client(t, served, app.Worker(t, "M2", "manager", "9901"))
	var anywhere []string
	for do, roles := range access.Table {
		for _, where := range roles {
			if where == access.Anywhere {
				anywhere = append(anywhere, string(do))
			}
		}
	}
	slices.Sort(anywhere)
	if want := []string{"break_glass", "form.convert", "form.read"}; !slices.Equal(slices.Compact(anywhere), want) {
		t.Errorf("allowed anywhere: %v, want %v", slices.Compact(anywhere), want)
	}
	fill := strings.NewReplacer("{form}", "child_visit", "{version}", "x", "{id}", "x")
	routes := 0
	for _, r := range server.Routes {
		if access.Table[r.Do][access.Manager] != access.Whole {
			continue
		}
		routes++
		if status, body := district.Do(r.Method, fill.Replace(r.Path), map[string]any{}); status != http.StatusForbidden || !strings.Contains(string(body), "access.for_the_whole") {
			t.Errorf("%s %s of a district: %d %s", r.Method, r.Path, status, body)
		}
		if status, body := city.Do(r.Method, fill.Replace(r.Path), map[string]any{}); status == http.StatusForbidden {
			t.Errorf("%s %s of the city: %d %s", r.Method, r.Path, status, body)
		}
	}
	if routes < 6 {
		t.Errorf("only %d routes", routes)
	}
	policy := map[string]any{"collection": "child_visits", "days": 1, "active": true}
	district.Want(http.StatusForbidden, http.MethodPost, "/api/collections/retention_policies/records", policy, nil)
	city.Want(http.StatusOK, http.MethodPost, "/api/collections/retention_policies/records", policy, nil)
}

// A border has two sides: who holds one of them names the area, and does not draw it over the neighbour's ground.
func TestBordersAreDrawnByWhoHoldsBothSides(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	served := app.Serve(t)
	district, city := app.Client(t, served, app.Worker(t, "M1", "manager", "990101")), app.Client(t, served, app.Worker(t, "M2", "manager", "9901"))
	path := "/api/collections/areas/records/" + gridA
	others := `SELECT json_array(code, name, boundary, expected_households, rev) FROM areas WHERE code!='` + gridA + `' ORDER BY code`
	db := collections.Read(app.TestApp)
	neighbours := list(t, db, others)
	boundary := func() string { return app.Find(t, collections.Areas, gridA).GetString("boundary") }
	theirs, before := app.Find(t, collections.Areas, gridC).GetString("boundary"), boundary()
	drawn := map[string]any{"name": "改名", "boundary": theirs}
	if status, body := district.Do(http.MethodPatch, path, drawn); status != http.StatusBadRequest || boundary() != before {
		t.Errorf("a district draws a border: %d %s", status, body)
	}
	district.Want(http.StatusOK, http.MethodPatch, path, map[string]any{"name": "改名", "expected_households": 7}, nil)
	if got := app.Find(t, collections.Areas, gridA); got.GetString("name") != "改名" || got.GetInt("expected_households") != 7 || boundary() != before {
		t.Errorf("a district names an area: %v", got)
	}
	city.Want(http.StatusOK, http.MethodPatch, path, drawn, nil)
	if boundary() == before {
		t.Error("the city drew nothing")
	}
	crossing := map[string]any{"boundary": `{"type":"Polygon","coordinates":[[[113,22],[114,23],[114,22],[113,23],[113,22]]]}`}
	if status, body := city.Do(http.MethodPatch, path, crossing); status != http.StatusBadRequest || !strings.Contains(string(body), "boundary") || boundary() == before {
		t.Errorf("a border that crosses itself: %d %s", status, body)
	}
	if after := list(t, db, others); !slices.Equal(after, neighbours) {
		t.Error("other areas changed")
	}
}

// Whoever holds every area holds the whole, at whatever level the round is held.
func TestHoldingTheWhole(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	db := collections.Read(app.TestApp)
	areas := list(t, db, `SELECT code FROM areas`)
	for name, c := range map[string]struct {
		territory []string
		want      bool
	}{
		"the city":             {[]string{"9901"}, true},
		"the province":         {[]string{"99"}, true},
		"both districts":       {[]string{"990102", "990101"}, true},
		"nested":               {[]string{"9901", "990101001001001"}, true},
		"a district":           {[]string{"990101"}, false},
		"another city":         {[]string{"9902"}, false},
		"none":                 {nil, false},
		"an empty code":        {[]string{""}, false},
		"a district and more":  {[]string{"990101", "9902"}, false},
		"the last and nothing": {[]string{"990102"}, false},
	} {
		got, err := access.Actor{ID: "m", Role: access.Manager, Territory: c.territory}.Allowed(db, access.PublishForm)
		if err != nil || got != c.want {
			t.Errorf("%s: %v %v, want %v (areas %v)", name, got, err, c.want, areas)
		}
	}
	if _, err := app.DB().NewQuery(`DELETE FROM areas WHERE code>='990102'`).Execute(); err != nil {
		t.Fatal(err)
	}
	if got, err := (access.Actor{Role: access.Manager, Territory: []string{"990101"}}).Allowed(db, access.PublishForm); err != nil || !got {
		t.Errorf("the only district of a round: %v %v", got, err)
	}
}
