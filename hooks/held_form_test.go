package hooks_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/instrument"
	"doorstep/internal/testapp"
)

const heldForm = `
| survey |
| | type | name | label |
| | text | memo | Memo |
| settings |
| | form_id | version |
| | held | 1 |
`

func memo(seq int, id, form, said string) map[string]any {
	return map[string]any{"seq": seq, "op": "submit", "id": id, "form": form, "version": "1", "answers": map[string]any{"memo": said}}
}

// publishElsewhere is the command forms publish, in another process.
func publishElsewhere(t *testing.T, app *testapp.App, text string) {
	t.Helper()
	other := instrument.NewLibrary()
	if err := other.Load(app); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Publish(app, instrument.Workbook{Name: "held.md", Raw: []byte(text)}, instrument.Published, "", app.Doorstep.Now()); err != nil {
		t.Fatal(err)
	}
}

func memos(t *testing.T, app *testapp.App) []string {
	t.Helper()
	records, err := app.FindRecordsByFilter("held", "", "memo", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, r := range records {
		said = append(said, r.GetString("memo"))
	}
	return said
}

// A form that another process published beside the server is known to the next visit, and what waited for it counts
// when the tablet sends it again.
func TestAFormPublishedElsewhereIsKnownAtOnce(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	early := memo(1, uuid.NewString(), "held", "甲")
	if r := push(t, tablet, early)[0]; r.Code != "operation.unknown_form" {
		t.Fatalf("before it is published: %+v", r)
	}
	publishElsewhere(t, app, heldForm)
	if r := push(t, tablet, memo(2, uuid.NewString(), "held", "乙"))[0]; r.Status != "stored" {
		t.Errorf("at once: %+v", r)
	}
	if r := push(t, tablet, early)[0]; r.Status != "stored" || r.Rev != 1 || r.Seq != 1 {
		t.Errorf("what waited, sent again: %+v", r)
	}
	if r := push(t, tablet, early)[0]; r.Status != "unchanged" || r.Was != "stored" {
		t.Errorf("and once more: %+v", r)
	}
	if got := memos(t, app); len(got) != 2 {
		t.Errorf("records %v", got)
	}
}

// What waits for a form becomes a record when the form is published, in the name of its sender, and nothing else leaves
// quarantine.
func TestPublishingReleasesWhatWaited(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for i := range 25 { // more than one transaction of them
		if r := push(t, c.tablet, memo(i+1, uuid.NewString(), "held", string(rune('a'+i))))[0]; r.Code != "operation.unknown_form" {
			t.Fatalf("%+v", r)
		}
	}
	push(t, c.tablet, memo(26, uuid.NewString(), "other", "z"))
	c.app.Advance(time.Second)
	if status, got := upload(t, c.manager, "held.md", []byte(heldForm), ""); status != 200 {
		t.Fatalf("%d %+v", status, got)
	}
	if got := memos(t, c.app); len(got) != 25 {
		t.Errorf("%d records", len(got))
	}
	waiting, err := c.app.FindRecordsByFilter("submissions", "outcome='quarantined'", "", 0, 0)
	if err != nil || len(waiting) != 1 || waiting[0].GetInt("seq") != 26 {
		t.Errorf("still waiting: %v %v", waiting, err)
	}
	if r := push(t, c.tablet, memo(3, "00000000-0000-4000-8000-000000000000", "held", "other content"))[0]; r.Code != "operation.sequence_reused" {
		t.Errorf("a number of something released: %+v", r)
	}
}

// The name of a form that nobody has was made up by the sender: the row keeps a keyed hash of it, the list for supervisors shows it,
// and what waited is taken up once there is such a form.
func TestANameOfNoFormIsKeptHashed(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	push(t, tablet, memo(1, uuid.NewString(), "held", "甲"), memo(2, uuid.NewString(), "somebody", "乙"))
	for _, row := range app.Clear(t, "submissions", "code='operation.unknown_form'", "form", "form_version") {
		if row[0] == "held" || row[0] == "somebody" || row[0] == "" || row[1] == "1" {
			t.Errorf("the row says %v", row)
		}
	}
	var held struct {
		Items []struct{ Form, Version string }
	}
	boss.Want(200, "GET", "/api/doorstep/v1/quarantine", nil, &held)
	if len(held.Items) != 2 || held.Items[0].Form+held.Items[1].Form != "heldsomebody" || held.Items[0].Version != "1" {
		t.Errorf("the list shows %+v", held.Items)
	}
	app.Advance(time.Second)
	publishElsewhere(t, app, heldForm)
	for _, j := range app.Cron().Jobs() {
		if j.Id() == "doorstep.forms" {
			j.Run()
		}
	}
	if said := app.Clear(t, "held", "1", "memo"); len(said) != 1 || said[0][0] != "甲" {
		t.Errorf("taken up: %v", said)
	}
	if waiting := app.Clear(t, "submissions", "outcome='quarantined'", "form"); len(waiting) != 1 {
		t.Errorf("still waiting: %v", waiting)
	}
	push(t, tablet, memo(3, uuid.NewString(), "held", "丙"))
	if kept := app.Clear(t, "submissions", "seq=3", "form", "form_version"); kept[0][0] != "held" || kept[0][1] != "1" {
		t.Errorf("a known form is kept as %v", kept)
	}
}
