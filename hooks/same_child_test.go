package hooks_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// manyTablets pushes one visit from each of fifty tablets of one grid at the same moment.
func manyTablets(t *testing.T, met func(i int) map[string]any) *testapp.App {
	t.Helper()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	const tablets = 50
	clients := make([]*testapp.Client, tablets)
	for i := range clients {
		clients[i] = app.Client(t, server, app.Worker(t, fmt.Sprint("F", i), "field", gridA)).Register()
	}
	var wait sync.WaitGroup
	for i, c := range clients {
		visit := operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), fmt.Sprintf("示例路 %d 号", i), met(i)))
		wait.Go(func() {
			var out struct{ Results []receipt }
			c.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": []any{visit}}, &out)
			if len(out.Results) != 1 || out.Results[0].Status != "stored" {
				t.Errorf("%+v", out.Results)
			}
		})
	}
	wait.Wait()
	if n, err := app.CountRecords("child_visits"); err != nil || n != tablets {
		t.Fatalf("%d visits, %v", n, err)
	}
	return app
}

// TestFiftyTabletsMeetOneChild: with a number it is one person. Heard by ear and without a number every record is somebody new,
// and whoever came later is paired with one who was there.
func TestFiftyTabletsMeetOneChild(t *testing.T) {
	t.Run("with a number", func(t *testing.T) {
		app := manyTablets(t, func(int) map[string]any { return child("王小明", number1, "2015-03-01", nil) })
		if n, err := app.CountRecords("persons"); err != nil || n != 1 {
			t.Errorf("%d persons, %v", n, err)
		}
	})
	t.Run("by ear", func(t *testing.T) {
		app := manyTablets(t, func(i int) map[string]any {
			return kid([]string{"欧阳梓萱", "欧阳紫轩", "欧陽子萱"}[i%3], "2015-03-01", "female")
		})
		var alone, people int
		_, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*), SUM(NOT EXISTS (SELECT 1 FROM duplicates WHERE collection='persons' AND rule='alike' AND b=persons.id)) FROM persons`, nil, &people, &alone)
		if err != nil || people != 50 || alone != 1 {
			t.Errorf("%d persons, %d of them not paired with an earlier one, %v", people, alone, err)
		}
	})
}
