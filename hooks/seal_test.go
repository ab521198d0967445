package hooks_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/seal"
	"doorstep/internal/sealing"
	"doorstep/internal/testapp"
)

// planted are identifiers that no other test data holds.
var planted = []string{"欧阳镜湖", "990000201503010017", "13898765432", "镜湖路 377 号", "镜湖家的猫", "欧阳家的门牌.jpg", "欧阳说的话"}

// plantedFile is the name of a file, plantedQuestion that of a question that no form has.
var plantedFile, plantedQuestion = planted[5], planted[6]

// plant sends a visit with them, a photo, a correction, and what a supervisor says of it.
func plant(t *testing.T, app *testapp.App, tablet, boss *testapp.Client) (visit string) {
	t.Helper()
	id := uuid.NewString()
	content := photo(t, 1, 50_000)
	content = append(content, []byte(strings.Join(planted, "\n"))...)
	answers := childVisit(testapp.Inside(gridA), planted[3], child(planted[0], planted[1], "2015-03-01", map[string]any{"guardian_phone": planted[2]}))
	answers["household"].(map[string]any)["household_phone"] = planted[2]
	answers["closing"] = map[string]any{"remarks": planted[4]}
	answers[plantedQuestion] = planted[4]
	op := operation(1, id, answers)
	op["files"] = []map[string]any{{"name": plantedFile, "sha256": digest(content), "size": len(content)}}
	if r := push(t, tablet, op)[0]; r.Status != "stored" || len(r.Persons) != 1 || !slices.ContainsFunc(r.Issues, func(i struct{ Code, Field, Severity string }) bool { return i.Field == plantedQuestion }) {
		t.Fatalf("%+v", r)
	}
	path := begin(t, tablet, digest(content), len(content))
	patch(t, tablet, path, 0, content[:4000])
	patch(t, tablet, path, 4000, content[4000:])
	begun := photo(t, 2, 50_000)
	path = begin(t, tablet, digest(append(begun, content...)), len(begun)+len(content))
	patch(t, tablet, path, 0, content)
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "return", "comment": planted[4]}, nil)
	answers["household"].(map[string]any)["household_phone"] = ""
	correction := operation(2, id, answers)
	correction["base_rev"] = 2
	anew := photo(t, 3, 40_000)
	bring(t, tablet, anew)
	correction["files"] = []map[string]any{{"name": plantedFile, "sha256": digest(anew), "size": len(anew)}}
	if r := push(t, tablet, correction)[0]; r.Status != "stored" {
		t.Fatalf("%+v", r)
	}
	if replaced := app.Clear(t, "attachments", `record='`+id+`' AND replaced=TRUE`, "name"); len(replaced) != 1 || replaced[0][0] != plantedFile {
		t.Fatalf("replaced files: %v", replaced)
	}
	unknown := operation(3, uuid.NewString(), answers)
	unknown["form"] = "no_such_form"
	push(t, tablet, unknown)
	return id
}

func TestNothingOnTheDiskNamesAnybody(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	plant(t, app, tablet, boss)
	if _, err := app.Doorstep.Folder(app).Make(t.Context(), app, app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
	if found := testapp.NewLeaks(t, planted...).Below(t, app.DataDir()); len(found) > 0 {
		t.Errorf("%d traces:\n%s", len(found), strings.Join(found, "\n"))
	}
}

// TestTheSearchFindsWhatIsNotSealed: without sealing the same search finds every identifier, and the first start with keys
// removes all of them, from free pages too.
func TestTheSearchFindsWhatIsNotSealed(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	keys := collections.KeysOf(app)
	collections.UseKeys(app, seal.Plain())
	sealed := []string{tablet.Token, boss.Token}
	tablet.Token, boss.Token = tokenOf(t, app, "F1"), tokenOf(t, app, "S1") // tokens follow from the keys
	visit := plant(t, app, tablet, boss)
	if _, err := app.Doorstep.Folder(app).Make(t.Context(), app, app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
	leaks := testapp.NewLeaks(t, planted...)
	found := strings.Join(leaks.Below(t, app.DataDir()), "\n")
	if !strings.Contains(found, ".zip/") {
		t.Error("a backup is not looked into")
	}
	if err := os.RemoveAll(filepath.Join(app.DataDir(), "backups")); err != nil {
		t.Fatal(err)
	}
	for _, text := range planted {
		if !strings.Contains(found, text) {
			t.Errorf("%s is not found although nothing is sealed", text)
		}
	}
	collections.UseKeys(app, keys)
	tablet.Token, boss.Token = sealed[0], sealed[1]
	for range 2 { // the second time nothing is left to do
		if err := sealing.Everything(t.Context(), app, app.Doorstep.Library, nil); err != nil {
			t.Fatal(err)
		}
		if err := sealing.Reseal(t.Context(), app, app.Doorstep.Library, nil); err != nil {
			t.Fatal(err)
		}
	}
	if found := leaks.Below(t, app.DataDir()); len(found) > 0 {
		t.Errorf("%d traces after sealing:\n%s", len(found), strings.Join(found, "\n"))
	}
	if r := app.Find(t, "child_visits", visit); r.GetString("address") != planted[3] {
		t.Errorf("the address is %q now", r.GetString("address"))
	}
	again := childVisit(testapp.Inside(gridA), planted[3], child(planted[0], planted[1], "2015-03-01", nil))
	if r := push(t, tablet, operation(9, uuid.NewString(), again))[0]; len(r.Duplicates) == 0 {
		t.Errorf("a duplicate of what was sealed later is not found: %+v", r)
	}
}

func TestReadersSeeMasks(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	plant(t, app, tablet, boss)
	for path, want := range map[string][]string{
		"persons":              {`"name":"欧**"`, `"id_number":"990000********0017"`, `"birth_date":"2015-**-**"`},
		"households":           {`"address":"***"`, `"phone":"138****5432"`},
		"child_visits":         {`"address":"***"`, `"remarks":"***"`, `"visit_location":null`},
		"child_visit_children": {`"child_name":"欧**"`, `"child_id_number":"990000********0017"`, `"child_birth_date":"2015-**-**"`},
		"reviews":              {`"comment":"***"`}, "edits": {`"before":"***"`},
	} {
		status, body := boss.Do(http.MethodGet, "/api/collections/"+path+"/records", nil)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		for _, w := range want {
			if !bytes.Contains(body, []byte(w)) {
				t.Errorf("%s lacks %s: %s", path, w, body)
			}
		}
		for _, text := range append(slices.Clone(planted), "ds1.", `"sealed"`, `"location":`, `"lat":0`) {
			if bytes.Contains(body, []byte(text)) {
				t.Errorf("%s shows %s", path, text)
			}
		}
	}
	for _, filter := range []string{`name_key != ""`, `sealed ~ "ds1"`, `name = "` + planted[0] + `"`} {
		if status, _ := boss.Do(http.MethodGet, "/api/collections/persons/records?filter="+url.QueryEscape(filter), nil); status == http.StatusOK {
			t.Errorf("filtered by %s", filter)
		}
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	visit := plant(t, app, tablet, boss)
	ask := map[string]any{"collection": "child_visits", "id": visit, "fields": []string{"address", "remarks"}, "reason": "家长来电核对 " + planted[0]}
	var got struct{ Fields map[string]string }
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/reveal", ask, &got)
	if got.Fields["address"] != planted[3] || got.Fields["remarks"] != planted[4] {
		t.Errorf("got %v", got.Fields)
	}
	entry, err := app.FindFirstRecordByData("audit", "action", "reveal")
	if err != nil || entry.GetString("record") != visit || strings.Contains(entry.GetString("detail"), planted[0]) || !strings.Contains(entry.GetString("detail"), "remarks") {
		t.Fatalf("the record of it: %v %v", entry, err)
	}
	var detail struct{ Reason string }
	if err := json.Unmarshal([]byte(entry.GetString("detail")), &detail); err != nil {
		t.Fatal(err)
	}
	if reason, err := collections.KeysOf(app).Open(detail.Reason, collections.SealedAt("audit", visit)); err != nil || string(reason) != ask["reason"] {
		t.Errorf("the reason: %q %v", reason, err)
	}
	row, err := app.FindFirstRecordByData("child_visit_children", "visit", visit)
	if err != nil {
		t.Fatal(err)
	}
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/reveal", map[string]any{"collection": "child_visit_children", "id": row.Id, "fields": []string{"child_id_number", "child_birth_date"}, "reason": "家长来电要求核对证件号码"}, &got)
	if got.Fields["child_id_number"] != planted[1] || got.Fields["child_birth_date"] != "2015-03-01" {
		t.Errorf("got %v", got.Fields)
	}
	server := app.Serve(t)
	other := app.Client(t, server, app.Worker(t, "S-other", "supervisor", "990102"))
	analyst := app.Client(t, server, app.Worker(t, "A-here", "analyst", "990101"))
	for name, c := range map[string]struct {
		client *testapp.Client
		change map[string]any
		want   int
	}{
		"another territory": {other, nil, http.StatusNotFound}, "an analyst": {analyst, nil, http.StatusForbidden},
		"the collector": {tablet, nil, http.StatusForbidden}, "no reason": {boss, map[string]any{"reason": " "}, http.StatusBadRequest},
		"what is not masked": {boss, map[string]any{"fields": []string{"worker"}}, http.StatusBadRequest}, "nothing": {boss, map[string]any{"fields": []string{}}, http.StatusBadRequest},
		"a table of the system": {boss, map[string]any{"collection": "workers"}, http.StatusNotFound}, "no such record": {boss, map[string]any{"id": "x"}, http.StatusNotFound},
	} {
		body := map[string]any{}
		for k, v := range ask {
			body[k] = v
		}
		for k, v := range c.change {
			body[k] = v
		}
		if status, answer := c.client.Do(http.MethodPost, "/api/doorstep/v1/reveal", body); status != c.want {
			t.Errorf("%s: %d, want %d: %s", name, status, c.want, answer)
		}
	}
}

// TestEditsThroughMasks: what comes back as it was shown is unchanged, what is new is sealed, what is emptied is empty.
func TestEditsThroughMasks(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	plant(t, app, tablet, boss)
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M-mask", "manager", "990101"))
	person, err := app.FindFirstRecordByFilter("persons", "household != ''")
	if err != nil {
		t.Fatal(err)
	}
	path := "/api/collections/persons/records/" + person.Id
	check := func(step, name, number, birth string) {
		t.Helper()
		if p := app.Find(t, "persons", person.Id); p.GetString("name") != name || p.GetString("id_number") != number || p.GetString("birth_date") != birth {
			t.Errorf("%s: %q %q %q", step, p.GetString("name"), p.GetString("id_number"), p.GetString("birth_date"))
		}
	}
	manager.Want(http.StatusOK, http.MethodPatch, path, map[string]any{"name": "欧**", "id_number": "990000********0017", "birth_date": "2015-**-**", "sealed": ""}, nil)
	check("as shown", planted[0], planted[1], "2015-03-01")
	manager.Want(http.StatusOK, http.MethodPatch, path, map[string]any{"name": "欧阳湖"}, nil)
	check("a new name", "欧阳湖", planted[1], "2015-03-01")
	manager.Want(http.StatusOK, http.MethodPatch, path, map[string]any{"id_number": ""}, nil)
	check("no number", "欧阳湖", "", "2015-03-01")
	if raw, err := app.FindRecordById("persons", person.Id); err != nil || raw.GetString("name") != "" || raw.GetString("id_key") != "" || raw.GetString("sealed") == "" {
		t.Errorf("stored in clear: %v (%v)", raw, err)
	}
}

func tokenOf(t *testing.T, app *testapp.App, staffNo string) string {
	t.Helper()
	worker, err := app.FindFirstRecordByData(collections.Workers, "staff_no", staffNo)
	if err != nil {
		t.Fatal(err)
	}
	return app.Token(t, worker)
}

// Sealing that was not done when the server stopped goes on when it serves again.
func TestSealingGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Plant(t, collections.Households, map[string]any{"id": "home", "area": gridA, "address": planted[3], "active": true, "rev": 1})
	for _, statement := range []string{`UPDATE households SET address='` + planted[3] + `', sealed='' WHERE id='home'`,
		`DELETE FROM meta WHERE "key"='seal.done'`} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	app.Handler(t)
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		home := app.Picture(t)[collections.Households]["home"]
		if home["address"] == "" && home["sealed"] != "" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("an address lies in clear, or is gone: %v", home)
		}
	}
	if done, err := sealing.Done(app); err != nil || app.Find(t, collections.Households, "home").GetString("address") != planted[3] {
		t.Errorf("done %v, %v", done, err)
	}
}
