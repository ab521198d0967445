package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/problem"
)

// mendSettings takes back what the settings say of PocketBase's own backups, from before they were closed.
func mendSettings(e *core.ServeEvent) error {
	settings := e.App.Settings()
	if settings.Backups.Cron != "" || settings.Backups.S3.Enabled {
		settings.Backups = core.BackupsConfig{}
		if err := e.App.Save(settings); err != nil {
			return err
		}
	}
	return e.Next()
}

// refuseBackupSettings keeps an operator from believing that there will be backups which are closed.
func refuseBackupSettings(e *core.SettingsUpdateRequestEvent) error {
	if e.NewSettings.Backups.Cron != "" || e.NewSettings.Backups.S3.Enabled {
		return e.BadRequestError("备份由 doorstep 自己做：见 serve --backup-dir、--backup-at。 "+
			"Doorstep makes its own backups: see serve --backup-dir and --backup-at.", problem.New(problem.BadParameter, "backups"))
	}
	return e.Next()
}
