package hooks

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/signin"
)

// bindSignIn tells the life of a session: guesses are counted, office staff show a second factor, the token is bound to
// the tablet, and every token dies with the account.
func (d *Doorstep) bindSignIn(app core.App) {
	on(app.OnRecordAuthWithPasswordRequest(), "doorstep.signin.guarded", 10, d.SignIn)
	on(app.OnRecordAuthRequest(), "doorstep.signin.session", 10, d.Session)
	on(app.OnRecordUpdate(collections.Workers), "doorstep.signin.left", 10, d.workerLeft)
}

// workerLeft ends every token of a worker who is not active any more, in the transaction that says so.
func (d *Doorstep) workerLeft(e *core.RecordEvent) error {
	if e.Record.GetBool("active") || !e.Record.Original().GetBool("active") {
		return e.Next()
	}
	return inTransaction(e, func(db collections.DB) error {
		e.Record.RefreshTokenKey()
		if err := e.Next(); err != nil {
			return err
		}
		if err := signin.EndApps(db, e.Record.Id); err != nil {
			return err
		}
		return audit.Append(db, d.Now(), audit.Entry{
			Action: audit.SignOut, Collection: collections.Workers, Record: e.Record.Id, Area: e.Record.GetString("area"),
			Purpose: audit.Administration,
		})
	})
}

func (d *Doorstep) pruneSignIns(e *core.ServeEvent) error {
	return byClock(e, "doorstep.signin", "7 * * * *", func(ctx context.Context, app core.App) error {
		return collections.Write(ctx, app, func(db collections.DB) error { return signin.Prune(db, d.Now()) })
	})
}
