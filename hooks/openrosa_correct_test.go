package hooks_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/xmltree"
)

// filled is the instance of a form as an app begins to fill it.
func filled(t *testing.T, form []byte) *survey.Node {
	t.Helper()
	doc, err := xmltree.ParseXML(bytes.NewReader(form), xmltree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	data := doc.Child("html").Child("head").Child("model").Child("instance").Child("data")
	withoutTemplates(data)
	data.Child("meta").Child("instanceID").SetValue("uuid:" + uuid.NewString())
	data.Parent = nil
	return data
}

func withoutTemplates(n *survey.Node) {
	kept := n.Children[:0]
	for _, c := range n.Children {
		template := false
		for _, a := range c.Attrs {
			template = template || a.Name == "template"
		}
		if !template {
			withoutTemplates(c)
			kept = append(kept, c)
		}
	}
	n.Children = kept
}

func TestAReturnedRecordReachesCollect(t *testing.T) {
	t.Parallel()
	app, phone, _, boss := odkStage(t)
	server := app.Serve(t)
	other := newCollect(t, app, server, app.Worker(t, "F2", "field", "990101001001").Id)
	id := uuid.NewString()
	answers := visitAt("示例路 1 号")
	answers["closing"] = map[string]any{"door_plate_photo": "plate.jpg"}
	answers["visit"].(map[string]any)["consent_scope"] = []string{"sensitive", "photo"}
	phone.saved(xmlPart(record(t, app, "child_visit", id, "", answers)), filePart("plate.jpg", "photo"))
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "return", "comment": "门牌号请核对 <3>"}, nil)

	worker := app.Find(t, "child_visits", id).GetString("worker")
	for what, row := range map[string]map[string]any{"follow-up": {"kind": "follow_up", "status": "open"}, "corrected": {"kind": "correct", "status": "done"}} {
		row["id"], row["record"], row["collection"], row["form"], row["assignee"], row["rev"] = what, id, "child_visits", "child_visit", worker, 1
		app.Plant(t, collections.Tasks, row)
	}
	entry := listed{}
	for form, f := range phone.forms() {
		if strings.HasPrefix(form, "correct.") {
			entry = f
		}
	}
	if !strings.Contains(entry.Name, "退回修改") || !strings.Contains(entry.Name, "门牌号请核对") || entry.ManifestURL == "" {
		t.Fatalf("entry %+v", entry)
	}
	form := phone.get(entry.DownloadURL).Body
	if md5Of(form) != entry.Hash || !bytes.Contains(form, []byte("退回意见：门牌号请核对")) || bytes.Contains(form, []byte("odk-instance-first-load")) {
		t.Errorf("form: hash %s of %d bytes", entry.Hash, len(form))
	}
	if n := len(phone.forms()); n != 3 {
		t.Errorf("%d forms in the list, want the two and what was returned", n)
	}
	if len(other.forms()) != 2 {
		t.Error("another worker sees the entry")
	}
	if a := other.do(http.MethodGet, other.Base+"/forms/"+entry.FormID+"/versions/"+entry.Version+".xml", nil, nil); a.Status != http.StatusNotFound {
		t.Errorf("another worker downloads it: %d", a.Status)
	}
	data := filled(t, form)
	household, child := data.Child("household"), data.Child("children")
	if household.Child("address").Value() != "示例路 1 号" || child.Child("child_basic").Child("child_name").Value() != "王小明" || data.Child("closing").Child("door_plate_photo").Value() != "" {
		t.Fatalf("answers in the form: %q, %q", household.Child("address").Value(), child.Child("child_basic").Child("child_name").Value())
	}
	household.Child("address").SetValue("示例路 1 号 乙")
	data.Child("start").SetValue("2026-11-24T09:00:00.000+08:00")
	var sent bytes.Buffer
	if err := xmltree.WriteXML(&sent, data); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		phone.saved(xmlPart(sent.String()))
	}
	r := app.Find(t, "child_visits", id)
	for field, want := range map[string]string{"address": "示例路 1 号 乙", "rev": "3", "review_state": "edited", "door_plate_photo": "plate.jpg", "started_at": "2026-11-23T09:00:00.000+08:00", "complete": "true", "area": gridA} {
		if got := r.GetString(field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	if len(phone.forms()) != 2 {
		t.Error("the entry is still in the list")
	}
	rowCount(t, app, map[string]int64{"child_visits": 1, "child_visit_children": 1, "persons": 1, "households": 1})
}

// Texts that are pasted from other programs hold control characters, which XML does not.
func TestACommentThatXMLCannotHoldReachesCollect(t *testing.T) {
	t.Parallel()
	app, phone, _, boss := odkStage(t)
	id := uuid.NewString()
	phone.saved(xmlPart(record(t, app, "child_visit", id, "", visitAt("示例路 1 号"))))
	clerk := app.Client(t, app.Serve(t), app.Worker(t, "S2", "supervisor", "990101"))
	clerk.Want(http.StatusOK, http.MethodPatch, "/api/collections/child_visits/records/"+id, map[string]any{"address": "示例路\u000b 2 号"}, nil)
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/records/child_visits/"+id+"/review", map[string]any{"decision": "return", "comment": "门牌号\u000b请核\uffff对"}, nil)
	forms := phone.forms()
	if len(forms) != 3 {
		t.Fatalf("%d forms in the list, want 3", len(forms))
	}
	for name, entry := range forms {
		if strings.HasPrefix(name, "correct.") {
			form := phone.get(entry.DownloadURL).Body
			if !bytes.Contains(form, []byte("退回意见：门牌号请核对")) || md5Of(form) != entry.Hash {
				t.Errorf("the form does not tell the comment, or its hash is another one")
			}
			if got := filled(t, form).Child("household").Child("address").Value(); got != "示例路 2 号" {
				t.Errorf("address %q", got)
			}
		}
	}
}
