// Package hooks is the sentence that joins nouns and verbs: what happens to records, and when the server starts and ends.
package hooks

import (
	"context"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"doorstep/collections"
	"doorstep/internal/needs"
	"doorstep/internal/outbox"
	"doorstep/internal/queryplan"
	"doorstep/internal/seal"
	"doorstep/internal/server"
	"doorstep/internal/signin"
)

// Doorstep is the program: what its requests share, and what happens beside them.
type Doorstep struct {
	*server.Server
	Notify  outbox.Send
	Keys    seal.Source // of the keyset; empty for the file beside the data folder
	Witness string      // file in which the server notes how far the database has come; empty for one beside the data folder
	fresh   bool        // the epoch was made by this process
	damaged sync.Map    // places of rows that ReportDamage has noted
}

// New makes an empty Doorstep; Start fills it from the database.
func New(now func() time.Time) *Doorstep { return &Doorstep{Server: server.New(now)} }

// Bind ties the program to PocketBase: the life of the server first, then what happens to records; bindFolder, bindSignIn and
// bindAudit belong to it. The stages of a visit stand in ingest.
func (d *Doorstep) Bind(app core.App) {
	on(app.OnServe(), "doorstep.guard", 5, d.Guard)
	on(app.OnServe(), "doorstep.start", 10, d.start)
	on(app.OnServe(), "doorstep.headers", 11, d.Protect)
	on(app.OnServe(), "doorstep.opened", 12, d.CloseOthers)
	on(app.OnServe(), "doorstep.bodies", 13, d.BoundBodies)
	on(app.OnServe(), "doorstep.uploads", 15, d.OpenUploads)
	on(app.OnServe(), "doorstep.routes", 20, d.Route)
	on(app.OnServe(), "doorstep.openrosa", 25, d.OpenRosa)
	on(app.OnServe(), "doorstep.web", 27, d.Pages)
	on(app.OnServe(), "doorstep.outbox", 30, d.sendOutbox)
	on(app.OnServe(), "doorstep.forms", 40, d.watchForms)
	on(app.OnServe(), "doorstep.retention", 50, d.reportRetention)
	on(app.OnServe(), "doorstep.backup", 50, d.backUpByNight)
	on(app.OnServe(), "doorstep.files", 50, d.sweepFiles)

	d.bindSignIn(app)
	on(app.OnServe(), "doorstep.signin", 55, d.pruneSignIns)
	d.bindAudit(app)
	on(app.OnServe(), "doorstep.keys", 45, d.watchKeys)
	on(app.OnServe(), "doorstep.damaged", 46, d.watchDamage)
	on(app.OnServe(), "doorstep.blocking", 47, d.blockEverybody)
	on(app.OnServe(), "doorstep.trail", 48, d.keepTrail)
	on(app.OnServe(), "doorstep.counts", 48, d.keepCounts)
	on(app.OnServe(), "doorstep.reassign", 48, d.watchAreas)
	on(app.OnServe(), "doorstep.jobs", 49, d.runJobs)

	on(app.OnRecordCreateRequest(), "doorstep.hand.create", 95, d.byHand) // in the transaction that the audit trail began
	on(app.OnRecordUpdateRequest(), "doorstep.hand.update", 95, d.byHand)
	on(app.OnRecordUpdate(), "doorstep.unchanged", 5, d.unchanged)
	on(app.OnRecordCreate(), "doorstep.record.create", 10, d.surveyRecord)
	on(app.OnRecordUpdate(), "doorstep.record.update", 10, d.surveyRecord)
	on(app.OnRecordDelete(), "doorstep.record.delete", 10, d.surveyRecordDeleted)
	on(app.OnRecordCreate(), "doorstep.row.create", 20, d.surveyRow)
	on(app.OnRecordUpdate(), "doorstep.row.update", 20, d.surveyRow)

	on(app.OnRecordCreateRequest(collections.Workers), "doorstep.worker.new", 10, newWorker)
	on(app.OnRecordUpdateRequest(collections.Workers), "doorstep.worker.changed", 10, changedWorker)
	on(app.OnRecordCreate(collections.Workers), "doorstep.worker.create", 20, d.workerScopes)
	on(app.OnRecordUpdate(collections.Workers), "doorstep.worker.update", 20, d.workerScopes)
	for _, registry := range announced {
		on(app.OnRecordCreate(registry), "doorstep.announce.create."+registry, 30, d.announce)
		on(app.OnRecordUpdate(registry), "doorstep.announce.update."+registry, 30, d.announce)
		on(app.OnRecordDelete(registry), "doorstep.announce.delete."+registry, 30, d.announceDelete)
	}
	on(app.OnRecordUpdate(collections.Areas), "doorstep.redrawn", 40, d.areasRedrawn)
	for table := range collections.Registry {
		on(app.OnRecordCreate(table), "doorstep.seal.create."+table, 90, sealRecord)
		on(app.OnRecordUpdate(table), "doorstep.seal.update."+table, 90, sealRecord)
	}
	on(app.OnRecordCreateExecute(signin.Accounts...), "doorstep.password.create", 90, sealPassword)
	on(app.OnRecordUpdateExecute(signin.Accounts...), "doorstep.password.update", 90, sealPassword)
	on(app.OnRecordUpdateRequest(), "doorstep.cleared", 20, d.noteCleared)
	on(app.OnRecordEnrich(pairLists...), "doorstep.pairs", 80, otherSide)
	on(app.OnRecordEnrich(), "doorstep.mask", 90, d.mask)
	on(app.OnRecordCreate(collections.Areas), "doorstep.border.create", 10, soundBorder)
	on(app.OnRecordUpdate(collections.Areas), "doorstep.border.update", 10, soundBorder)
	on(app.OnRecordAfterUpdateSuccess(collections.Areas), "doorstep.areas", 10, d.areasChanged)
	d.bindFolder(app)
	on(app.OnTerminate(), "doorstep.drain", 10, d.drain)
}

// announced are the collections of which tablets are told.
var announced = []string{collections.Campaigns, collections.Tasks, collections.Households, collections.Persons, collections.Areas}

func on[T hook.Resolver](h interface {
	Bind(*hook.Handler[T]) string
}, id string, priority int, fn func(T) error) {
	h.Bind(&hook.Handler[T]{Id: id, Priority: priority, Func: fn})
}

// start makes the database ready once migrations have run.
func (d *Doorstep) start(e *core.ServeEvent) error {
	if err := d.Start(e.App); err != nil {
		return err
	}
	return e.Next()
}

// Start makes a database ready: epoch, keys, sealing, forms with those that come with the program, views, SQLite's statistics, areas.
// Commands that need them call it too.
func (d *Doorstep) Start(app core.App) error {
	fresh, err := giveEpoch(app)
	if err != nil {
		return err
	}
	d.fresh = d.fresh || fresh
	if err := d.openKeys(app); err != nil {
		return err
	}
	if err := sealSecrets(app); err != nil {
		return err
	}
	if err := d.Library.Load(app); err != nil {
		return err
	}
	if err := d.sealAll(app); err != nil {
		return err
	}
	if err := d.publishShipped(app); err != nil {
		return err
	}
	if err := needs.Ship(context.Background(), app, d.Now()); err != nil {
		return err
	}
	if err := collections.EnsureViews(app, d.Library.Interviews()); err != nil {
		return err
	}
	if err := collections.Write(context.Background(), app, func(db collections.DB) error { return queryplan.Plant(db) }); err != nil {
		return err
	}
	return d.Areas.Load(app)
}

func (d *Doorstep) sendOutbox(e *core.ServeEvent) error {
	if d.Notify != nil {
		beside(e.App, "doorstep.outbox", func(ctx context.Context, app core.App) error { return outbox.Run(ctx, app, d.Notify, d.Now) })
	}
	return e.Next()
}

// watchForms notices within a minute what the command forms publish has done in another process.
func (d *Doorstep) watchForms(e *core.ServeEvent) error {
	return byClock(e, "doorstep.forms", eachMinute, func(ctx context.Context, app core.App) error {
		err := d.Library.Refresh(app)
		d.ReleaseKnown(ctx, app)
		return err
	})
}

// drain lets what was taken in be stored before the database is closed.
func (d *Doorstep) drain(e *core.TerminateEvent) error {
	d.Drain()
	return e.Next()
}

func (d *Doorstep) areasChanged(e *core.RecordEvent) error {
	if err := d.Areas.Load(e.App); err != nil {
		e.App.Logger().Error("reload areas", "error", err)
	}
	d.KickAreas()
	return e.Next()
}
