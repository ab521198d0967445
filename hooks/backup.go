package hooks

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/routine"

	"doorstep/internal/audit"
	"doorstep/internal/backup"
	"doorstep/internal/problem"
)

// Backups says where backups go, how many of those of the nights stay, and when the nights are.
type Backups struct {
	Dir  string // "" for backups in the data folder
	Keep int
	At   string // in cron's words, UTC; "" for no backups by night
}

// Folder is where backups go.
func (d *Doorstep) Folder(app core.App) backup.Folder {
	dir := d.Backups.Dir
	if dir == "" {
		dir = filepath.Join(app.DataDir(), core.LocalBackupsDirName)
	}
	return backup.Folder{Dir: dir, Keep: d.Backups.Keep}
}

// backUpByNight makes a backup every night. One that fails is reported and the next night's is made all the same.
func (d *Doorstep) backUpByNight(e *core.ServeEvent) error {
	app := e.App
	if d.Backups.At == "" {
		return e.Next()
	}
	err := app.Cron().Add("doorstep.backup", d.Backups.At, func() {
		if _, err := d.backUp(app, audit.Entry{}, d.Folder(app).MakeNightly); err != nil {
			app.Logger().Error("backup by night", "error", err.Error())
		}
	})
	if err != nil {
		return err
	}
	return e.Next()
}

type backUpFunc func(context.Context, core.App, time.Time) (backup.Report, error)

// backUp makes one backup at a time and puts it on record, with the digest by which it is known again.
func (d *Doorstep) backUp(app core.App, entry audit.Entry, run backUpFunc) (backup.Report, error) {
	if !d.backingUp.TryLock() {
		return backup.Report{}, problem.New(problem.Busy, "backup")
	}
	defer d.backingUp.Unlock()
	report, err := run(context.Background(), app, d.Now())
	if errors.Is(err, backup.ErrRoom) {
		return report, errors.Join(problem.New(problem.NoRoom, ""), err)
	}
	if err != nil {
		return report, err
	}
	return report, d.note(context.Background(), app, BackedUp(entry, report))
}

// BackedUp completes the audit entry of a backup.
func BackedUp(e audit.Entry, r backup.Report) audit.Entry {
	e.Action, e.Purpose = "backup", audit.Administration
	e.Detail = map[string]any{"name": r.Name, "sha256": r.SHA256, "size": r.Size, "files": r.Files, "missing": len(r.Missing), "audit": r.Audit.Seq}
	return e
}

// answerWithin is how long a request waits for its backup. One that takes longer is answered 202 then, and goes on.
const answerWithin = time.Minute

func (d *Doorstep) makeBackup(r *request) error {
	type outcome struct {
		report backup.Report
		err    error
	}
	app, entry, done := r.App, r.actor.Did("backup"), make(chan outcome, 1)
	routine.FireAndForget(func() {
		report, err := d.backUp(app, entry, d.Folder(app).Make)
		if err != nil {
			app.Logger().Error("backup", "error", err.Error())
		}
		done <- outcome{report, err}
	})
	select {
	case made := <-done:
		if made.err != nil {
			return made.err
		}
		return r.JSON(http.StatusCreated, made.report)
	case <-time.After(answerWithin):
		return r.JSON(http.StatusAccepted, map[string]any{"state": "writing"})
	}
}

func (d *Doorstep) listBackups(r *request) error {
	items, err := d.Folder(r.App).List()
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": items})
}

// fetchBackup sends a backup, or the part that is asked for. It is on record before the first byte goes out.
func (d *Doorstep) fetchBackup(r *request) error {
	name := r.Request.PathValue("name")
	f, err := d.Folder(r.App).Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return problem.New(problem.NotFound, "")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	entry := r.actor.Did("backup.fetch")
	entry.Purpose, entry.Detail = audit.Administration, map[string]string{"name": name}
	if err := d.note(r.Request.Context(), r.App, entry); err != nil {
		return err
	}
	// The server's time for an answer is not enough for a long one. Not every connection has it.
	_ = http.NewResponseController(r.Response).SetWriteDeadline(time.Time{})
	r.Response.Header().Set("Content-Type", "application/zip")
	r.Response.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	http.ServeContent(r.Response, r.Request, "", info.ModTime(), f)
	return nil
}
