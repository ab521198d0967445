package server

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/problem"
	"doorstep/internal/signin"
	"doorstep/internal/staff"
)

// changePassword gives the caller another password. It asks for what a sign-in asks for, is counted as one, and ends every session
// of the caller's; the answer holds a token for this one to go on with.
func changePassword(r *request) error {
	var in struct {
		Password string `json:"password"`
		Code     string `json:"code"` // of the second factor, from who has one
		New      string `json:"new"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	if wrong := staff.NewPassword(in.New, in.Password, staff.Of(r.Auth)); len(wrong) > 0 {
		return unfitPassword(wrong)
	}
	from, err := placeOf(r.RequestEvent, r.Auth)
	if err != nil {
		return err
	}
	try := signin.Try{Door: "password", Collection: r.Auth.Collection().Name, Password: in.Password, Account: r.Auth, Fits: true}
	try.From = from
	attempt, err := r.passwords.Admit(r.ctx(), r.App, try, r.Now)
	if problem.As(err).Code == problem.NotSignedIn {
		err = problem.New(problem.PasswordWrong, "")
	}
	if err != nil {
		return waiting(r, err)
	}
	token, err := givePassword(r, signedIn{try, attempt}, in.New, in.Code)
	if err != nil {
		return waiting(r, err)
	}
	return r.send(map[string]string{"token": token}, nil)
}

// waiting returns err. Where it asks the client to wait, the answer gets a Retry-After.
func waiting(r *request, err error) error {
	retryAfter(r.Response.Header(), err)
	return err
}

// unfitPassword tells what is wrong with a password that somebody chose.
func unfitPassword(wrong []staff.Fault) error {
	zh, en := wrong[0].Texts()
	return &problem.Problem{Code: problem.PasswordUnfit, Data: []map[string]string{{"code": wrong[0].Code, "zh": zh, "en": en}}}
}

// givePassword stores a new password of somebody whose old one was right, and returns a token that was made after it.
func givePassword(r *request, in signedIn, password, code string) (token string, err error) {
	account, err := r.App.FindRecordById(r.Auth.Collection().Name, r.Auth.Id)
	if err != nil {
		return "", err
	}
	account.SetPassword(password) // hashed here: that takes a tenth of a second, in which others write
	var told error                // kept apart: what is counted of a wrong code must be committed
	err = r.App.RunInTransaction(func(tx core.App) error {
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		if _, told, err = r.factorAsked(db, account, in, code); err != nil || told != nil {
			return err
		}
		if told, err = ended(tx, r.Auth); err != nil || told != nil {
			return err
		}
		if err := r.storePassword(tx, db, r.actor, account); err != nil {
			return err
		}
		token, err = signin.Token(tx, account, signin.DeviceOf(bearer(r.Request)))
		return err
	})
	return token, errors.Join(err, told)
}

// ended returns problem.NotSignedIn as told where the session was ended since the request began, also by another change of the password.
func ended(tx core.App, account *core.Record) (told, err error) {
	now, err := tx.FindRecordById(account.Collection().Name, account.Id)
	if err == nil && now.TokenKey() != account.TokenKey() {
		told = problem.New(problem.NotSignedIn, "")
	}
	return told, err
}

// storePassword saves an account with another password, which ends its sessions, and those of its ODK apps.
func (s *Server) storePassword(tx core.App, db collections.DB, by access.Actor, account *core.Record) error {
	if err := tx.Save(account); err != nil {
		return err
	}
	if err := signin.EndApps(db, account.Id); err != nil {
		return err
	}
	did := by.DidTo(string(access.ChangePassword), account.Collection().Name, account.Id, account.GetString("area"))
	did.Purpose = audit.Administration
	return audit.Append(db, s.Now(), did)
}
