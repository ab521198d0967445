package hooks_test

import (
	"bytes"
	"image/png"
	"net/http"
	"testing"

	"doorstep/internal/testapp"
)

func TestQREndpointGivesAnImageAndAToken(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	status, body := manager.Do(http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/qr", map[string]string{"label": "tablet"})
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if _, err := png.Decode(bytes.NewReader(body)); err != nil {
		t.Error(err)
	}
	if status, _ := app.Client(t, server, worker).Do(http.MethodPost, "/api/doorstep/v1/workers/"+worker.Id+"/qr", nil); status != http.StatusForbidden {
		t.Errorf("a field worker got %d", status)
	}
	rowCount(t, app, map[string]int64{"app_tokens": 1, "devices": 1})
}
