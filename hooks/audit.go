package hooks

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/ingest"
)

// PurposeHeader is where a client states why it looks; see audit.Purposes.
const PurposeHeader = "X-Doorstep-Purpose"

// impersonal are the collections that say nothing of a person who was visited. Reading any other one is recorded, so
// that a collection which is added later is recorded too.
var impersonal = []string{
	collections.Areas, collections.Workers, collections.Scopes, collections.Devices, collections.Campaigns, collections.Forms, collections.FormFiles,
	collections.AppTokens, collections.Changes, collections.Outbox, collections.Meta, collections.Audit, collections.CommunityCoverage,
}

func personal(collection string) bool { return !slices.Contains(impersonal, collection) }

// public are the collections that every worker reads all day.
var public = []string{collections.Areas, collections.Campaigns, collections.Forms, collections.FormFiles}

// recorded reports whether a look at a collection goes into the trail: whatever is personal, and everything that an operator
// reads but for what is public: accounts, tokens and the state of the installation too.
func recorded(c *core.Collection, operator bool) bool {
	return !c.System && personal(c.Name) || operator && !slices.Contains(public, c.Name)
}

// links are the columns by which a row names whom it concerns.
var links = []string{"person", "household", "record", "visit", "a", "b", "merged_into", "entity"}

func subjects(r *core.Record) []string {
	ids := []string{r.Id}
	for _, column := range links {
		if f := r.Collection().Fields.GetByName(column); f != nil {
			ids = append(ids, r.GetString(column))
		}
	}
	return ids
}

// caller is who makes a request; the zero Actor is nobody.
func caller(re *core.RequestEvent) access.Actor {
	actor, _ := access.Of(re.Auth)
	if device := re.Request.Header.Get(DeviceHeader); uuid.Validate(device) == nil {
		actor.Device = device
	}
	return actor
}

// saw records a read before the answer is given. Nothing seen, nothing recorded.
func (d *Doorstep) saw(re *core.RequestEvent, usual audit.Purpose, e audit.Entry) error {
	if len(e.Subjects) == 0 {
		return nil
	}
	e.Purpose = audit.Stated(re.Request.Header.Get(PurposeHeader), usual)
	return d.note(re.Request.Context(), re.App, e)
}

// note writes an entry in a transaction of its own, which is on the disk when it returns.
func (d *Doorstep) note(ctx context.Context, app core.App, e audit.Entry) error {
	return collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error { return audit.Append(db, d.Now(), e) })
}

// listed records a page of records that somebody gets over REST or in the dashboard.
func (d *Doorstep) listed(e *core.RecordsListRequestEvent) error {
	if !recorded(e.Collection, e.HasSuperuserAuth()) {
		return e.Next()
	}
	entry := caller(e.RequestEvent).Did(audit.ReadMany)
	entry.Collection, entry.Detail = e.Collection.Name, map[string]int{"rows": len(e.Records)}
	for _, r := range e.Records {
		entry.Subjects = append(entry.Subjects, subjects(r)...)
	}
	if err := d.saw(e.RequestEvent, audit.Review, entry); err != nil {
		return err
	}
	return e.Next()
}

func (d *Doorstep) viewed(e *core.RecordRequestEvent) error {
	if !recorded(e.Collection, e.HasSuperuserAuth()) {
		return e.Next()
	}
	entry := caller(e.RequestEvent).DidTo(audit.Read, e.Collection.Name, e.Record.Id, e.Record.GetString("area"), subjects(e.Record)...)
	if err := d.saw(e.RequestEvent, audit.Review, entry); err != nil {
		return err
	}
	return e.Next()
}

// changed records what somebody writes over REST or in the dashboard, in the transaction of the write: which fields,
// never their values.
func (d *Doorstep) changed(action string) func(*core.RecordRequestEvent) error {
	return func(e *core.RecordRequestEvent) error {
		if e.Collection.System && e.Collection.Name != core.CollectionNameSuperusers {
			return e.Next()
		}
		entry := caller(e.RequestEvent).DidTo(action, e.Collection.Name, e.Record.Id, e.Record.GetString("area"), subjects(e.Record)...)
		detail := map[string]any{"fields": changedFields(e.Record)}
		if entry.Purpose = audit.Review; !personal(e.Collection.Name) || e.Collection.System {
			entry.Action, entry.Purpose, detail["write"] = audit.Configure, audit.Administration, action
		}
		entry.Detail, entry.Purpose = detail, audit.Stated(e.Request.Header.Get(PurposeHeader), entry.Purpose)
		return d.withEntry(e.RequestEvent, &entry, func() error {
			err := e.Next()
			entry.Record = e.Record.Id // made by then
			return err
		})
	}
}

func changedFields(r *core.Record) []string {
	names := []string{}
	before := r.Original()
	for _, f := range r.Collection().Fields {
		name := f.GetName()
		if _, auto := f.(*core.AutodateField); !auto && r.GetString(name) != before.GetString(name) {
			names = append(names, name)
		}
	}
	return names
}

// withEntry runs the rest of a request and appends the entry, all in one transaction.
func (d *Doorstep) withEntry(re *core.RequestEvent, entry *audit.Entry, rest func() error) error {
	outer := re.App
	defer func() { re.App = outer }()
	return outer.RunInTransaction(func(tx core.App) error {
		re.App = tx
		if err := rest(); err != nil {
			return err
		}
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		return audit.Append(db, d.Now(), *entry)
	})
}

// pulled is what a tablet gets to see with a part of a page.
func pulled(actor access.Actor, ids []string) audit.Entry {
	e := actor.Did(audit.ReadMany)
	e.Subjects, e.Detail = ids, map[string]any{"door": "pull", "rows": len(ids)}
	return e
}

// heldSeen is what a supervisor gets to see of the quarantine.
func heldSeen(actor access.Actor, rows []ingest.Held) audit.Entry {
	e := actor.Did(audit.ReadMany)
	e.Collection, e.Detail = collections.Submissions, map[string]any{"door": "quarantine", "rows": len(rows)}
	for _, h := range rows {
		e.Subjects = append(e.Subjects, h.ID, h.Instance)
	}
	return e
}

// listSeen is what a worker's app gets to see with an entity list.
func listSeen(actor access.Actor, list string, ids []string) audit.Entry {
	e := actor.Did(audit.ReadMany)
	e.Collection, e.Subjects, e.Detail = list, ids, map[string]any{"door": "openrosa", "rows": len(ids)}
	return e
}

// configuredWorker records what was done to a worker's account.
func (d *Doorstep) configuredWorker(db collections.DB, by access.Actor, worker, action string) error {
	e := by.DidTo(action, collections.Workers, worker, "")
	e.Purpose = audit.Administration
	return audit.Append(db, d.Now(), e)
}
