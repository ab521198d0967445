package openrosa

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
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

// examples are what the lists of a draft hold, by property: nobody of the register is shown to whoever has the code.
var examples = map[string][]map[string]string{
	collections.Households: {
		{"name": exampleHome, "label": "示例路 1 号", "address": "示例路 1 号", "head_name": "王建国", "phone": "13800000001", "residents": "3"},
		{"name": "00000000-0000-7000-8000-000000000002", "label": "示例路 2 号", "address": "示例路 2 号", "head_name": "李秀英", "residents": "1",
			"attempts": "1"},
	},
	collections.Persons: {
		{"name": "00000000-0000-7000-8000-000000000003", "label": "王小明", "full_name": "王小明", "sex": "male", "birth_date": "2015-03-01",
			"id_type": "id_card", "id_number": "990000201503010033", "household": exampleHome},
		{"name": "00000000-0000-7000-8000-000000000004", "label": "王建国", "full_name": "王建国", "sex": "male", "birth_date": "1950-05-01",
			"phone": "13800000001", "household": exampleHome},
	},
	collections.Tasks: {
		{"name": "00000000-0000-7000-8000-000000000005", "label": "入户走访 · visit", "kind": "visit", "household": exampleHome},
	},
}

const exampleHome = "00000000-0000-7000-8000-000000000001"

// Examples is a list as a draft gets it, as CSV.
func Examples(list string) ([]byte, error) {
	l, err := findList(list)
	if err != nil {
		return nil, err
	}
	header := l.header()
	lines := [][]string{header}
	for _, one := range examples[l.name] {
		line := make([]string, len(header))
		for i, property := range header {
			line[i] = one[property]
		}
		line[slices.Index(header, "__version")] = "1"
		lines = append(lines, line)
	}
	var b bytes.Buffer
	err = csv.NewWriter(&b).WriteAll(lines)
	return b.Bytes(), err
}
