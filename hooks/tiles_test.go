package hooks_test

import (
	"bytes"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// The map's areas carry what coverage counts of the caller's territory, and nothing of the next one.
func TestTheMapCountsTheTerritoryAlone(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "9901")).Register()
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	for i, grid := range []string{gridA, gridA, "990102001001001"} {
		if r := push(t, tablet, operation(i+1, uuid.NewString(), childVisit(testapp.Inside(grid), "示例路 "+string(rune('1'+i))+" 号")))[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	var outlines struct {
		Features []struct {
			Properties struct {
				Code, Level string
				Counts      *struct{ Expected, Visited, Completed int }
			}
		}
	}
	boss.Want(200, get, "/api/doorstep/v1/areas/outlines?parent=990101001001&counts=1", nil, &outlines)
	if len(outlines.Features) != 2 {
		t.Fatalf("%+v", outlines)
	}
	for _, f := range outlines.Features {
		if want := map[string]int{gridA: 2}[f.Properties.Code]; f.Properties.Counts == nil || f.Properties.Counts.Visited != want || f.Properties.Counts.Expected != 10 {
			t.Errorf("%+v", f.Properties)
		}
	}
	kept := map[string]string{"Authorization": boss.Token, "If-None-Match": "none"}
	for _, want := range []int{200, 304} {
		answer, _ := fetched(t, server.URL+"/api/doorstep/v1/areas/outlines?parent=990101001001", kept)
		if answer.StatusCode != want {
			t.Errorf("borders that a browser has: %d, want %d", answer.StatusCode, want)
		}
		kept["If-None-Match"] = answer.Header.Get("ETag")
	}
	outlines.Features = nil
	if boss.Want(200, get, "/api/doorstep/v1/areas/outlines?parent=990101001001", nil, &outlines); outlines.Features[0].Properties.Counts != nil {
		t.Errorf("counts that nobody asked for: %+v", outlines.Features[0].Properties)
	}
	status, tile := boss.Do(get, "/api/doorstep/v1/tiles/9/418/223.mvt?level=grid", nil)
	if status != 200 || !bytes.Contains(tile, []byte(gridA)) || bytes.Contains(tile, []byte("990102001")) {
		t.Errorf("%d %q", status, tile)
	}
	for path, want := range map[string]int{"/9/418/223": 200, "/9/418/x": 404, "/0/0/1": 404, "/30/1/1": 404} {
		if status, _ := boss.Do(get, "/api/doorstep/v1/tiles"+path, nil); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _ := tablet.Do(get, "/api/doorstep/v1/tiles/9/418/223", nil); status != 403 {
		t.Errorf("a field worker: %d", status)
	}
}
