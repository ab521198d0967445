package hooks_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
	"doorstep/internal/xform"
)

// record writes answers as Collect would submit them.
func record(t *testing.T, app *testapp.App, form, id, deprecated string, answers map[string]any) string {
	t.Helper()
	in, ok := app.Doorstep.Library.Get(form, "")
	if !ok {
		t.Fatalf("no form %s", form)
	}
	raw, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	root, _, _ := xform.FromJSON(in.Form, raw)
	var b bytes.Buffer
	if err := xform.WriteInstance(&b, in.Form, &survey.Instance{FormID: form, Version: in.Version, ID: id, DeprecatedID: deprecated, Root: root}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func xmlPart(xml string) part {
	return part{"xml_submission_file", "儿童走访_2026-11-23_10-00-00.xml", "text/xml", xml}
}

func filePart(name, body string) part { return part{name, name, "image/jpeg", body} }

func visitAt(address string) map[string]any {
	return childVisit(testapp.Inside(gridA), address, child("王小明", number1, "2015-03-01", nil))
}

// saved posts and fails the test unless the answer is 201 with a message, which it returns.
func (c *collect) saved(parts ...part) string {
	c.t.Helper()
	a := c.post(parts...)
	if a.Status != http.StatusCreated {
		c.t.Fatalf("POST: %d %s", a.Status, a.Body)
	}
	return a.message(c.t)
}

func rowCount(t *testing.T, app *testapp.App, want map[string]int64) {
	t.Helper()
	for table, n := range want {
		if got, err := app.CountRecords(table); err != nil || got != n {
			t.Errorf("%s: %d rows (%v), want %d", table, got, err, n)
		}
	}
}

func TestCollectSubmitsARecord(t *testing.T) {
	t.Parallel()
	app, phone, tablet, _ := odkStage(t)
	head := phone.do(http.MethodHead, phone.Base+"/submission", nil, nil)
	if head.Status != http.StatusNoContent || head.Header.Get("X-OpenRosa-Accept-Content-Length") != "100000000" || head.Header.Get("Location") != "" {
		t.Fatalf("HEAD: %d %v", head.Status, head.Header)
	}
	id := uuid.NewString()
	xml := record(t, app, "child_visit", id, "", visitAt("示例路 1 号 101"))
	const invented = "；证件号码开头的行政区划代码不存在，请核对证件" // true of every synthetic number
	if told := phone.saved(xmlPart(xml)); told != "已保存"+invented {
		t.Errorf("told %q", told)
	}
	if told := phone.saved(xmlPart(xml)); told != "此前已保存"+invented {
		t.Errorf("told the second time %q", told)
	}
	r := app.Find(t, "child_visits", id)
	for field, want := range map[string]string{"area": gridA, "area_method": "gps", "review_state": "received", "address": "示例路 1 号 101", "rev": "1", "complete": "true"} {
		if got := r.GetString(field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	if r.GetString("device") == "" || r.GetString("household") == "" {
		t.Errorf("device %q household %q", r.GetString("device"), r.GetString("household"))
	}
	wrong := phone.saved(xmlPart(record(t, app, "child_visit", uuid.NewString(), "", childVisit(testapp.Inside(gridA), "示例路 2 号", child("李四", "990000201503010018", "2015-03-01", nil)))))
	if !strings.HasPrefix(wrong, "已保存；") || !strings.Contains(wrong, "校验") {
		t.Errorf("told of a wrong number: %q", wrong)
	}
	push(t, tablet, operation(1, uuid.NewString(), visitAt("示例路 9 号")))
	if twice := phone.saved(xmlPart(record(t, app, "child_visit", uuid.NewString(), "", childVisit(testapp.Inside(gridA), "示例路 8 号", child("王晓明", number1, "2015-03-01", nil))))); !strings.Contains(twice, "重复") {
		t.Errorf("told of a duplicate: %q", twice)
	}
	rowCount(t, app, map[string]int64{"child_visits": 4, "submissions": 4, "persons": 2})
	person, err := app.FindFirstRecordByData("persons", "id_key", collections.IndexOf(collections.Read(app.TestApp), "persons", "id_key", number1))
	if app.Opened(t, person, err).GetString("name") == "" {
		t.Error("the person has no name")
	}
}

func TestFilesOfARecordAreInTheStore(t *testing.T) {
	t.Parallel()
	app, phone, _, _ := odkStage(t)
	id := uuid.NewString()
	answers := visitAt("示例路 1 号")
	answers["closing"] = map[string]any{"door_plate_photo": "门牌.jpg"}
	phone.saved(xmlPart(record(t, app, "child_visit", id, "", answers)), filePart("门牌.jpg", "a door plate"))
	sum := sha256.Sum256([]byte("a door plate"))
	sha := hex.EncodeToString(sum[:])
	photo, err := namedFile(app, "门牌.jpg")
	if err != nil || photo.GetString("sha256") != sha || photo.GetString("state") != "stored" || photo.GetString("record") != id || photo.GetString("area") != gridA {
		t.Errorf("the photo's row: %v %v", photo, err)
	}
	if !stored(app, []byte("a door plate")) {
		t.Error("the photo's bytes are not in the store")
	}
	if left, err := filepath.Glob(filepath.Join(app.DataDir(), "attachments", "incoming", "*")); err != nil || len(left) != 0 {
		t.Errorf("unfinished files: %v %v", left, err)
	}
}

// namedFile is the attachment of that name, which is found by its keyed hash.
func namedFile(app *testapp.App, name string) (*core.Record, error) {
	return app.FindFirstRecordByData("attachments", "name", collections.IndexOf(collections.Read(app), collections.Attachments, "name", name))
}

func TestEditsInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			app, phone, _, boss := odkStage(t)
			ids := []string{"", uuid.NewString(), uuid.NewString(), uuid.NewString()}
			arrived := map[int]bool{}
			for _, n := range order {
				xml := record(t, app, "child_visit", ids[n+1], ids[n], visitAt(fmt.Sprintf("示例路 %d 号", n+1)))
				told := phone.saved(xmlPart(xml), filePart(fmt.Sprintf("%d.jpg", n), "photo"))
				waits := n > 0 && !arrived[0] || n == 2 && !arrived[1]
				if waits != strings.Contains(told, "原记录还没有到达") {
					t.Errorf("edit %d told %q", n, told)
				}
				arrived[n] = true
			}
			r := app.Find(t, "child_visits", ids[1])
			if r.GetString("address") != "示例路 3 号" || r.GetInt("rev") != 3 || !r.GetBool("complete") {
				t.Errorf("record: address %q rev %d", r.GetString("address"), r.GetInt("rev"))
			}
			files, err := app.FindAllRecords("attachments")
			if err != nil || len(files) != 3 {
				t.Fatalf("%d files %v", len(files), err)
			}
			for _, f := range files {
				if f.GetString("record") != ids[1] || f.GetString("collection") != "child_visits" {
					t.Errorf("file %s belongs to %s %s", f.GetString("name"), f.GetString("collection"), f.GetString("record"))
				}
			}
			var held struct{ Items []any }
			boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
			if len(held.Items) != 0 {
				t.Errorf("still in quarantine: %v", held.Items)
			}
			rowCount(t, app, map[string]int64{"child_visits": 1})
			for n, id := range ids[1:] { // and each again, as after a lost answer
				phone.saved(xmlPart(record(t, app, "child_visit", id, ids[n], visitAt(fmt.Sprintf("示例路 %d 号", n+1)))))
			}
			if r, err = app.FindRecordById("child_visits", ids[1]); err != nil || r.GetInt("rev") != 3 {
				t.Errorf("replays made revision %d (%v)", r.GetInt("rev"), err)
			}
		})
	}
}

// TestManyEditsComeBeforeWhatTheyEdit: however many edits wait for a submission, and however they hang together, it takes a few of them with
// it, so that nobody waits for long. The clock takes the others, and not those of another worker.
func TestManyEditsComeBeforeWhatTheyEdit(t *testing.T) {
	t.Parallel()
	for name, parent := range map[string]func(n int) int{"of one": func(int) int { return 0 }, "each of the one before": func(n int) int { return n - 1 }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app, phone, _, _ := odkStage(t)
			ids := []string{uuid.NewString()}
			for n := 1; n <= 45; n++ {
				ids = append(ids, uuid.NewString())
				phone.saved(xmlPart(record(t, app, "child_visit", ids[n], ids[parent(n)], visitAt(fmt.Sprintf("示例路 %d 号", n)))))
			}
			other := newCollect(t, app, app.Serve(t), app.Worker(t, "F2", "field", "990101001001").Id)
			other.saved(xmlPart(record(t, app, "child_visit", uuid.NewString(), ids[0], visitAt("示例路 99 号"))))
			waits := func(want int) {
				t.Helper()
				if held := app.Clear(t, "submissions", "outcome='quarantined' AND code='operation.parent_missing'", "id"); len(held) != want {
					t.Errorf("%d wait, want %d", len(held), want)
				}
			}
			waits(46)
			phone.saved(xmlPart(record(t, app, "child_visit", ids[0], "", visitAt("示例路 0 号"))))
			waits(26)
			app.Doorstep.ReleaseKnown(t.Context(), app.TestApp)
			waits(1)
			if r := app.Find(t, "child_visits", ids[0]); r.GetInt("rev") != 46 {
				t.Errorf("revision %d", r.GetInt("rev"))
			}
			rowCount(t, app, map[string]int64{"child_visits": 1})
		})
	}
}

func TestAnEditWhoseParentNeverComes(t *testing.T) {
	t.Parallel()
	app, phone, _, boss := odkStage(t)
	id := uuid.NewString()
	phone.saved(xmlPart(record(t, app, "child_visit", id, uuid.NewString(), visitAt("示例路 1 号"))), filePart("1.jpg", "photo"))
	var held struct{ Items []struct{ ID, Code string } }
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	if len(held.Items) != 1 || held.Items[0].Code != "operation.parent_missing" {
		t.Fatalf("quarantine %+v", held)
	}
	var r receipt
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/quarantine/"+held.Items[0].ID+"/release", nil, &r)
	if r.Status != "stored" || r.ID != id {
		t.Errorf("released: %+v", r)
	}
	photo, err := namedFile(app, "1.jpg")
	if err != nil || photo.GetString("collection") != "child_visits" || photo.GetString("record") != id {
		t.Errorf("its photo: %v %v", photo, err)
	}
}

func TestWorkIsKeptWhateverTheFormsState(t *testing.T) {
	t.Parallel()
	app, phone, _, boss := odkStage(t)
	form, ok := app.Doorstep.Library.Get("child_visit", "")
	if !ok {
		t.Fatal("no form")
	}
	xml := func() string {
		return record(t, app, "child_visit", uuid.NewString(), "", childVisit(testapp.Inside(gridA), "示例路 1 号"))
	}
	before, odd, none, unknownVersion := xml(), strings.Replace(xml(), "uuid:", "visit-", 1), strings.ReplaceAll(xml(), "instanceID", "somethingElse"), strings.Replace(xml(), `version="`+form.Version+`"`, `version="nobody's"`, 1)
	for _, status := range []string{"closing", "closed"} {
		if err := app.Doorstep.Library.SetStatus(app, instrument.Step{Form: "child_visit", Version: form.Version, Status: status}, "", app.Doorstep.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if _, listed := phone.forms()["child_visit"]; listed {
		t.Error("a closed form is listed")
	}
	if told := phone.saved(xmlPart(before)); told != "已保存" {
		t.Errorf("closed form: %q", told)
	}
	if told := phone.saved(xmlPart(unknownVersion), filePart("a.jpg", "a")); !strings.Contains(told, "没有这份问卷或版本") {
		t.Errorf("unknown version: %q", told)
	}
	encrypted := `<data xmlns="http://www.opendatakit.org/xforms/encrypted" encrypted="yes" id="child_visit" version="` + form.Version + `"><base64EncryptedKey>AA==</base64EncryptedKey><meta xmlns="http://openrosa.org/xforms"><instanceID>uuid:` + uuid.NewString() + `</instanceID></meta><media><file>photo.jpg.enc</file></media><encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>`
	if told := phone.saved(xmlPart(encrypted), part{"submission.xml.enc", "submission.xml.enc", "application/octet-stream", "\x00\x01"}); !strings.Contains(told, "加密") {
		t.Errorf("encrypted: %q", told)
	}
	if told := phone.saved(xmlPart(odd)); !strings.HasPrefix(told, "已保存") {
		t.Errorf("an instance id that is no UUID: %q", told)
	}
	phone.saved(xmlPart(none))
	if told := phone.saved(xmlPart(none)); !strings.HasPrefix(told, "此前已保存") {
		t.Errorf("without an instance id, twice: %q", told)
	}
	var held struct{ Items []struct{ Code, Raw string } }
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	codes := map[string]string{}
	for _, h := range held.Items {
		codes[h.Code] = h.Raw
	}
	if len(held.Items) != 2 || codes["operation.encrypted"] != encrypted || codes["operation.unknown_form"] != unknownVersion {
		t.Errorf("quarantine: %v", codes)
	}
	rowCount(t, app, map[string]int64{"child_visits": 3, "attachments": 2})
}

// A record that is more than the server takes is acknowledged and kept as it came, whichever way it grows; others pass.
func TestARecordThatUnpacksTooMuchIsKept(t *testing.T) {
	t.Parallel()
	app, phone, _, boss := odkStage(t)
	visit := func(more string) string {
		return strings.Replace(record(t, app, "child_visit", uuid.NewString(), "", childVisit(testapp.Inside(gridA), "示例路 1 号")), "</data>", more+"</data>", 1)
	}
	sent := map[string]string{
		"rounds without answers":   visit(strings.Repeat("<children/>", 2000)),
		"elements without a place": visit(strings.Repeat("<x/>", ingest.MostNodes+1)),
		"deep":                     visit(strings.Repeat("<x>", 300) + strings.Repeat("</x>", 300)),
	}
	for name, xml := range sent {
		if told := phone.saved(xmlPart(xml)); !strings.Contains(told, "上限") {
			t.Errorf("%s: %q", name, told)
		}
		phone.saved(xmlPart(xml)) // again, as after a lost answer
	}
	phone.saved(xmlPart(visit("")))
	var held struct {
		Items []struct{ Code, Form, Raw string }
	}
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	for _, h := range held.Items {
		if h.Code != "operation.too_much" || h.Form != "child_visit" || !slices.Contains(slices.Collect(maps.Values(sent)), h.Raw) {
			t.Errorf("%s of %s, %d bytes", h.Code, h.Form, len(h.Raw))
		}
	}
	rowCount(t, app, map[string]int64{"child_visits": 1, "submissions": int64(len(sent)) + 1})
}

func TestParadataStaysWithItsVisit(t *testing.T) {
	t.Parallel()
	app, phone, _, boss := odkStage(t)
	first, second := uuid.NewString(), uuid.NewString()
	log := func(ms string) part {
		return part{"audit.csv", "audit.csv", "text/csv", "event,node,start,end\nquestion,/data/visit/attempt,1763863200000," + ms + "\n" +
			"question,/data/unknown/attempt,1763863200000,1763863201000\n"}
	}
	withAudit := func(id, deprecated string) part {
		return xmlPart(strings.Replace(record(t, app, "child_visit", id, deprecated, visitAt("示例路 1 号")), "</orx:meta>", "<orx:audit>audit.csv</orx:audit></orx:meta>", 1))
	}
	phone.saved(withAudit(second, first), log("1763863205000")) // the edit comes first
	phone.saved(withAudit(first, ""), log("1763863202000"))
	type paradata struct {
		Record, Instance, Collection, Area string
		ActiveS                            float64 `json:"active_s"`
		Questions                          map[string]struct{ S float64 }
	}
	var rows struct{ Items []paradata }
	boss.Want(http.StatusOK, http.MethodGet, "/api/collections/paradata/records", nil, &rows)
	slices.SortFunc(rows.Items, func(a, b paradata) int { return cmp.Compare(a.ActiveS, b.ActiveS) })
	if len(rows.Items) != 2 {
		t.Fatalf("paradata %+v", rows)
	}
	for i, want := range []string{first, second} {
		if r := rows.Items[i]; r.Instance != want || r.Record != first || r.Collection != "child_visits" || r.Area != gridA || r.Questions["/data/visit/attempt"].S != []float64{2, 5}[i] {
			t.Errorf("%d: %+v", i, r)
		}
	}
	var read struct {
		Filling struct {
			Seconds  float64
			Sections []struct {
				Label   struct{ ZH, EN string }
				Seconds float64
			}
		}
	}
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/records/child_visits/"+first, nil, &read)
	if s := read.Filling.Sections; read.Filling.Seconds != 9 || len(s) != 2 || s[0].Label.ZH != "一、到访" || s[0].Seconds != 7 || s[1].Label.ZH != "" || s[1].Seconds != 2 {
		t.Errorf("filling %+v", read)
	}
}
