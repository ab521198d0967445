package hooks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/audit"
	"doorstep/internal/search"
	"doorstep/internal/testapp"
)

const heardPath = "/api/doorstep/v1/search/heard"

// TestSearchBySound: a supervisor finds who sounds alike and is about as old, within the territory and the place that is asked for,
// masked; the trail says who was shown and not what was asked for.
func TestSearchBySound(t *testing.T) {
	t.Parallel()
	n := newNeighbours(t, twoDistricts, "990101", "990102")
	n.visit(0, 2, uuid.NewString(), child("汪晓鸣", "", "2016-05-04", nil))
	n.visit(0, 3, uuid.NewString(), child("王小明", "", "1996-05-04", nil))
	type answer struct {
		Items []struct{ Person, Household, Area, Name, Sex, BirthDate string }
		More  bool
	}
	for name, c := range map[string]struct {
		body map[string]any
		want []string // how the people are shown
	}{
		"as it is written first":     {map[string]any{"name": "王小明", "age": 10}, []string{"王**", "汪**"}},
		"by sound":                   {map[string]any{"name": "汪小鸣", "age": 11}, []string{"王**", "汪**"}},
		"in pinyin, about":           {map[string]any{"name": "wang xiaoming", "age": 12}, []string{"王**", "汪**"}},
		"in a place":                 {map[string]any{"name": "王小明", "age": 11, "area": gridA}, []string{"王**", "汪**"}},
		"in another place of theirs": {map[string]any{"name": "王小明", "age": 11, "area": gridB}, nil},
		"in a place of others":       {map[string]any{"name": "王小明", "age": 11, "area": "990102"}, nil},
		"much older":                 {map[string]any{"name": "王小明", "age": 60}, nil},
		"somebody else":              {map[string]any{"name": "赵小明", "age": 11}, nil},
		"a surname alone":            {map[string]any{"name": "王", "age": 11}, nil},
		"a pattern":                  {map[string]any{"name": "王%", "age": 11}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			before, at := n.Picture(t), head(t, n.App)
			var got answer
			n.bosses[0].Want(http.StatusOK, http.MethodPost, heardPath, c.body, &got)
			var shown []string
			for _, p := range got.Items {
				shown = append(shown, p.Name)
				if !strings.HasPrefix(p.Area, "990101") || p.Person == "" || p.Household == "" {
					t.Errorf("%+v", p)
				}
			}
			if !slices.Equal(shown, c.want) || got.More {
				t.Errorf("%+v", got)
			}
			rows := trail(t, n.App, at)
			if len(rows) != 1 || rows[0].Action != audit.Search || strings.Contains(fmt.Sprint(rows), "王") || strings.Contains(fmt.Sprint(rows), "wang") {
				t.Errorf("on record: %+v", rows)
			}
			for _, change := range n.Picture(t).Since(before) {
				if !slices.Contains([]string{"audit", "meta"}, change.Table) {
					t.Errorf("a search changed %s", change.Table)
				}
			}
		})
	}
	for name, body := range map[string]map[string]any{"no age": {"name": "王小明"}, "no name": {"age": 3}, "an age of nobody": {"name": "王小明", "age": -1}} {
		t.Run(name, func(t *testing.T) { n.bosses[0].Want(http.StatusBadRequest, http.MethodPost, heardPath, body, nil) })
	}
	n.tablets[0].Want(http.StatusForbidden, http.MethodPost, heardPath, map[string]any{"name": "王小明", "age": 11}, nil)
}

// TestSearchesOfBothKindsCountTogether: who has asked by sound waits for the exact search as well.
func TestSearchesOfBothKindsCountTogether(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	boss := app.Client(t, app.Serve(t), app.Worker(t, "S1", "supervisor", "990101"))
	for range search.Free {
		boss.Want(http.StatusOK, http.MethodPost, heardPath, map[string]any{"name": "王小明", "age": 9}, nil)
	}
	for path, body := range map[string]any{heardPath: map[string]any{"name": "王小明", "age": 9}, searchPath: asked} {
		boss.Want(http.StatusTooManyRequests, http.MethodPost, path, body, nil)
	}
}
