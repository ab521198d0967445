package hooks

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/datafolder"
	"doorstep/internal/problem"
)

// bindFolder lets one server have a data folder, commands beside it only while its locks hold, and nobody copy the
// database but through SQLite.
func (d *Doorstep) bindFolder(app core.App) {
	on(app.OnBootstrap(), "doorstep.folder.check", 1, checkFolder)
	on(app.OnServe(), "doorstep.folder.hold", 1, d.holdFolder)
	on(app.OnServe(), "doorstep.witness", 14, d.faceWitness) // once the keys are open and the demo city stands
	on(app.OnServe(), "doorstep.settings", 13, mendSettings)
	on(app.OnSettingsUpdateRequest(), "doorstep.settings.backups", 10, refuseBackupSettings)
	on(app.OnBackupCreate(), "doorstep.backup.closed", 1, refuseBackup)
	on(app.OnBackupRestore(), "doorstep.restore.closed", 1, refuseBackup)
}

// checkFolder runs before this process has opened the database, as datafolder.Check asks for.
func checkFolder(e *core.BootstrapEvent) error {
	if err := datafolder.Check(e.App.DataDir()); err != nil {
		return err
	}
	return e.Next()
}

// holdFolder locks the folder, and keeps one connection until the server ends: SQLite's locks are then held without a
// pause, so that a command can tell when they were lost.
func (d *Doorstep) holdFolder(e *core.ServeEvent) error {
	release, err := datafolder.Hold(e.App.DataDir())
	if err != nil {
		return err
	}
	anchor, err := openAnchor(e.App)
	if err != nil {
		return errors.Join(err, release())
	}
	on(e.App.OnTerminate(), "doorstep.folder.release", 50, func(t *core.TerminateEvent) error {
		return errors.Join(d.noteProgress(t.App, true), anchor.Close(), t.Next(), release())
	})
	return e.Next()
}

func openAnchor(app core.App) (*sql.DB, error) {
	pool, err := collections.Connect(filepath.Join(app.DataDir(), datafolder.Database))
	if err != nil {
		return nil, err
	}
	anchor := pool.DB()
	anchor.SetMaxOpenConns(1)
	var tables int // a read opens the write-ahead log
	if err := anchor.QueryRow(`SELECT COUNT(*) FROM sqlite_master`).Scan(&tables); err != nil {
		return nil, errors.Join(fmt.Errorf("hold the database: %w", err), anchor.Close())
	}
	return anchor, nil
}

// refuseBackup closes PocketBase's own backups, whoever asks for one: it copies the file of the database in the
// server's process, which drops SQLite's locks on it (decision 0220).
func refuseBackup(*core.BackupEvent) error { return problem.New(problem.NotAllowed, "backup") }
