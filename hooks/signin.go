package hooks

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
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
	on(app.OnRecordAuthWithPasswordRequest(), "doorstep.signin.guarded", 10, d.guarded)
	on(app.OnRecordAuthRequest(), "doorstep.signin.session", 10, d.session)
	on(app.OnRecordUpdate(collections.Workers), "doorstep.signin.left", 10, d.workerLeft)
}

// signedIn is a password that was right, on its way to a session.
type signedIn struct {
	try     signin.Try
	attempt signin.Attempt
}

const signedInKey = "doorstep.signedin"

// guarded looks at a password in the place of PocketBase, which would compare it again, and answer an inactive account
// otherwise than an unknown one.
func (d *Doorstep) guarded(e *core.RecordAuthWithPasswordRequestEvent) error {
	if e.Collection.Name == core.CollectionNameSuperusers {
		if err := operatorMayCome(e.RequestEvent); err != nil {
			return signInError(e.RequestEvent, err)
		}
	}
	if e.Record == nil && e.Collection.Name == collections.Workers {
		worker, err := signin.Account(e.App, e.Identity)
		if err != nil {
			return err
		}
		e.Record = worker
	}
	_, fits := access.Of(e.Record)
	try := signin.Try{Door: "session", Collection: e.Collection.Name, Identity: e.Identity, Password: e.Password, Account: e.Record, Fits: fits}
	var err error
	if try.From, err = placeOf(e.RequestEvent, e.Record); err != nil {
		return err
	}
	attempt, err := d.passwords.Admit(e.Request.Context(), e.App, try, d.Now)
	if problem.As(err).Code == problem.NotSignedIn {
		return e.BadRequestError("Failed to authenticate.", nil)
	}
	if err != nil {
		return signInError(e.RequestEvent, err)
	}
	e.Set(signedInKey, signedIn{try, attempt})
	return apis.RecordAuthResponse(e.RequestEvent, e.Record, core.MFAMethodPassword, nil)
}

// placeOf is where a request for an account comes from.
func placeOf(re *core.RequestEvent, account *core.Record) (signin.Place, error) {
	from := signin.Place{Address: re.RealIP()}
	if account == nil {
		return from, nil
	}
	ip, err := netip.ParseAddr(from.Address)
	from.Local = err == nil && account.IsSuperuser() && ip.IsLoopback() && !forwarded(re.Request)
	if device := re.Request.Header.Get(DeviceHeader); device != "" {
		known, err := signin.Registered(collections.Read(re.App), account.Id, device)
		if err != nil {
			return from, err
		}
		if known {
			from.Device = device
		}
	}
	return from, nil
}

// session decides over a sign-in whose password was right, and over a renewed token: that keeps its tablet.
func (d *Doorstep) session(e *core.RecordAuthRequestEvent) error {
	device := signin.DeviceOf(bearer(e.Request))
	if in, byPassword := e.Get(signedInKey).(signedIn); byPassword {
		device = in.try.From.Device
		if err := d.factorShown(e, in); err != nil {
			return signInError(e.RequestEvent, err)
		}
	}
	if err := giveToken(e, device); err != nil {
		return err
	}
	return e.Next()
}

// factorShown asks those who are enrolled for their code, and counts and records how the sign-in ends. Who must have a second
// factor and has none gets a token that is good for enrolling alone; see restrict.
func (d *Doorstep) factorShown(e *core.RecordAuthRequestEvent, in signedIn) error {
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	code, _ := info.Body["code"].(string)
	var told error // kept apart: what is counted of a wrong code must be committed
	err = collections.Write(context.WithoutCancel(e.Request.Context()), e.App, func(db collections.DB) error {
		var enrol bool
		if enrol, told, err = d.factorAsked(db, e.Record, in, code); enrol {
			e.Meta = map[string]string{"second_factor": "enrol"}
		}
		return err
	})
	return errors.Join(err, told)
}

// factorAsked looks at the code of somebody whose password was right, where the account has a second factor, and counts and records
// how that ends. It reports whether the account must have one and has none.
func (d *Doorstep) factorAsked(db collections.DB, account *core.Record, in signedIn, code string) (enrol bool, told, err error) {
	enrolled, required, err := factorOf(db, account)
	switch {
	case err != nil:
		return false, nil, err
	case enrolled && code == "":
		return false, problem.New(problem.FactorNeeded, ""), in.attempt.Release(db, d.Now())
	case enrolled:
		told = in.attempt.CheckFactor(db, account.Id, code, d.Now())
	}
	return required && !enrolled, told, d.settled(db, in, told)
}

// settled counts and records a sign-in whose code was looked at.
func (d *Doorstep) settled(db collections.DB, in signedIn, told error) error {
	switch problem.As(told).Code {
	case problem.FactorWrong:
		return audit.Append(db, d.Now(), in.try.Failed())
	case problem.TooManyGuesses:
		return in.attempt.Release(db, d.Now())
	}
	if told != nil {
		return told
	}
	if err := in.attempt.Right(db, d.Now()); err != nil {
		return err
	}
	return audit.Append(db, d.Now(), in.try.Done())
}

func factorOf(db collections.DB, account *core.Record) (enrolled, required bool, err error) {
	if account.IsSuperuser() {
		return false, false, nil
	}
	if required, err = signin.Required(db, access.Role(account.GetString("role"))); err != nil {
		return false, false, err
	}
	enrolled, err = signin.Enrolled(db, account.Id)
	return enrolled, required, err
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

// apiError tells a problem in the framework's words, with its code in the data.
func apiError(err error) error {
	p := told(err)
	text := problem.Catalogue[p.Code]
	if p.Code == problem.Internal {
		return router.NewInternalServerError("", err)
	}
	return &router.ApiError{Status: p.Status(), Message: text.ZH + " " + text.EN, Data: map[string]any{"code": string(p.Code)}}
}

// signInError is apiError for somebody who may have to wait.
func signInError(re *core.RequestEvent, err error) error {
	retryAfter(re.Response.Header(), err)
	return apiError(err)
}

// retryAfter tells who has to wait for how long.
func retryAfter(h http.Header, err error) {
	var waiting *signin.Waiting
	if errors.As(err, &waiting) {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(waiting.For.Seconds()))))
	}
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
