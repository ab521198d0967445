package hooks_test

import (
	"testing"

	"doorstep/internal/testapp"
)

// TestBackupSettingsFromBeforeAreTakenBack: an earlier version let a schedule through; a start ends it, and changes nothing else.
func TestBackupSettingsFromBeforeAreTakenBack(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.Settings().Backups.Cron, app.Settings().Meta.AppName = "0 0 * * *", "示例"
	if err := app.Save(app.Settings()); err != nil {
		t.Fatal(err)
	}
	app.Serve(t)
	if got := app.Settings(); got.Backups.Cron != "" || got.Meta.AppName != "示例" {
		t.Errorf("after the start: %q, %q", got.Backups.Cron, got.Meta.AppName)
	}
}
