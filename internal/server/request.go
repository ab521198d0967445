package server

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/body"
	"doorstep/internal/console"
	"doorstep/internal/problem"
)

// request is one call by somebody who may make it.
type request struct {
	*core.RequestEvent
	*Server
	actor access.Actor
	limit int // of items that it asks for; 0 for none given
}

func (r *request) ctx() context.Context { return r.Request.Context() }

func (r *request) db() collections.DB { return collections.Read(r.App) }

// act is what the caller does now.
func (r *request) act() access.Act { return access.Act{Actor: r.actor, Now: r.Now()} }

// path is a part of the URL's path, by its name in the route.
func (r *request) path(name string) string { return r.Request.PathValue(name) }

// send answers with a body, unless err says that there is none.
func (r *request) send(body any, err error) error {
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, body)
}

// done answers that what was asked for is done, unless err says that it is not.
func (r *request) done(err error) error {
	if err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

// query is a parameter of the URL.
func (r *request) query(name string) string { return r.Request.URL.Query().Get(name) }

// readLimit reads how many items the request asks for. It fails where that is no number of items.
func (r *request) readLimit() (err error) {
	text := r.query("limit")
	if text == "" {
		return nil
	}
	if r.limit, err = strconv.Atoi(text); err != nil || r.limit < 1 {
		return problem.New(problem.BadParameter, "limit")
	}
	return nil
}

// page returns the number of items of a page: what the request asks for, within what a page holds.
func (r *request) page() int { return console.LimitOf(r.limit) }

// bind reads the JSON of the body; nothing of an empty one.
func (r *request) bind(into any) error {
	said, err := body.Read(r.Request, maxJSON, r.bodies, holder(r.RequestEvent))
	defer said.Release()
	if err != nil || len(said.Bytes) == 0 {
		return err
	}
	if err := json.Unmarshal(said.Bytes, into); err != nil {
		return problem.New(problem.BadEnvelope, "json")
	}
	return nil
}
