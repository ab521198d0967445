package hooks_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/identity"
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
	t.Parallel()
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

// TestACrowdOfOneName: of two thousand of one name and birth date in one community their keys tell nothing. Who comes after them, by a
// tablet or an ODK app, is stored as somebody new without opening any; the keys are noted. A number still finds whom it means.
func TestACrowdOfOneName(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	const crowd = 2000
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for i := range crowd {
			p := identity.Person{Name: "张伟", NameKey: identity.NameKey("张伟"), Sex: "male", BirthDate: "2015-03-01", Area: gridA,
				Household: fmt.Sprint("home", i), Source: "import"}
			if i == 0 {
				p.IDType, p.IDNumber, p.IDKey = "id_card", number1, number1
			}
			r := identity.Register{DB: db, Reach: identity.Everywhere, Now: app.Doorstep.Now()}
			if _, err := r.ResolvePerson(p, identity.Person{}, fmt.Sprintf("crowd%010d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", kid("张伟", "2015-03-01", "male")))); got[0].Status != "stored" {
		t.Fatalf("%+v", got)
	}
	phone.saved(xmlPart(record(t, app, "child_visit", "uuid:"+uuid.NewString(), "", childVisit(testapp.Inside(gridA), "示例路 2 号", kid("张伟", "2015-03-01", "male")))))
	rowCount(t, app, map[string]int64{"child_visits": 2, "persons": crowd + 2, "duplicates": 0})
	full, err := identity.FullKeys(collections.Read(app.TestApp))
	if err != nil || len(full) != 3 {
		t.Errorf("full keys %v, %v", full, err)
	}
	push(t, tablet, operation(2, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 3 号", child("张伟", number1, "2015-03-01", nil))))
	rowCount(t, app, map[string]int64{"child_visits": 3, "persons": crowd + 2})
}
