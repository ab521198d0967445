package hooks_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/client"
	"doorstep/internal/devicesync"
	"doorstep/internal/testapp"
)

// carrying is a tablet that pulled and holds unsent work: three new visits, one of which the server has answered.
func carrying(t *testing.T, c *testapp.Client) *client.Tablet {
	t.Helper()
	d := device(c, 0)
	if _, err := d.Register(t.Context(), client.Identity{Name: "t"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		answers, err := json.Marshal(childVisit(testapp.Inside(gridA), fmt.Sprintf("示例路 %d 号", i)))
		if err != nil {
			t.Fatal(err)
		}
		d.Outbox.Add(client.Operation{Op: client.Submit, ID: uuid.NewString(), Form: "child_visit", Answers: answers})
	}
	push(t, c, map[string]any{"seq": 1, "op": "submit", "id": d.Outbox.Waiting[0].ID, "form": "child_visit", "answers": d.Outbox.Waiting[0].Answers})
	return pulled(t, d)
}

func TestAShutOutTabletHandsInAndWipes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code string
		shut func(*testing.T, *testapp.App, *testapp.Client, *client.Tablet)
	}{
		"the device is revoked": {"device.revoked", func(t *testing.T, _ *testapp.App, manager *testapp.Client, d *client.Tablet) {
			manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+d.Conn.Device+"/revoke", nil, nil)
		}},
		"the worker is": {"worker.revoked", func(t *testing.T, app *testapp.App, _ *testapp.Client, _ *client.Tablet) {
			worker, err := app.FindFirstRecordByData("workers", "staff_no", "F1")
			if err != nil {
				t.Fatal(err)
			}
			worker.Set("active", false)
			worker.RefreshTokenKey() // whether or not the token ends too
			if err := app.Save(worker); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			app, tablet, boss := stage(t)
			manager := app.Client(t, app.Serve(t), app.Worker(t, "M1", "manager", "9901"))
			d := carrying(t, tablet)
			early := *d
			if err := early.HandInAndWipe(t.Context()); err == nil {
				t.Error("work is handed in by a tablet that may push")
			}
			c.shut(t, app, manager, d)
			_, err := d.Push(t.Context())
			var refused *client.Refusal
			if !client.WipeOrdered(err) || !errors.As(err, &refused) || refused.Code != c.code || client.Again(err) {
				t.Errorf("the next contact: %v", err)
			}
			for _, path := range []string{"/api/sync/v1/pull", "/api/sync/v1/digest", "/api/sync/v1/repair?buckets=1", "/api/doorstep/v1/quarantine", "/api/collections/households/records"} {
				if status, body := tablet.Do(http.MethodGet, path, nil); status == http.StatusOK && !strings.Contains(string(body), `"items":[]`) {
					t.Errorf("%s still answers %d %.100s", path, status, body)
				}
			}
			old := *d
			old.Outbox.Waiting = append([]client.Operation{}, d.Outbox.Waiting...)
			if err := d.HandInAndWipe(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(d.Outbox.Waiting) != 0 || len(held(&d.Copy)) != 0 || d.Conn.Token != "" || d.Seal != "" {
				t.Errorf("it still holds %d operations, %d records", len(d.Outbox.Waiting), len(held(&d.Copy)))
			}
			var list struct{ Items []struct{ ID, Code string } }
			boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &list)
			if len(list.Items) != 2 || list.Items[0].Code != "operation.sealed" {
				t.Fatalf("in quarantine: %+v", list.Items)
			}
			var got receipt
			boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/quarantine/"+list.Items[0].ID+"/release", nil, &got)
			if got.Status != "stored" {
				t.Errorf("released: %+v", got)
			}
			// The answer may have been lost: it sends all again, is told that nothing more is taken, and wipes.
			if err := old.HandInAndWipe(t.Context()); err != nil || len(old.Outbox.Waiting) != 0 {
				t.Errorf("once more: %v", err)
			}
			boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &list)
			if len(list.Items) != 1 {
				t.Errorf("then in quarantine: %+v", list.Items)
			}
		})
	}
}

// A tablet that is shut out before it read its answer hands in what is stored: as it wrote the ids, or otherwise.
func TestWhatIsStoredIsKnownWhenItIsHandedIn(t *testing.T) {
	t.Parallel()
	for name, written := range map[string]func(string) string{"as always": strings.ToLower, "in capitals": strings.ToUpper} {
		t.Run(name, func(t *testing.T) {
			app, tablet, boss := stage(t)
			manager := app.Client(t, app.Serve(t), app.Worker(t, "M1", "manager", "9901"))
			d := carrying(t, tablet)
			for i := range d.Outbox.Waiting {
				d.Outbox.Waiting[i].ID = written(d.Outbox.Waiting[i].ID)
			}
			early := *d
			early.Outbox.Waiting = slices.Clone(d.Outbox.Waiting)
			if _, err := early.Push(t.Context()); err != nil {
				t.Fatal(err)
			}
			manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+d.Conn.Device+"/revoke", nil, nil)
			before := app.Picture(t)
			if err := d.HandInAndWipe(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, line := range app.Moved(t, before) {
				if !strings.HasPrefix(line, "devices ") {
					t.Errorf("moved: %s", line)
				}
			}
			var list struct{ Items []struct{ Code string } }
			if boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &list); len(list.Items) != 0 {
				t.Errorf("in quarantine: %+v", list.Items)
			}
		})
	}
}

func TestTheSealedPathTellsNothing(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M1", "manager", "9901"))
	d := carrying(t, tablet)
	manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/devices/"+d.Conn.Device+"/revoke", nil, nil)
	anonymous := *tablet
	anonymous.Token = ""
	send := func(device, seal string, last bool) (int, string) {
		body, err := json.Marshal(map[string]any{"operations": d.Outbox.Waiting, "last": last})
		if err != nil {
			t.Fatal(err)
		}
		anonymous.Device = device
		res := fetch(t, &anonymous, http.MethodPost, "/api/sync/v1/sealed", body, "X-Doorstep-Seal", seal)
		return res.StatusCode, string(plain(t, "", res.Body))
	}
	other := app.Client(t, app.Serve(t), app.Worker(t, "F2", "field", "990101")).Register()
	for what, c := range map[string]struct{ device, seal string }{
		"a wrong seal": {d.Conn.Device, strings.Repeat("0", 64)}, "another device's": {other.Device, d.Seal}, "no device": {"", d.Seal},
	} {
		if status, body := send(c.device, c.seal, false); status != http.StatusForbidden || !strings.Contains(body, "device.unknown") {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	policy := func(value string) {
		if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error { return collections.SetMeta(db, devicesync.SealPolicy, value) }); err != nil {
			t.Fatal(err)
		}
	}
	policy("off")
	if status, body := send(d.Conn.Device, d.Seal, false); status != http.StatusForbidden || !strings.Contains(body, "device.sealed") {
		t.Errorf("a policy against it: %d %s", status, body)
	}
	policy("on")
	for range 2 { // the first answer may be lost
		status, body := send(d.Conn.Device, d.Seal, false)
		var out struct{ Results []map[string]any }
		if err := json.Unmarshal([]byte(body), &out); status != http.StatusOK || err != nil || len(out.Results) != 3 {
			t.Fatalf("%d %s", status, body)
		}
		for _, r := range out.Results {
			for field := range r {
				if !strings.Contains(" seq id status was code message ", " "+field+" ") {
					t.Errorf("a receipt tells %s", field)
				}
			}
		}
	}
	if n, err := app.CountRecords("submissions"); err != nil || n != 3 {
		t.Errorf("%d submissions (%v), want 3", n, err)
	}
}
