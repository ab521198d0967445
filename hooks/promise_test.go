package hooks_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/testapp"
)

// A correction that was made on a merged record is merged on that record, not on what one tablet had sent of it.
func TestCorrectionOfAMergedRecord(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	id, seq := uuid.NewString(), 0
	say := func(base int, address, head string) receipt {
		seq++
		answers := visitAt(address)
		answers["household"].(map[string]any)["head_name"] = head
		op := operation(seq, id, answers)
		op["base_rev"] = base
		return push(t, tablet, op)[0]
	}
	say(0, "示例路 1 号", "王大明")
	say(1, "示例路 2 号", "王大明")
	say(1, "示例路 1 号", "王二明") // merged into revision 3: 2 号, 王二明
	say(3, "示例路 2 号", "王三明") // revision 4
	if r := say(3, "示例路 1 号", "王二明"); r.Status != "stored" || len(r.Conflicts) != 0 {
		t.Errorf("an address set back on revision 3: %+v", r)
	}
	if got := columnOf(t, app, id, "address"); got != "示例路 1 号" {
		t.Errorf("the address is %v: the correction was taken for what the tablet had said before", got)
	}
	if got := columnOf(t, app, id, "head_name"); got != "王三明" {
		t.Errorf("the head is %v", got)
	}
}

// A number belongs to one operation: another record with the same answers is not the same operation.
func TestNumberReusedForAnotherRecord(t *testing.T) {
	t.Parallel()
	_, tablet, _ := stage(t)
	push(t, tablet, operation(1, uuid.NewString(), visitAt("示例路 1 号")))
	if r := push(t, tablet, operation(1, uuid.NewString(), visitAt("示例路 1 号")))[0]; r.Status != "quarantined" || r.Code != "operation.sequence_reused" {
		t.Errorf("%+v", r)
	}
}

// What the operator deletes leaves the tablets too, and a late correction does not bring it back.
func TestDeletedRecordsLeaveTheTablets(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	id := uuid.NewString()
	made := push(t, tablet, operation(1, id, childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))[0]
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "return", "comment": "x"}, nil)
	cursor := pull(t, tablet, "").Cursor
	for table, record := range map[string]string{"child_visits": id, "households": made.Household, "persons": made.Persons[0]} {
		r, err := app.FindRecordById(table, record)
		if err != nil {
			t.Fatal(err)
		}
		if err := app.Delete(r); err != nil {
			t.Fatal(err)
		}
	}
	told := map[string]string{}
	for _, ch := range pull(t, tablet, cursor).Changes {
		told[ch.Collection] = ch.Op
	}
	if told["child_visits"] != "delete" || told["households"] != "delete" || told["persons"] != "delete" || told["tasks"] != "leave" {
		t.Errorf("the tablet is told %v", told)
	}
	late := operation(2, id, visitAt("示例路 2 号"))
	if r := push(t, tablet, late)[0]; r.Status != "quarantined" || r.Code != "operation.unknown_base" {
		t.Errorf("a late correction: %+v", r)
	}
}

// A row that the dashboard changed is part of the record's history, and of what a later correction is merged with.
func TestCorrectionAfterARowChanged(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	id := uuid.NewString()
	visit := func(address string) map[string]any {
		return childVisit(testapp.Inside(gridA), address, child("王小明", number1, "2015-03-01", nil))
	}
	push(t, tablet, operation(1, id, visit("示例路 1 号")))
	row, err := app.FindFirstRecordByData("child_visit_children", "visit", id)
	if err != nil {
		t.Fatal(err)
	}
	row.Set("child_name", "王大明")
	if err := app.Save(row); err != nil {
		t.Fatal(err)
	}
	op := operation(2, id, visit("示例路 2 号"))
	op["base_rev"] = 1
	if r := push(t, tablet, op)[0]; r.Status != "stored" || len(r.Conflicts) != 0 {
		t.Errorf("a correction of something else: %+v", r)
	}
	row, err = app.FindFirstRecordByData("child_visit_children", "visit", id)
	if name := app.Opened(t, row, err).GetString("child_name"); name != "王大明" {
		t.Errorf("the row is %q", name)
	}
}

// A restored backup has another epoch, and knows tablets again that registered after it was taken.
func TestRestoredBackup(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	dir := t.TempDir()
	app.Backup(t, dir)
	epoch := pull(t, tablet, "").Epoch
	late := app.Client(t, app.Serve(t), workerOf(t, app, "F1")).Register()
	again := testapp.Open(t, dir)
	server := again.Serve(t)
	tablet.URL, late.URL = server.URL, server.URL
	if got := pull(t, tablet, ""); got.Epoch == epoch || !got.Reset {
		t.Errorf("epoch %s after %s", got.Epoch, epoch)
	}
	if err := again.Doorstep.Start(again.TestApp); err != nil {
		t.Fatal(err)
	}
	if second, first := pull(t, tablet, ""), pull(t, tablet, ""); second.Epoch != first.Epoch {
		t.Error("every start makes a new epoch")
	}
	var out struct{ Device string }
	late.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/devices", map[string]string{"id": late.Device}, &out)
	if out.Device != late.Device {
		t.Errorf("the tablet is %s instead of %s", out.Device, late.Device)
	}
	stranger := *tablet
	if status, _ := app.Client(t, server, again.Worker(t, "F8", "field", "990101")).Do(http.MethodPost, "/api/sync/v1/devices", map[string]string{"id": stranger.Device}); status != http.StatusForbidden {
		t.Errorf("another worker's tablet: %d", status)
	}
}

func workerOf(t *testing.T, app *testapp.App, staff string) *core.Record {
	t.Helper()
	r, err := app.FindFirstRecordByData("workers", "staff_no", staff)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
