package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/problem"
)

// longest is how long a read may take that is answered as a whole.
const longest = 2 * time.Second

// cutLists bounds the lists of PocketBase's own route.
func (s *Server) cutLists(re *core.RequestEvent) error {
	if re.Request.Pattern != listRoute {
		return re.Next()
	}
	err := s.cut(re, false, re.Next)
	if problem.As(err).Code == problem.TooLong {
		return writeProblem(re, err)
	}
	return err
}

// cut calls read, and ends what it asks of the database when that takes too long; it fails with problem.TooLong then. Operators,
// slow routes and whatever changes something have the time that they need.
func (s *Server) cut(re *core.RequestEvent, slow bool, read func() error) error {
	if slow || re.HasSuperuserAuth() || !slices.Contains([]string{http.MethodGet, http.MethodHead}, re.Request.Method) {
		return read()
	}
	ctx, cancel := context.WithTimeout(re.Request.Context(), s.Longest)
	defer cancel()
	whole := re.App
	re.App = collections.Within(ctx, whole)
	defer func() { re.App = whole }()
	err := read()
	var said *problem.Problem
	if err != nil && !errors.As(err, &said) && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return problem.New(problem.TooLong, "")
	}
	return err
}
