package hooks_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// TestADraftIsReadByItsCodeAlone reads what a phone asks of a draft: the form itself and its list, with its own code, and with none other.
func TestADraftIsReadByItsCodeAlone(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	upload(t, manager, "fall_risk.xlsx", workbook(t, fallRisk(t)), "draft")
	var token struct{ Token string }
	manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/forms/fall_risk/draft/token", nil, &token)
	for path, says := range map[string]string{"draft.xml": `id="fall_risk"`, "draft/formList": "<formID>fall_risk</formID>", "draft/manifest": "<manifest"} {
		for secret, good := range map[string]bool{token.Token: true, "another": false} {
			status, body, err := answered(t, nil, "", server.URL+"/v1/test/"+url.PathEscape(secret)+"/projects/all/forms/fall_risk/"+path)
			if err != nil || (status == http.StatusOK) != good || strings.Contains(string(body), says) != good {
				t.Errorf("%s with %t: %d %v %.200s", path, good, status, err, body)
			}
		}
	}
}

// TestADraftShowsNobody reads everything below the code of a draft whose form reads every list, over a register with people, homes and
// tasks: none of it is there, and the trail has nothing to tell.
func TestADraftShowsNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.visit(0, gridA, "秘密路 7 号", "欧阳小明", number1)
	d.visit(1, "990102001001001", "秘密路 8 号", "欧阳小红", "")
	upload(t, d.manager, "lists.csv", []byte("survey\n,type,name,label\n"+
		",select_one_from_file households.csv,home,Home\n,select_one_from_file persons.csv,who,Who\n,select_one_from_file tasks.csv,what,What\n"+
		"settings\n,form_id,form_title,version\n,lists,Lists,1\n"), "draft")
	var token struct{ Token string }
	d.manager.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/forms/lists/draft/token", nil, &token)
	var people struct {
		Items []struct{ ID, Household string }
	}
	d.manager.Want(http.StatusOK, http.MethodGet, "/api/collections/persons/records", nil, &people)
	secrets := []string{"欧阳", "秘密路", number1}
	ids := []string{}
	for _, p := range people.Items {
		secrets, ids = append(secrets, p.ID, p.Household), append(ids, p.ID)
	}
	below := d.Serve(t).URL + "/v1/test/" + url.PathEscape(token.Token) + "/projects/all/forms/lists/draft/"
	for path, says := range map[string]string{"manifest": "persons.csv", "datasets/households/entities.csv": "示例路", "datasets/persons/entities.csv": "王小明",
		"datasets/tasks/entities.csv": "visit", "datasets/persons/integrity?id=" + strings.Join(ids, ","): "<entities>"} {
		status, body, err := answered(t, nil, "", below+path)
		if err != nil || status != http.StatusOK || !strings.Contains(string(body), says) {
			t.Errorf("%s: %d %v %s", path, status, err, body)
		}
		for _, secret := range secrets {
			if strings.Contains(string(body), secret) {
				t.Errorf("%s shows %s", path, secret)
			}
		}
	}
	if len(ids) != 2 {
		t.Errorf("%d people", len(ids))
	}
}

// TestATabletsClockIsNoted tells a tablet how far its clock is off, and notes it.
func TestATabletsClockIsNoted(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	tablet := app.Client(t, app.Serve(t), app.Worker(t, "F1", "field", "9901"))
	for said, off := range map[string]float64{"2026-11-23T10:01:30+08:00": 90, "2026-11-23T01:59:00Z": -60, "": 0, "yesterday": 0} {
		var out struct {
			Device string
			Clock  float64 `json:"clock_offset_s"`
		}
		tablet.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/devices", map[string]string{"name": "t", "device_time": said}, &out)
		kept := app.Find(t, collections.Devices, out.Device).GetFloat("clock_offset_s")
		if out.Clock != off || kept != off {
			t.Errorf("%q: told %v, kept %v, want %v", said, out.Clock, kept, off)
		}
	}
}
