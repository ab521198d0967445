package hooks_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/sealing"
	"doorstep/internal/testapp"
)

// A row that does not open any more is passed over; what stands beside it comes, in every list that opens rows.
func TestADamagedRowStopsNothing(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	var ids []string
	for _, address := range []string{"示例路 1 号", "示例路 2 号"} {
		ids = append(ids, uuid.NewString())
		push(t, tablet, operation(len(ids), ids[len(ids)-1], childVisit(testapp.Inside(gridA), address)))
	}
	for n, id := range []string{uuid.NewString(), uuid.NewString()} {
		push(t, tablet, map[string]any{"seq": 3 + n, "op": "submit", "id": id, "form": "nobody", "answers": map[string]any{}})
	}
	good := len(pulled(t, device(tablet, 0)).Copy.Records[collections.Households])
	for table, where := range map[string]string{"households": "address_key=(SELECT MAX(address_key) FROM households)", "child_visits": "id='" + ids[1] + "'", "submissions": "seq IN (1,3)"} {
		if _, err := app.DB().NewQuery("UPDATE " + table + " SET sealed=substr(sealed,1,length(sealed)-6)||'AAAAAA' WHERE " + where).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	d := pulled(t, device(tablet, 0))
	if got := len(d.Copy.Records[collections.Households]); good != 2 || got != 1 {
		t.Errorf("%d of %d households came", got, good)
	}
	if _, whole := d.Copy.Records["child_visits"][ids[0]]; !whole || len(d.Copy.Records["child_visits"]) != 1 {
		t.Errorf("visits %v", held(&d.Copy))
	}
	for _, path := range []string{"/api/collections/households/records", "/api/collections/child_visits/records", "/api/doorstep/v1/quarantine"} {
		var list struct{ Items []map[string]any }
		boss.Want(http.StatusOK, http.MethodGet, path, nil, &list)
		if len(list.Items) != 2 {
			t.Errorf("%s: %d rows", path, len(list.Items))
		}
	}
	for range 2 {
		if err := app.Doorstep.ReportDamage(t.Context(), app.TestApp); err != nil {
			t.Fatal(err)
		}
	}
	var rows, records int
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*), COUNT(DISTINCT record) FROM audit WHERE action='row.damaged'`, nil, &rows, &records); err != nil || rows != 3 || records != 3 {
		t.Errorf("%d entries of %d damaged rows in the audit, %v", rows, records, err)
	}
	if r := push(t, tablet, operation(5, ids[1], childVisit(testapp.Inside(gridA), "示例路 3 号")), operation(6, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 4 号"))); r[0].Status != "quarantined" || r[0].Code != "row.damaged" || r[1].Status != "stored" {
		t.Errorf("a change of a damaged record %+v", r)
	}
	if status, body := boss.Do(http.MethodGet, "/api/doorstep/v1/records/child_visits/"+ids[0]+"/history", nil); status != http.StatusOK {
		t.Errorf("history: %d %s", status, body)
	}
	damaged := map[string]int{}
	if err := sealing.Damaged(t.Context(), collections.Read(app.TestApp), func(table, _ string) { damaged[table]++ }); err != nil ||
		!maps.Equal(damaged, map[string]int{"households": 1, "child_visits": 1, "submissions": 2}) {
		t.Errorf("%v, and found are %v", err, damaged)
	}
}

// What a tablet says of itself is short, and a worker has so many tablets and no more.
func TestTabletsHaveAQuota(t *testing.T) {
	t.Parallel()
	_, tablet, _ := stage(t)
	say := func(field, text string) (int, string) {
		status, body := tablet.Do(http.MethodPost, "/api/sync/v1/devices", map[string]string{field: text})
		return status, string(body)
	}
	for _, field := range []string{"name", "app", "platform", "device_time", "id"} {
		if status, body := say(field, strings.Repeat("x", 201)); status != http.StatusBadRequest || !strings.Contains(body, `"request.parameter"`) || !strings.Contains(body, field) {
			t.Errorf("%s: %d %s", field, status, body)
		}
	}
	for range 19 {
		if status, body := say("name", "平板"); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	if status, body := say("name", "平板"); status != http.StatusConflict || !strings.Contains(body, `"device.too_many"`) {
		t.Errorf("one more: %d %s", status, body)
	}
	if status, body := say("id", tablet.Device); status != http.StatusOK {
		t.Errorf("one that is known: %d %s", status, body)
	}
}
