package hooks_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
)

// Tablets work with the version published last; publishing takes the one before from them, and closing gives it back.
func TestTabletsGetTheNewestVersionAlone(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	upload(t, c.manager, "fall_risk.xlsx", workbook(t, fallRisk(t)), "")
	first := pull(t, c.tablet, "")
	if got := versionsIn(t, first); !slices.Equal(got, []string{"1"}) {
		t.Fatalf("versions %v, want 1 alone", got)
	}
	c.app.Advance(1)
	if status, got := upload(t, c.manager, "fall_risk.xlsx", workbook(t, second(t)), ""); status != http.StatusOK {
		t.Fatalf("version 2: %d %+v", status, got)
	}
	if got := versionsIn(t, pull(t, c.tablet, "")); !slices.Equal(got, []string{"2"}) {
		t.Errorf("a first pull gets %v, want 2 alone", got)
	}
	delta := pull(t, c.tablet, first.Cursor)
	if got := versionsIn(t, delta); !slices.Equal(got, []string{"2"}) || !announced(delta, "leave") {
		t.Errorf("the next pull gets %v and no leave of version 1", got)
	}
	c.manager.Want(http.StatusNoContent, http.MethodPost, "/api/doorstep/v1/forms/fall_risk/2/status", map[string]string{"status": "closing"}, nil)
	if got := versionsIn(t, pull(t, c.tablet, delta.Cursor)); !slices.Equal(got, []string{"1"}) {
		t.Errorf("after closing version 2 the next pull gets %v, want 1", got)
	}
}

// versionsIn lists the versions of the fall-risk form that a page brings.
func versionsIn(t *testing.T, p page) (versions []string) {
	t.Helper()
	for _, ch := range p.Changes {
		var form struct {
			FormID  string `json:"form_id"`
			Version string
		}
		if ch.Collection != "forms" || ch.Op != "upsert" {
			continue
		}
		if err := json.Unmarshal(ch.Data, &form); err != nil {
			t.Fatal(err)
		}
		if form.FormID == "fall_risk" {
			versions = append(versions, form.Version)
		}
	}
	return versions
}
