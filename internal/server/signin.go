package server

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

// signedIn is a password that was right, on its way to a session.
type signedIn struct {
	try     signin.Try
	attempt signin.Attempt
}

const signedInKey = "doorstep.signedin"

// SignIn looks at a password in the place of PocketBase, which would compare it again, and answer an inactive account
// otherwise than an unknown one.
func (s *Server) SignIn(e *core.RecordAuthWithPasswordRequestEvent) error {
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
	try := signin.Try{
		Door: "session", Collection: e.Collection.Name, Identity: e.Identity, Password: e.Password, Account: e.Record, Fits: fits,
	}
	var err error
	if try.From, err = placeOf(e.RequestEvent, e.Record); err != nil {
		return err
	}
	attempt, err := s.passwords.Admit(e.Request.Context(), e.App, try, s.Now)
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
	ip, _ := netip.ParseAddr(from.Address)
	from.Local = account.IsSuperuser() && ip.IsLoopback() && !forwarded(re.Request)
	var err error
	from.Device, err = tabletOf(re, account.Id)
	return from, err
}

// Session decides over a sign-in whose password was right, and over a renewed token: that keeps its tablet.
func (s *Server) Session(e *core.RecordAuthRequestEvent) error {
	device := signin.DeviceOf(bearer(e.Request))
	if in, byPassword := e.Get(signedInKey).(signedIn); byPassword {
		device = in.try.From.Device
		if err := s.factorShown(e, in); err != nil {
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
func (s *Server) factorShown(e *core.RecordAuthRequestEvent, in signedIn) error {
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	code, _ := info.Body["code"].(string)
	var told error // kept apart: what is counted of a wrong code must be committed
	err = collections.Write(context.WithoutCancel(e.Request.Context()), e.App, func(db collections.DB) error {
		var enrol bool
		if enrol, told, err = s.factorAsked(db, e.Record, in, code); enrol {
			e.Meta = map[string]string{"second_factor": "enrol"}
		}
		return err
	})
	return errors.Join(err, told)
}

// factorAsked looks at the code of somebody whose password was right, where the account has a second factor, and counts and records
// how that ends. It reports whether the account must have one and has none.
func (s *Server) factorAsked(db collections.DB, account *core.Record, in signedIn, code string) (enrol bool, told, err error) {
	enrolled, required, err := factorOf(db, account)
	switch {
	case err != nil:
		return false, nil, err
	case enrolled && code == "":
		return false, problem.New(problem.FactorNeeded, ""), in.attempt.Release(db, s.Now())
	case enrolled:
		told = in.attempt.CheckFactor(db, account.Id, code, s.Now())
	}
	return required && !enrolled, told, s.settled(db, in, told)
}

// settled counts and records a sign-in whose code was looked at.
func (s *Server) settled(db collections.DB, in signedIn, told error) error {
	switch problem.As(told).Code {
	case problem.FactorWrong:
		return audit.Append(db, s.Now(), in.try.Failed())
	case problem.TooManyGuesses:
		return in.attempt.Release(db, s.Now())
	}
	if told != nil {
		return told
	}
	if err := in.attempt.Right(db, s.Now()); err != nil {
		return err
	}
	return audit.Append(db, s.Now(), in.try.Done())
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

// signInError is APIError for somebody who may have to wait.
func signInError(re *core.RequestEvent, err error) error {
	retryAfter(re.Response.Header(), err)
	return APIError(err)
}

// retryAfter tells who has to wait for how long.
func retryAfter(h http.Header, err error) {
	var waiting *signin.Waiting
	if errors.As(err, &waiting) {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(waiting.For.Seconds()))))
	}
}

func bearer(r *http.Request) string {
	token := r.Header.Get("Authorization")
	if scheme, rest, found := strings.Cut(token, " "); found && strings.EqualFold(scheme, "Bearer") {
		return rest
	}
	return token
}

// APIError tells a problem in the framework's words, with its code in the data.
func APIError(err error) error {
	p := told(err)
	text := problem.Catalogue[p.Code]
	e := router.NewApiError(p.Status(), "", err)
	e.Message, e.Data = text.ZH+" "+text.EN, map[string]any{"code": string(p.Code)}
	return e
}
