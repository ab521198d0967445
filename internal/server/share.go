package server

import (
	"runtime"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"doorstep/internal/problem"
	"doorstep/internal/share"
	"doorstep/internal/signin"
)

// shareID is the middleware that gives every request its turn. The doors of ODK do it themselves, once they know whose it is.
const shareID = "doorstep.share"

// What one account, and one address without a sign-in, may ask for at once. All tablets of a street's office may sign in from
// one address in the same minute.
var (
	ofAccount = share.Limits{Work: max(1, runtime.GOMAXPROCS(0)/2), Open: 8, Line: 32}
	ofAddress = share.Limits{Work: ofAccount.Work, Open: 64, Line: 256}
)

// inTurn works on a request in its turn, in the name of the account that it is signed in with, else of the address.
func (s *Server) inTurn(re *core.RequestEvent) error {
	account := ""
	if re.Auth != nil {
		account = re.Auth.Id
	}
	end, err := s.begin(re, account)
	if err != nil {
		return writeProblem(re, err)
	}
	defer end()
	return re.Next()
}

// begin waits for the turn of a request in the name of an account, or of the address where there is none. It fails with
// problem.TooManyRequests where too much waits already; no byte of the body was read then.
func (s *Server) begin(re *core.RequestEvent, account string) (end func(), err error) {
	who, limits := "account "+account, ofAccount
	if account == "" {
		who, limits = "address "+signin.Network(re.RealIP()), ofAddress
	}
	turn, ok := s.shares.Begin(re.Request.Context(), who, limits)
	if !ok {
		return nil, problem.New(problem.TooManyRequests, "")
	}
	if body, ok := re.Request.Body.(*router.RereadableReadCloser); ok && re.Request.ContentLength != 0 {
		body.ReadCloser = turn.Body(body.ReadCloser)
	}
	whole := re.Response
	re.Response = turn.Response(whole)
	return func() {
		re.Response = whole
		turn.End()
	}, nil
}
