package openrosa

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
)

// Token is what lets one app of one worker in. Secret is shown once and stored nowhere.
type Token struct {
	ID      string `json:"id"`
	Worker  string `json:"worker"`
	Name    string `json:"name"`
	StaffNo string `json:"staff_no"`
	Device  string `json:"device"`
	Label   string `json:"label"`
	Secret  string `json:"token"`
	Form    string `json:"form,omitempty"` // the form whose draft it tests; nothing else then
}

const tokenBytes = 32

// usedEvery is how precisely the last use of a token is known; it saves a write per request.
const usedEvery = time.Hour

// Asked is the token that somebody wants.
type Asked struct {
	Worker string // whose it will be
	Label  string
	Random io.Reader
}

// Issue makes a token, and the device that its submissions come from. Outside of the actor's territory the worker is
// not found.
func Issue(ctx context.Context, app core.App, act access.Act, ask Asked) (Token, error) {
	t, err := ask.token()
	if err != nil {
		return t, err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		var area string
		found, err := collections.One(db, `SELECT area, name, staff_no FROM workers WHERE id=? AND active`, []any{ask.Worker},
			&area, &t.Name, &t.StaffNo)
		if err != nil {
			return err
		}
		if !found || !act.May(access.ManageToken, area, "") {
			return problem.New(problem.NotFound, "")
		}
		return t.store(db, act, area)
	})
	return t, err
}

func (ask Asked) token() (Token, error) {
	secret := make([]byte, tokenBytes)
	if _, err := io.ReadFull(ask.Random, secret); err != nil {
		return Token{}, fmt.Errorf("make a token: %w", err)
	}
	return Token{Worker: ask.Worker, Label: ask.Label, Secret: base64.RawURLEncoding.EncodeToString(secret)}, nil
}

func (t *Token) store(db collections.DB, act access.Act, area string) error {
	t.ID, t.Device = collections.NewID(), collections.NewID()
	at := collections.Stamp(act.Now)
	if err := collections.Insert(db, collections.Devices, collections.Row{
		{Column: "id", Value: t.Device}, {Column: "worker", Value: t.Worker}, {Column: "name", Value: t.Label},
		{Column: "app", Value: "ODK Collect"}, {Column: "area", Value: area},
		{Column: "revoked", Value: false}, {Column: "last_seq", Value: 0}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	}); err != nil {
		return err
	}
	if err := collections.Insert(db, collections.AppTokens, collections.Row{
		{Column: "id", Value: t.ID}, {Column: "sha256", Value: tokenDigest(t.Secret)}, {Column: "worker", Value: t.Worker},
		{Column: "device", Value: t.Device}, {Column: "label", Value: t.Label}, {Column: "form", Value: t.Form},
		{Column: "area", Value: area}, {Column: "revoked", Value: false}, {Column: "created_by", Value: act.ID}, {Column: "created", Value: at},
		{Column: "updated", Value: at},
	}); err != nil {
		return err
	}
	entry := act.DidTo("token.issue", collections.AppTokens, t.ID, area)
	entry.Purpose, entry.Detail = audit.Administration, map[string]string{"worker": t.Worker, "device": t.Device, "form": t.Form}
	return audit.Append(db, act.Now, entry)
}

func tokenDigest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Revoke shuts a token out from its next request on.
func Revoke(ctx context.Context, app core.App, act access.Act, id string) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		var area string
		found, err := collections.One(db, `SELECT area FROM app_tokens WHERE id=?`, []any{id}, &area)
		if err != nil {
			return err
		}
		if !found || !act.May(access.ManageToken, area, "") {
			return problem.New(problem.NotFound, "")
		}
		if err := collections.Update(db, collections.AppTokens, id, collections.Row{{Column: "revoked", Value: true},
			{Column: "updated", Value: collections.Stamp(act.Now)}}); err != nil {
			return err
		}
		return audit.Append(db, act.Now, act.DidTo("token.revoke", collections.AppTokens, id, area))
	})
}

// Admit finds whose token it is. A wrong one, a revoked one, one on a revoked device and one of a worker who left all
// get the same refusal.
func Admit(ctx context.Context, app core.App, secret string, now time.Time) (access.Actor, string, error) {
	return key{secret, "", access.Sync}.admit(ctx, app, now)
}

// key is what a token is to open: all data that its worker collects, or the draft of one form.
type key struct {
	secret, form string
	do           access.Action
}

func (k key) admit(ctx context.Context, app core.App, now time.Time) (access.Actor, string, error) {
	var id, worker, role, territory, device, used string
	var shut bool
	found, err := collections.One(collections.Read(app),
		`SELECT t.id, t.worker, t.device, t.last_used, w.role, COALESCE(w.territory,'[]'), t.revoked OR NOT w.active OR COALESCE(d.revoked, 0)
		FROM app_tokens t JOIN workers w ON w.id=t.worker LEFT JOIN devices d ON d.id=t.device WHERE t.sha256=? AND t.form=?`,
		[]any{tokenDigest(k.secret), k.form},
		&id, &worker, &device, &used, &role, &territory, &shut)
	if err != nil {
		return access.Actor{}, "", err
	}
	actor := access.Actor{ID: worker, Role: access.Role(role), Territory: access.ParseTerritory(territory)}
	allowed, err := actor.Allowed(collections.Read(app), k.do)
	if err != nil {
		return access.Actor{}, "", err
	}
	if !found || shut || !allowed {
		return access.Actor{}, "", errWrongToken
	}
	if used < collections.Stamp(now.Add(-usedEvery)) {
		err = collections.Write(ctx, app, func(db collections.DB) error {
			return collections.Update(db, collections.AppTokens, id, collections.Row{{Column: "last_used", Value: collections.Stamp(now)}})
		})
	}
	return actor, device, err
}
