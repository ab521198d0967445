package hooks

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
	"doorstep/internal/signin"
)

// bindSignIn tells the life of a session: guesses are counted, office staff show a second factor, the token is bound to
// the tablet, and every token dies with the account.
func (d *Doorstep) bindSignIn(app core.App) {
	on(app.OnRecordAuthWithPasswordRequest(), "doorstep.signin.guesses", 10, d.guessed)
	on(app.OnRecordAuthRequest(), "doorstep.signin.session", 10, d.session)
	on(app.OnRecordUpdate(collections.Workers), "doorstep.signin.left", 10, d.workerLeft)
}

// guessed counts sign-ins with a password, right and wrong.
func (d *Doorstep) guessed(e *core.RecordAuthWithPasswordRequestEvent) error {
	attempt := signin.NewAttempt(e.Collection.Name, e.Identity, e.RealIP())
	wait, err := attempt.Wait(collections.Read(e.App), d.Now())
	if err != nil {
		return err
	}
	if wait > 0 {
		e.Response.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return apiError(problem.New(problem.TooManyGuesses, ""))
	}
	e.Set(attemptKey, attempt)
	err = e.Next()
	var told *router.ApiError
	if errors.As(err, &told) && told.Data["code"] == string(problem.FactorNeeded) || err == nil {
		return err // the password was right; session has counted what was right as a whole
	}
	worker := ""
	if e.Record != nil {
		worker = e.Record.Id
	}
	entry := audit.Entry{Action: audit.SignInFail, Collection: e.Collection.Name, Record: worker, Purpose: audit.Administration, Detail: map[string]string{"from": e.RealIP()}}
	kept := collections.Write(context.WithoutCancel(e.Request.Context()), e.App, func(db collections.DB) error {
		return errors.Join(attempt.Wrong(db, d.Now()), audit.Append(db, d.Now(), entry))
	})
	if kept != nil {
		return errors.Join(err, kept)
	}
	return err
}

const attemptKey = "doorstep.attempt"

// session decides over a sign-in whose password was right, and over a renewed token: that keeps its tablet.
func (d *Doorstep) session(e *core.RecordAuthRequestEvent) error {
	attempt, byPassword := e.Get(attemptKey).(signin.Attempt)
	device := signin.DeviceOf(bearer(e.Request))
	if byPassword {
		device = caller(e.RequestEvent).Device
	}
	err := collections.Write(context.WithoutCancel(e.Request.Context()), e.App, func(db collections.DB) error {
		if !byPassword {
			return nil
		}
		if err := d.secondFactor(db, e); err != nil {
			return err
		}
		if err := attempt.Right(db, d.Now()); err != nil {
			return err
		}
		entry := audit.Entry{Actor: e.Record.Id, Role: e.Record.GetString("role"), Device: device, Action: audit.SignIn, Collection: e.Collection.Name, Record: e.Record.Id, Area: e.Record.GetString("area"), Purpose: audit.Administration, Detail: map[string]string{"from": e.RealIP()}}
		return audit.Append(db, d.Now(), entry)
	})
	if err != nil {
		return apiError(err)
	}
	if err := giveToken(e, device); err != nil {
		return err
	}
	return e.Next()
}

// giveToken puts our token in the place of the one that PocketBase made, which nobody takes. It is bound to a tablet that is
// registered; for another one it is as good as at a desk.
func giveToken(e *core.RecordAuthRequestEvent, device string) error {
	known, err := signin.Registered(collections.Read(e.App), e.Record.Id, device)
	if err != nil {
		return err
	}
	if !known {
		device = ""
	}
	e.Token, err = signin.Token(e.App, e.Record, device)
	return err
}

// secondFactor asks those who are enrolled for their code. Who must have one and has none gets a token that is good for
// enrolling alone; see restrict.
func (d *Doorstep) secondFactor(db collections.DB, e *core.RecordAuthRequestEvent) error {
	if e.Collection.Name != collections.Workers {
		return nil
	}
	enrolled, err := signin.Enrolled(db, e.Record.Id)
	if err != nil {
		return err
	}
	if !enrolled {
		required, err := signin.Required(db, access.Role(e.Record.GetString("role")))
		if required {
			e.Meta = map[string]string{"second_factor": "enrol"}
		}
		return err
	}
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	code, _ := info.Body["code"].(string)
	if code == "" {
		return problem.New(problem.FactorNeeded, "")
	}
	ok, err := signin.Check(db, e.Record.Id, code, d.Now())
	if err == nil && !ok {
		return problem.New(problem.FactorWrong, "")
	}
	return err
}

// apiError tells a problem in the framework's words, with its code in the data.
func apiError(err error) error {
	p := problem.As(err)
	text := problem.Catalogue[p.Code]
	if p.Code == problem.Internal {
		return router.NewInternalServerError("", fmt.Errorf("sign in: %w", err))
	}
	return &router.ApiError{Status: p.Status(), Message: text.ZH + " " + text.EN, Data: map[string]any{"code": string(p.Code)}}
}

// workerLeft ends every token of a worker who is not active any more, in the transaction that says so.
func (d *Doorstep) workerLeft(e *core.RecordEvent) error {
	if e.Record.GetBool("active") || !e.Record.Original().GetBool("active") {
		return e.Next()
	}
	return inTransaction(e, func() error {
		e.Record.RefreshTokenKey()
		if err := e.Next(); err != nil {
			return err
		}
		db, err := collections.From(e.App)
		if err != nil {
			return err
		}
		if err := signin.EndApps(db, e.Record.Id); err != nil {
			return err
		}
		return audit.Append(db, d.Now(), audit.Entry{Action: audit.SignOut, Collection: collections.Workers, Record: e.Record.Id, Area: e.Record.GetString("area"), Purpose: audit.Administration})
	})
}

func bearer(r *http.Request) string {
	token := r.Header.Get("Authorization")
	if scheme, rest, found := strings.Cut(token, " "); found && strings.EqualFold(scheme, "Bearer") {
		return rest
	}
	return token
}
