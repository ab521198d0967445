package openrosa

import (
	"context"
	"io"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

// IssueDraft makes a token that opens the draft of one form to the actor's own phone, and nothing else. It fails with
// problem.NotFound when the form has no draft.
func IssueDraft(ctx context.Context, app core.App, random io.Reader, act access.Act, library *instrument.Library, form, label string) (Token, error) {
	if _, ok := library.Draft(form); !ok {
		return Token{}, problem.New(problem.NotFound, "draft")
	}
	t, err := newToken(random, act.ID, label)
	if err != nil {
		return t, err
	}
	t.Form = form
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
	return admit(ctx, app, secret, form, access.PublishForm, now)
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
