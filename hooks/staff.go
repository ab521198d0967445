package hooks

import (
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/staff"
)

// newWorker looks at an account that somebody makes over REST or in the dashboard. It is active unless they say no.
func newWorker(e *core.RecordRequestEvent) error {
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	if _, said := info.Body["active"]; !said {
		e.Record.Set("active", true)
	}
	return checkWorker(e)
}

// changedWorker looks at an account that somebody changes, whom it must be theirs to change before and after.
func changedWorker(e *core.RecordRequestEvent) error {
	actor, ok := access.Of(e.Auth)
	if !ok || len(staff.Beyond(actor, staff.Of(e.Record.Original()))) > 0 {
		return e.NotFoundError("", nil)
	}
	return checkWorker(e)
}

func checkWorker(e *core.RecordRequestEvent) error {
	actor, ok := access.Of(e.Auth)
	if !ok {
		return e.ForbiddenError("", nil)
	}
	w := staff.Of(e.Record)
	wrong, err := staff.Check(collections.Read(e.App), w)
	if err != nil {
		return err
	}
	wrong = append(wrong, staff.CheckID(e.Record.Id)...)
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	if password, said := info.Body["password"].(string); said {
		wrong = append(wrong, staff.CheckPassword(password, w)...)
	}
	fields := validation.Errors{}
	for _, f := range append(wrong, staff.Beyond(actor, w)...) {
		if _, told := fields[f.Column]; !told {
			zh, en := f.Texts()
			fields[f.Column] = validation.NewError(f.Code, zh+" · "+en)
		}
	}
	if len(fields) > 0 {
		return e.BadRequestError("", fields)
	}
	return e.Next()
}
