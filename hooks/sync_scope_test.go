package hooks_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/client"
	"doorstep/internal/devicesync"
	"doorstep/internal/testapp"
)

// device is the real client library in the hands of a worker.
func device(c *testapp.Client, page int) *client.Tablet {
	return &client.Tablet{Conn: client.Conn{URL: c.URL, HTTP: http.DefaultClient, Token: c.Token, Device: c.Device}, Page: page}
}

func reassign(t *testing.T, app *testapp.App, worker *core.Record, territory ...string) {
	t.Helper()
	fresh, err := app.FindRecordById("workers", worker.Id)
	if err != nil {
		t.Fatal(err)
	}
	fresh.Set("territory", territory)
	if err := app.Save(fresh); err != nil {
		t.Fatal(err)
	}
}

func moveTo(t *testing.T, app *testapp.App, collection, id, area string) {
	t.Helper()
	r, err := app.FindRecordById(collection, id)
	if err != nil {
		t.Fatal(err)
	}
	r.Set("area", area)
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
}

// gaveUp plants the territory of the next district as one that somebody gave up before anything was told.
func gaveUp(t *testing.T, app *testapp.App, worker, scope string) {
	t.Helper()
	app.Plant(t, "former_territories", map[string]any{"id": worker + " " + scope, "worker": worker, "scope": scope, "territory": `["990102"]`,
		"seq": 0})
}

// held is what a copy holds, as "collection/id/rev".
func held(c *client.Copy) (all []string) {
	for collection, records := range c.Records {
		for id, r := range records {
			all = append(all, fmt.Sprint(collection, "/", id, "/", r.Rev))
		}
	}
	slices.Sort(all)
	return all
}

func pulled(t *testing.T, d *client.Tablet) *client.Tablet {
	t.Helper()
	if err := d.Pull(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// asNew fails unless a copy is what a first sync would bring.
func asNew(t *testing.T, what string, d *client.Tablet) {
	t.Helper()
	first := &client.Tablet{Conn: d.Conn}
	got, want := held(&d.Copy), held(&pulled(t, first).Copy)
	if !slices.Equal(got, want) {
		extra := slices.DeleteFunc(slices.Clone(got), func(r string) bool { return slices.Contains(want, r) })
		lacking := slices.DeleteFunc(slices.Clone(want), func(r string) bool { return slices.Contains(got, r) })
		t.Fatalf("%s: the copy holds %v too many and lacks %v", what, extra, lacking)
	}
}

func TestAnotherTerritoryIsCrossedIntoWithoutAReset(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", gridA, gridB)
	c := app.Client(t, server, worker).Register()
	inA, inB, inC := settle(t, app, gridA, 3, nowhere), settle(t, app, gridB, 2, nowhere), settle(t, app, gridC, 4, nowhere)
	first := pull(t, c, "")
	gaveUp(t, app, "another", devicesync.ScopeKey([]string{gridA, gridB}))
	gaveUp(t, app, worker.Id, "") // on another day
	reassign(t, app, worker, gridB, gridC)

	delta := pull(t, c, first.Cursor)
	ops := map[string]string{}
	for _, ch := range delta.Changes {
		ops[ch.ID] = ch.Op
	}
	if delta.Reset {
		t.Error("everything is sent again")
	}
	for _, id := range append(inA, gridA) {
		if ops[id] != "leave" {
			t.Errorf("%s in the territory given up: %q", id, ops[id])
		}
	}
	for _, id := range append(inC, gridC, "990102", "990102001", "990102001001") {
		if ops[id] != "upsert" {
			t.Errorf("%s in the new territory: %q", id, ops[id])
		}
	}
	for _, id := range append(inB, gridB, "9901", "990101", "990101001001") {
		if ops[id] != "" {
			t.Errorf("%s was there before and is told as %q", id, ops[id])
		}
	}
	if rest := pull(t, c, delta.Cursor); len(rest.Changes) != 0 {
		t.Errorf("then %+v", rest.Changes)
	}
}

// Whatever moves while a tablet is away, however the territory changes and however small the pages are: it ends with
// what a first sync would bring, and is never reset.
func TestCrossingsConverge(t *testing.T) {
	t.Parallel()
	areas := []string{gridA, gridB, gridC, "990102001001002"}
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	some := func() []string {
		return []string{areas[r.IntN(len(areas))], areas[r.IntN(len(areas))]}
	}
	worker := app.Worker(t, "F1", "field", some()...)
	c := app.Client(t, server, worker).Register()
	var homes []string
	for _, area := range areas {
		homes = append(homes, settle(t, app, area, 5, nowhere)...)
	}
	var devices []*client.Tablet
	for _, size := range []int{1, 2, 3, 7, 500} {
		devices = append(devices, pulled(t, device(c, size)))
	}
	for round := range 12 {
		for range r.IntN(6) {
			moveTo(t, app, "households", homes[r.IntN(len(homes))], areas[r.IntN(len(areas))])
		}
		reassign(t, app, worker, some()...)
		for range r.IntN(6) {
			moveTo(t, app, "households", homes[r.IntN(len(homes))], areas[r.IntN(len(areas))])
		}
		for i, d := range devices {
			if r.IntN(3) == 0 {
				continue // stays away
			}
			pulled(t, d)
			asNew(t, fmt.Sprintf("round %d, device %d", round, i), d)
		}
	}
	for i, d := range devices {
		pulled(t, d)
		asNew(t, fmt.Sprint("at the end, device ", i), d)
		if d.Copy.Fulls != 1 {
			t.Errorf("device %d was reset %d times", i, d.Copy.Fulls-1)
		}
	}
}

// What came into the former territory after it was given up is nothing that its former worker may learn of.
func TestACrossingTellsNothingNewOfTheTerritoryGivenUp(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", gridA)
	c := app.Client(t, server, worker).Register()
	boss := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	home := settle(t, app, gridB, 1, nowhere)[0]
	first := pull(t, c, "")
	reassign(t, app, worker, gridC)
	later := app.Client(t, server, app.Worker(t, "F2", "field", "9901")).Register()
	push(t, later, map[string]any{"seq": 1, "op": "household", "id": uuid.NewString(), "answers": map[string]any{"address": "示例路 7 号", "lat": 22.55, "lon": 114.005, "accuracy": 5}})
	boss.Want(http.StatusOK, http.MethodPatch, "/api/collections/households/records/"+home, map[string]any{"area": gridA}, nil)
	moveTo(t, app, "households", home, gridB)
	for _, ch := range pull(t, c, first.Cursor).Changes {
		if ch.Collection == "households" {
			t.Errorf("it is told of %+v", ch)
		}
	}
}

// The people of a household go with it, and so they leave together.
func TestAHouseholdThatMovesTakesItsPeople(t *testing.T) {
	t.Parallel()
	app, c, _ := stage(t)
	r := push(t, c, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))[0]
	d := pulled(t, device(c, 0))
	d.Outbox.LastSeq = 1
	d.Outbox.Add(client.Operation{Op: client.Household, ID: r.Household, Answers: json.RawMessage(`{"phone":"13800000000"}`)})
	moveTo(t, app, "households", r.Household, gridC)
	pulled(t, d)
	for collection, id := range map[string]string{"households": r.Household, "persons": r.Persons[0]} {
		if _, there := d.Copy.Find(collection, id); there {
			t.Errorf("%s stay", collection)
		}
	}
	asNew(t, "after the move", d)
	if len(d.Outbox.Waiting) != 1 {
		t.Error("unsent work left with its record")
	}
}

// Work on what left in the meantime is kept, its new supervisors find it, and it counts once they release it.
func TestUnsentWorkOnWhatLeftIsHandedOver(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001")
	c := app.Client(t, server, worker).Register()
	former := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	present := app.Client(t, server, app.Worker(t, "S2", "supervisor", "990102"))
	homes := settle(t, app, gridA, 2, nowhere)
	stranger := settle(t, app, "990102001002001", 1, nowhere)[0]
	d := pulled(t, device(c, 0))
	for _, id := range append(homes, stranger) {
		d.Outbox.Add(client.Operation{Op: client.Household, ID: id, Answers: json.RawMessage(`{"phone":"13800000000"}`)})
	}
	moveTo(t, app, "households", homes[1], gridC)
	reassign(t, app, worker, "990102001001002")
	gaveUp(t, app, "another", "theirs")
	pulled(t, d)
	if len(d.Copy.Records["households"]) != 0 || len(d.Outbox.Waiting) != 3 {
		t.Fatalf("%d households stay, %d operations wait", len(d.Copy.Records["households"]), len(d.Outbox.Waiting))
	}
	receipts, err := d.Push(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"operation.handed_over", "operation.handed_over", "operation.out_of_scope"} {
		if receipts[i].Status != client.Quarantined || receipts[i].Code != want {
			t.Errorf("operation %d: %s %s, want %s", i+1, receipts[i].Status, receipts[i].Code, want)
		}
	}
	for home, boss := range map[string]*testapp.Client{homes[0]: former, homes[1]: present} {
		var list struct {
			Items []struct{ ID, Instance string }
		}
		boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &list)
		at := slices.IndexFunc(list.Items, func(h struct{ ID, Instance string }) bool { return h.Instance == home })
		if at < 0 {
			t.Fatalf("the supervisor of %s does not find it among %+v", home, list.Items)
		}
		var got receipt
		boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/quarantine/"+list.Items[at].ID+"/release", nil, &got)
		r := app.Find(t, "households", home)
		if got.Status != "stored" || r.GetString("phone") != "13800000000" {
			t.Errorf("released: %+v, phone %q", got, r.GetString("phone"))
		}
	}
}
