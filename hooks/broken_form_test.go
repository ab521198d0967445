package hooks_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// A stored form that no longer compiles must not keep the others from being served; its records are kept.
func TestAStoredFormThatNoLongerCompiles(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	if status, got := upload(t, c.manager, "fall_risk.xlsx", workbook(t, fallRisk(t)), ""); status != http.StatusOK {
		t.Fatalf("upload: %d %+v", status, got)
	}
	err := collections.Write(t.Context(), c.app.TestApp, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE forms SET source='AAAA', md5='other' WHERE form_id='fall_risk'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.app.Doorstep.Start(c.app.TestApp); err != nil {
		t.Fatalf("the server does not start: %v", err)
	}
	person := check(testapp.Inside(gridA), "示例路 1 号 101", "赵示例", elder1, "1945-05-01")
	if r := push(t, c.tablet, submit(1, uuid.NewString(), "1", person))[0]; r.Status != "quarantined" || r.Code != "operation.unknown_form" {
		t.Errorf("a record of the broken form: %+v", r)
	}
	if r := push(t, c.tablet, operation(2, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))[0]; r.Status != "stored" {
		t.Errorf("a record of another form: %+v", r)
	}
}
