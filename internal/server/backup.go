package server

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
func (s *Server) Folder(app core.App) backup.Folder {
	dir := s.Backups.Dir
	if dir == "" {
		dir = filepath.Join(app.DataDir(), core.LocalBackupsDirName)
	}
	return backup.Folder{Dir: dir, Keep: s.Backups.Keep}
}

type backUpFunc func(context.Context, core.App, time.Time) (backup.Report, error)

// BackUp makes one backup at a time and puts it on record, with the digest by which it is known again.
func (s *Server) BackUp(ctx context.Context, app core.App, entry audit.Entry, run backUpFunc) (backup.Report, error) {
	if !s.backingUp.TryLock() {
		return backup.Report{}, problem.New(problem.Busy, "backup")
	}
	defer s.backingUp.Unlock()
	report, err := run(ctx, app, s.Now())
	if errors.Is(err, backup.ErrRoom) {
		return report, errors.Join(problem.New(problem.NoRoom, ""), err)
	}
	if err != nil {
		return report, err
	}
	return report, s.Note(context.WithoutCancel(ctx), app, BackedUp(entry, report))
}

// BackedUp completes the audit entry of a backup.
func BackedUp(e audit.Entry, r backup.Report) audit.Entry {
	e.Action, e.Purpose = "backup", audit.Administration
	e.Detail = map[string]any{
		"name": r.Name, "sha256": r.SHA256, "size": r.Size, "files": r.Files, "missing": len(r.Missing), "audit": r.Audit.Seq,
	}
	return e
}

// answerWithin is how long a request waits for its backup. One that takes longer is answered 202 then, and goes on.
const answerWithin = time.Minute

func makeBackup(r *request) error {
	type outcome struct {
		report backup.Report
		err    error
	}
	app, entry, done := r.App, r.actor.Did("backup"), make(chan outcome, 1)
	ctx := context.WithoutCancel(r.ctx())
	routine.FireAndForget(func() {
		report, err := r.BackUp(ctx, app, entry, r.Folder(app).Make)
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

func listBackups(r *request) error {
	items, err := r.Folder(r.App).List()
	return r.send(map[string]any{"items": items}, err)
}

// fetchBackup sends a backup, or the part that is asked for. It is on record before the first byte goes out.
func fetchBackup(r *request) error {
	name := r.path("name")
	f, err := r.Folder(r.App).Open(name)
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
	if err := r.note(entry); err != nil {
		return err
	}
	// The server's time for an answer is not enough for a long one. Not every connection has it.
	_ = http.NewResponseController(r.Response).SetWriteDeadline(time.Time{})
	r.Response.Header().Set("Content-Type", "application/zip")
	r.Response.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	http.ServeContent(r.Response, r.Request, "", info.ModTime(), f)
	return nil
}
