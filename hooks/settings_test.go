package hooks_test

import (
	"net/http"
	"testing"

	"doorstep/internal/testapp"
)

// TestSettingsTakeNoBackups: PocketBase's own backups are asked for in no way, by the night or to S3, and nothing else of the
// settings is refused with them. What an earlier version let through is taken back at the next start.
func TestSettingsTakeNoBackups(t *testing.T) {
	app := testapp.New(t)
	app.Settings().Backups.Cron = "0 0 * * *" // from before they were closed
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	operator := app.Client(t, app.Serve(t), superuser(t, app))
	if cron := app.Settings().Backups.Cron; cron != "" {
		t.Errorf("after the start: %q", cron)
	}
	for name, backups := range map[string]any{
		"cron": map[string]any{"cron": "0 0 * * *"},
		"s3":   map[string]any{"s3": map[string]any{"enabled": true, "bucket": "b", "region": "r", "endpoint": "https://s3.example", "accessKey": "k", "secret": "s"}},
	} {
		if status, body := operator.Do(http.MethodPatch, "/api/settings", map[string]any{"backups": backups}); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
		if now := app.Settings().Backups; now.Cron != "" || now.S3.Enabled {
			t.Errorf("%s: the settings say %+v", name, now)
		}
	}
	operator.Want(http.StatusOK, http.MethodPatch, "/api/settings", map[string]any{"meta": map[string]any{"appName": "Doorstep 2"}}, nil)
}
