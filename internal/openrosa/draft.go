package openrosa

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// IssueDraft makes a token that opens the draft of one form to the actor's own phone, and nothing else. It fails with
// problem.NotFound where the actor is no worker.
func IssueDraft(ctx context.Context, app core.App, act access.Act, in *instrument.Instrument, ask Asked) (Token, error) {
	ask.Worker = act.ID
	t, err := ask.token()
	if err != nil {
		return t, err
	}
	t.Form = in.Form.ID
	err = collections.Write(ctx, app, func(db collections.DB) error {
		var area string
		found, err := collections.One(db, `SELECT area, name, staff_no FROM workers WHERE id=? AND active`, []any{act.ID},
			&area, &t.Name, &t.StaffNo)
		if err != nil {
			return err
		}
		if !found {
			return problem.New(problem.NotFound, "worker") // an operator signs in otherwise and has no phone
		}
		return t.store(db, act, area)
	})
	return t, err
}

// AdmitDraft finds who tests the draft of a form with a token.
func AdmitDraft(ctx context.Context, app core.App, secret, form string, now time.Time) (access.Actor, string, error) {
	return key{secret, form, access.PublishForm}.admit(ctx, app, now)
}

// DraftURL is the server_url of a token for a draft, where ODK Central has it.
func DraftURL(origin, token, form string) string {
	return origin + DraftPath(token, AllForms, form)
}

// DraftPath is the path of DraftURL.
func DraftPath(token, campaign, form string) string {
	return Caller{root: "/v1/test"}.url(token, "projects", campaign, "forms", form, "draft")
}

// DraftList lists the draft alone.
func DraftList(db collections.DB, c Caller, in *instrument.Instrument) ([]byte, error) {
	item, err := c.item(db, in)
	if err != nil {
		return nil, err
	}
	return document(formList{Forms: []listItem{item}})
}
