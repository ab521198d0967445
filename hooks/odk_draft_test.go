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
