package hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
	"doorstep/internal/server"
)

// bindAudit records what goes through PocketBase's own routes, the dashboard's included; our routes record in their
// stages. Nobody changes what is recorded.
func (d *Doorstep) bindAudit(app core.App) {
	on(app.OnRecordCreate(collections.Audit), "doorstep.audit.closed.create", 1, refuseRecord)
	on(app.OnRecordUpdate(collections.Audit), "doorstep.audit.closed.update", 1, refuseRecord)
	on(app.OnRecordDelete(collections.Audit), "doorstep.audit.closed.delete", 1, refuseRecord)

	on(app.OnRecordsListRequest(), "doorstep.audit.list", 90, d.listed)
	on(app.OnRecordViewRequest(), "doorstep.audit.view", 90, d.viewed)
	on(app.OnRecordCreateRequest(), "doorstep.audit.create", 90, d.changed(audit.Create))
	on(app.OnRecordUpdateRequest(), "doorstep.audit.update", 90, d.changed(audit.Update))
	on(app.OnRecordDeleteRequest(), "doorstep.audit.delete", 90, d.changed(audit.Remove))

	on(app.OnSettingsUpdateRequest(), "doorstep.audit.settings", 90, d.settings)
}

func refuseRecord(*core.RecordEvent) error { return problem.New(problem.NotAllowed, "audit") }

func (d *Doorstep) settings(e *core.SettingsUpdateRequestEvent) error {
	entry := server.Caller(e.RequestEvent).Did(audit.Configure)
	entry.Purpose, entry.Detail = audit.Administration, map[string]string{"what": "settings"}
	return d.withEntry(e.RequestEvent, &entry, e.Next)
}
