package hooks

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/server"
)

// public are the collections that every worker reads all day.
var public = []string{collections.Areas, collections.Campaigns, collections.Forms, collections.FormFiles}

// impersonal are the collections that say nothing of a person who was visited. Reading any other one is recorded, so
// that a collection which is added later is recorded too.
var impersonal = []string{
	collections.Areas, collections.Workers, collections.Scopes, collections.Devices, collections.Campaigns, collections.Forms,
	collections.FormFiles,
	collections.AppTokens, collections.Changes, collections.Outbox, collections.Meta, collections.Audit, collections.CommunityCoverage,
}

func personal(collection string) bool { return !slices.Contains(impersonal, collection) }

// recorded reports whether a look at a collection goes into the trail: whatever is personal, and everything that an operator
// reads but for what is public: accounts, tokens and the state of the installation too.
func recorded(c *core.Collection, operator bool) bool {
	return !c.System && personal(c.Name) || operator && !slices.Contains(public, c.Name)
}

// listed records a page of records that somebody gets over REST or in the dashboard.
func (d *Doorstep) listed(e *core.RecordsListRequestEvent) error {
	if !recorded(e.Collection, e.HasSuperuserAuth()) {
		return e.Next()
	}
	entry := server.Caller(e.RequestEvent).Did(audit.ReadMany)
	entry.Collection, entry.Detail = e.Collection.Name, map[string]int{"rows": len(e.Records)}
	for _, r := range e.Records {
		entry.Subjects = append(entry.Subjects, server.Subjects(r)...)
	}
	if err := d.Saw(e.RequestEvent, audit.Review, entry); err != nil {
		return err
	}
	return e.Next()
}

func (d *Doorstep) viewed(e *core.RecordRequestEvent) error {
	if !recorded(e.Collection, e.HasSuperuserAuth()) {
		return e.Next()
	}
	entry := didTo(e, audit.Read)
	if err := d.Saw(e.RequestEvent, audit.Review, entry); err != nil {
		return err
	}
	return e.Next()
}

// didTo is the entry for what the caller does to the record of a request.
func didTo(e *core.RecordRequestEvent, action string) audit.Entry {
	r := e.Record
	return server.Caller(e.RequestEvent).DidTo(action, e.Collection.Name, r.Id, r.GetString("area"), server.Subjects(r)...)
}

// changed records what somebody writes over REST or in the dashboard, in the transaction of the write: which fields,
// never their values.
func (d *Doorstep) changed(action string) func(*core.RecordRequestEvent) error {
	return func(e *core.RecordRequestEvent) error {
		if e.Collection.System && e.Collection.Name != core.CollectionNameSuperusers {
			return e.Next()
		}
		entry := didTo(e, action)
		detail := map[string]any{"fields": changedFields(e.Record)}
		if entry.Purpose = audit.Review; !personal(e.Collection.Name) || e.Collection.System {
			entry.Action, entry.Purpose, detail["write"] = audit.Configure, audit.Administration, action
		}
		entry.Detail, entry.Purpose = detail, audit.Stated(e.Request.Header.Get(server.PurposeHeader), entry.Purpose)
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
