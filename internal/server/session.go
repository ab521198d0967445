package server

import (
	"crypto/rand"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/protocol"
	"doorstep/internal/signin"
)

// withoutSession are the routes of PocketBase's that ask for no session: a token that does not hold is no hindrance there.
var withoutSession = []string{"GET /api/health", "GET /_/{path...}", "GET /_/extensions.js",
	"GET /api/collections/{collection}/auth-methods", "POST /api/collections/{collection}/auth-with-password"}

// restrict answers for a session that does not hold: a token that is wrong or has ended, a tablet's token on another device,
// a token of somebody who has to enrol a second factor first, and an operator behind a proxy that nobody told us to trust.
// Our own routes tell a stranger themselves; those of PocketBase would show one an empty list.
func restrict(re *core.RequestEvent) error {
	if slices.Contains(withoutSession, re.Request.Pattern) {
		return re.Next()
	}
	if err := sessionHolds(re); err != nil {
		return writeProblem(re, err)
	}
	if re.Auth == nil && bearer(re.Request) != "" && foreign(re.Request.Pattern) {
		return writeProblem(re, problem.New(problem.NotSignedIn, "token"))
	}
	return re.Next()
}

// sessionHolds takes a tablet's token away that is used elsewhere. It fails for a session that is to be told why it does not hold.
func sessionHolds(re *core.RequestEvent) error {
	switch {
	case re.Auth == nil:
		return nil
	case re.Auth.IsSuperuser():
		return operatorHere(re)
	}
	db := collections.Read(re.App)
	tablet, err := tabletOf(re, re.Auth.Id)
	if err != nil {
		return err
	}
	if bound := signin.DeviceOf(bearer(re.Request)); bound != "" && bound != tablet {
		re.Auth = nil
		return nil
	}
	re.Set(tabletKey, tablet)
	if path := re.Request.URL.Path; strings.HasPrefix(path, factorRoutes) || path == mePath {
		return nil
	}
	return factorEnrolled(db, re.Auth)
}

const tabletKey = "doorstep.tablet" // of a request: what tabletOf says

// tabletOf returns the tablet that a request names, "" for one that is not registered to the worker or is revoked: the trail holds no mere
// claim.
func tabletOf(re *core.RequestEvent, worker string) (string, error) {
	device := re.Request.Header.Get(protocol.DeviceHeader)
	if device == "" {
		return "", nil
	}
	known, err := signin.Registered(collections.Read(re.App), worker, device)
	if err != nil || !known {
		return "", err
	}
	return device, nil
}

// factorEnrolled fails with problem.FactorNeeded for somebody who must have a second factor and has none yet.
func factorEnrolled(db collections.DB, account *core.Record) error {
	enrolled, required, err := factorOf(db, account)
	if err == nil && required && !enrolled {
		err = problem.New(problem.FactorNeeded, "enrol")
	}
	return err
}

// operatorHere fails for an operator who comes through a proxy that the settings do not name: nobody knows from where then.
func operatorHere(re *core.RequestEvent) error {
	if forwarded(re.Request) && len(re.App.Settings().TrustedProxy.Headers) == 0 {
		return problem.New(problem.NotAllowed, "proxy")
	}
	return nil
}

// operatorMayCome fails where no operator may come from, before a password is looked at: afterwards the refusal would tell
// that it was right.
func operatorMayCome(re *core.RequestEvent) error {
	if err := operatorHere(re); err != nil {
		return err
	}
	from := re.App.Settings().SuperuserIPs
	ip, err := netip.ParseAddr(re.RealIP())
	if err != nil && len(from) > 0 {
		return problem.New(problem.NotAllowed, "address")
	}
	for _, one := range from {
		if prefix, err := netip.ParsePrefix(one); err == nil && prefix.Contains(ip.Unmap()) {
			return nil
		}
		if alone, err := netip.ParseAddr(one); err == nil && alone == ip.Unmap() {
			return nil
		}
	}
	if len(from) > 0 {
		return problem.New(problem.NotAllowed, "address")
	}
	return nil
}

func forwarded(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
}

// enrolFactor makes the secret of an authenticator app. Who has one already asks a manager to reset it.
func enrolFactor(r *request) error {
	var out signin.Enrolment
	err := collections.Write(r.ctx(), r.App, func(db collections.DB) error {
		enrolled, err := signin.Enrolled(db, r.actor.ID)
		if err != nil {
			return err
		}
		if enrolled {
			return problem.New(problem.FactorExists, "")
		}
		out, err = signin.Enrol(db, rand.Reader, r.actor.ID, r.Auth.GetString("staff_no"), r.Now())
		return err
	})
	return r.send(out, err)
}

// confirmFactor ends the enrolment. Every token from before is void then: sign in again, with a code.
func confirmFactor(r *request) error {
	var in struct {
		Code string `json:"code"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	var codes []string
	err := collections.Write(r.ctx(), r.App, func(db collections.DB) error {
		enrolled, err := signin.Enrolled(db, r.actor.ID)
		if err != nil {
			return err
		}
		if enrolled {
			return problem.New(problem.FactorExists, "")
		}
		ok := false
		if codes, ok, err = signin.Confirm(db, rand.Reader, r.actor.ID, in.Code, r.Now()); err != nil {
			return err
		}
		if !ok {
			return problem.New(problem.FactorWrong, "")
		}
		if err := signin.End(db, rand.Reader, r.actor.ID); err != nil {
			return err
		}
		return r.configuredWorker(db, r.actor, r.actor.ID, "second_factor.enrol")
	})
	return r.send(map[string]any{"recovery": codes}, err)
}

// resetFactor lets somebody enrol anew whose phone is lost.
func resetFactor(r *request) error {
	return onWorker(r, "second_factor.reset", func(db collections.DB, worker string) error { return signin.Reset(db, rand.Reader, worker) })
}

// endWorker shuts somebody out: every token dies at once, and no new one is given.
func endWorker(r *request) error {
	return onWorker(r, "worker.revoke", func(db collections.DB, worker string) error {
		left := collections.Row{{Column: "active", Value: false}, {Column: "updated", Value: collections.Stamp(r.Now())}}
		if err := collections.Update(db, collections.Workers, worker, left); err != nil {
			return err
		}
		return signin.End(db, rand.Reader, worker)
	})
}

// onWorker does something to a worker of the actor's territory, and records it.
func onWorker(r *request, action string, do func(collections.DB, string) error) error {
	worker := r.path("id")
	err := collections.Write(r.ctx(), r.App, func(db collections.DB) error {
		var area string
		found, err := collections.One(db, `SELECT area FROM workers WHERE id=?`, []any{worker}, &area)
		if err != nil {
			return err
		}
		if !found || !r.actor.May(access.ManageWorker, area, "") {
			return problem.New(problem.NotFound, "")
		}
		if err := do(db, worker); err != nil {
			return err
		}
		return r.configuredWorker(db, r.actor, worker, action)
	})
	return r.done(err)
}

// PasswordsCompared is how many passwords this process has compared, through all doors.
func (s *Server) PasswordsCompared() int64 { return s.passwords.Compared() }
