package hooks

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/datafolder"
	"doorstep/internal/devicesync"
)

// giveEpoch gives a new database its epoch, and reports whether it did. Copies that backup makes have none, so that
// they are new wherever they are put.
func giveEpoch(app core.App) (fresh bool, err error) {
	err = collections.Write(context.Background(), app, func(db collections.DB) error {
		settled, err := devicesync.Settled(db)
		if fresh = !settled; err != nil || settled {
			return err
		}
		return devicesync.RenewEpoch(db)
	})
	return fresh, err
}

func (d *Doorstep) witness(app core.App) string {
	if d.Witness != "" {
		return d.Witness
	}
	return datafolder.WitnessOf(app.DataDir())
}

// faceWitness renews the epoch, before anybody is answered, of a database that is not the one that was here before, and
// notes from then on how far it has come.
func (d *Doorstep) faceWitness(e *core.ServeEvent) error {
	now, err := d.present(e.App)
	if err != nil {
		return err
	}
	before, found, err := datafolder.ReadWitness(d.witness(e.App))
	if err != nil {
		return err
	}
	doubt := "没有记录 · nothing was noted of it"
	if d.fresh {
		doubt = ""
	} else if found {
		if doubt, err = doubts(collections.Read(e.App), before, now); err != nil {
			return err
		}
	}
	if doubt != "" {
		if err := d.RenewEpoch(context.Background(), e.App, doubt); err != nil {
			return err
		}
	}
	if err := now.Write(d.witness(e.App)); err != nil {
		return fmt.Errorf("%w（可用 --witness 指定别处 · --witness names another place）", err)
	}
	return byClock(e, "doorstep.witness", eachMinute, func(_ context.Context, app core.App) error { return d.noteProgress(app, false) })
}

// NoteNew notes a database that was just made, so that its first server knows it again.
func (d *Doorstep) NoteNew(app core.App) error { return d.noteProgress(app, true) }

// doubts says why a database may be older than, or another one than, the one that was noted; "" when nothing speaks for it.
func doubts(db collections.DB, before, now datafolder.Witness) (string, error) {
	var hash string
	if before.Audit.Seq > 0 {
		if _, err := collections.One(db, `SELECT hash FROM audit WHERE seq=?`, []any{before.Audit.Seq}, &hash); err != nil {
			return "", err
		}
	}
	switch {
	case before.Database != now.Database:
		return "数据库文件是另一个 · the file of the database is another one", nil
	case before.Audit.Hash != hash:
		return "审计链不含此前的记录 · the audit chain lacks what was noted", nil
	case now.Feed < before.Feed:
		return "变更序列比此前短 · the feed of changes is shorter than it was", nil
	case !before.Clean && before.Boot != now.Boot:
		return "机器重启前服务未正常结束 · the machine went down with the server running", nil
	}
	return "", nil
}

// present is what is to be noted of the database now.
func (d *Doorstep) present(app core.App) (datafolder.Witness, error) {
	w := datafolder.Witness{Boot: datafolder.Boot()}
	var err error
	if w.Database, err = datafolder.IdentityOf(filepath.Join(app.DataDir(), datafolder.Database)); err != nil {
		return w, err
	}
	db := collections.Read(app)
	head, err := audit.HeadOf(db)
	if err != nil {
		return w, err
	}
	w.Audit = datafolder.Mark(head)
	w.Feed, err = devicesync.FeedHead(db)
	return w, err
}

func (d *Doorstep) noteProgress(app core.App, clean bool) error {
	w, err := d.present(app)
	w.Clean = clean
	if before, found, _ := datafolder.ReadWitness(d.witness(app)); err == nil && (!found || before != w) {
		err = w.Write(d.witness(app))
	}
	if err != nil {
		return fmt.Errorf("note how far the database has come: %w", err)
	}
	return nil
}
