package server

import (
	"crypto/rand"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/openrosa"
	"doorstep/internal/problem"
)

// A manager tries the draft of a form on a phone of their own, with a code of its own: below an address that knows
// nothing but the draft, so that what is sent there never becomes data.

const byDraft = "/v1/test/{token}/projects/{campaign}/forms/{form}"

var draftRoutes = []odkRoute{
	{"/draft.xml", odkDraft},
	{"/draft/formList", odkForms},
	{"/draft/manifest", odkManifest},
	{"/draft/attachments/{name}", odkFile},
	{"/draft/datasets/{list}/entities.csv", odkEntities},
	{"/draft/datasets/{list}/integrity", odkIntegrity},
}

func (s *Server) withDraftToken(handle fieldHandler) func(*core.RequestEvent) error {
	return func(re *core.RequestEvent) error {
		token, _ := re.Get(tokenKey).(string)
		campaign, form := re.Request.PathValue("campaign"), re.Request.PathValue("form")
		actor, device, err := openrosa.AdmitDraft(re.Request.Context(), re.App, token, form, s.Now())
		if err == nil {
			err = factorOfDraft(re.App, actor.ID)
		}
		if err != nil {
			return s.odkTurnedAway(re, err)
		}
		end, err := s.begin(re, actor.ID)
		if err != nil {
			return s.odkFailed(re, err)
		}
		defer end()
		caller := openrosa.NewCaller(re.Request, actor, device, campaign, openrosa.DraftPath(token, campaign, form))
		caller.Trial = true
		if err := handle(&fieldCall{re, s, caller}); err != nil {
			return s.odkFailed(re, err)
		}
		return nil
	}
}

// factorOfDraft fails for a manager who has to enrol a second factor since the token was given.
func factorOfDraft(app core.App, manager string) error {
	account, err := app.FindRecordById(collections.Workers, manager)
	if err != nil {
		return err
	}
	return factorEnrolled(collections.Read(app), account)
}

func odkDraft(c *fieldCall) error {
	in, err := form(c)
	if err != nil {
		return err
	}
	return c.send(textXML, in.MD5, in.XML)
}

func issueDraftToken(r *request) error {
	return r.send(issueDraft(r))
}

// draftQR issues a token and draws the code that sets Collect up for the draft.
func draftQR(r *request) error {
	t, err := issueDraft(r)
	if err != nil {
		return err
	}
	address := openrosa.DraftURL(openrosa.Origin(r.Request), t.Secret, t.Form)
	return r.qr(openrosa.Setup{ServerURL: address, Project: "试填 Test: " + t.Form, Username: t.StaffNo})
}

func issueDraft(r *request) (openrosa.Token, error) {
	var in tokenRequest
	if err := r.bind(&in); err != nil {
		return openrosa.Token{}, err
	}
	draft, ok := r.Library.Draft(r.path("form"))
	if !ok {
		return openrosa.Token{}, problem.New(problem.NotFound, "draft")
	}
	return openrosa.IssueDraft(r.ctx(), r.App, r.act(), draft, openrosa.Asked{Label: in.Label, Random: rand.Reader})
}
