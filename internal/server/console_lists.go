package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/campaign"
	"doorstep/internal/console"
	"doorstep/internal/ingest"
	"doorstep/internal/problem"
	"doorstep/internal/tile"
)

func today(r *request) error {
	out, err := console.ReadToday(r.db(), r.known(), r.act())
	if err != nil {
		return err
	}
	seen := listed(r.actor, "today", out.Reports.First, func(one console.Report) string { return one.Record })
	return r.send(out, r.saw(audit.Review, seen))
}

func listPairs(r *request) error {
	page, err := console.Pairs(r.db(), r.known(), r.actor,
		console.PairsAsked{Kind: r.query("kind"), Sort: r.query("sort"), Cursor: r.query("cursor"), Limit: r.limit})
	if err != nil {
		return err
	}
	return r.send(page, r.saw(audit.Deduplication, pairsSeen(r.actor, page.Items...)))
}

func onePair(r *request) error {
	p, err := console.ReadPair(r.db(), r.known(), r.actor, r.path("id"))
	if err != nil {
		return err
	}
	return r.send(p, r.saw(audit.Deduplication, pairsSeen(r.actor, p)))
}

// pairsSeen returns the audit entry for pairs that were shown; its subjects are the sides in the actor's territory.
func pairsSeen(actor access.Actor, pairs ...console.Pair) audit.Entry {
	e := actor.Did(audit.ReadMany)
	e.Collection, e.Detail = collections.Duplicates, map[string]any{"rows": len(pairs)}
	for _, p := range pairs {
		for _, s := range []console.Side{p.A, p.B} {
			if s.Here {
				e.Subjects = append(e.Subjects, s.ID)
			}
		}
	}
	return e
}

func listAreas(r *request) error {
	all, err := console.Areas(r.db(), r.actor, r.query("parent"))
	return r.send(map[string]any{"items": all}, err)
}

// mapTile gives a square of the map as a vector tile.
func mapTile(r *request) error {
	at, err := squareOf(r.path("z"), r.path("x"), strings.TrimSuffix(r.path("y"), ".mvt"))
	if err != nil {
		return problem.New(problem.NotFound, "")
	}
	body, err := console.Tile(r.db(), r.known(), r.actor, at, r.query("level"))
	if err != nil {
		return err
	}
	r.Response.Header().Set("Cache-Control", "private, max-age=60")
	return r.Blob(http.StatusOK, "application/vnd.mapbox-vector-tile", body)
}

func squareOf(z, x, y string) (at tile.At, err error) {
	for _, one := range []struct {
		said string
		into *int
	}{{z, &at.Z}, {x, &at.X}, {y, &at.Y}} {
		if *one.into, err = strconv.Atoi(one.said); err != nil {
			return at, err
		}
	}
	return at, nil
}

// outlines gives borders, which a browser keeps until they change.
func outlines(r *request) error {
	all, err := console.ReadOutlines(r.db(), r.known(), r.actor, r.query("parent"))
	if err == nil && r.query("counts") == "1" {
		err = all.Count(r.db(), r.known(), r.actor)
	}
	if err != nil {
		return err
	}
	body, err := json.Marshal(all)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	r.Response.Header().Set("ETag", tag)
	r.Response.Header().Set("Cache-Control", "private, no-cache")
	if r.Request.Header.Get("If-None-Match") == tag {
		return r.NoContent(http.StatusNotModified)
	}
	return r.Blob(http.StatusOK, "application/json", body)
}

func listWorkers(r *request) error {
	return r.send(console.Workers(r.db(), r.known(), r.actor,
		console.WorkersAsked{Area: r.query("area"), Words: r.query("q"), Sort: r.query("sort"), Cursor: r.query("cursor"), Limit: r.limit}))
}

func listForms(r *request) error {
	return r.send(console.Forms(r.db(), r.known(), r.actor))
}

// readPace counts what came of the visits in an area, or in all of the territory.
func readPace(r *request) error {
	return r.send(console.ReadPace(r.db(), r.known(), r.act(), r.query("form"), r.query("area")))
}

// outcomes counts the cases of the territory by their final disposition, with AAPOR's rates, a page of lines at a time.
func outcomes(r *request) error {
	return r.send(console.ReadOutcomes(r.db(), r.known(), r.actor, console.OutcomeFilter{Form: r.query("form"), Area: r.query("area"),
		Campaign: r.query("campaign"), By: r.query("by"), Level: r.query("level"), E: r.query("e"), Cursor: r.query("cursor"), Limit: r.limit}))
}

// oneHeld shows what a submission says that is no record.
func oneHeld(r *request) error {
	said, err := ingest.LookHeld(r.db(), r.Library, r.actor, r.path("id"))
	if err != nil {
		return err
	}
	if err := r.saw(audit.Review, heldSeen(r.actor, []ingest.Held{said.Held})); err != nil {
		return err
	}
	rows := []console.Row{}
	if said.Root != nil {
		rows = console.Answers(r.known(), said.By, said.Root)
	}
	return r.send(map[string]any{"item": said.Held, "rows": rows, "assignable": said.Assignable, "one_person": said.OnePerson}, nil)
}

// readHousehold shows a household with its people, visits and tasks.
func readHousehold(r *request) error {
	out, subjects, err := console.ReadHousehold(r.db(), r.known(), r.actor, r.path("id"))
	if err != nil {
		return err
	}
	return r.send(out, r.saw(audit.Review, r.actor.DidTo(audit.Read, collections.Households, out.ID, out.Area.Code, subjects...)))
}

func listCampaigns(r *request) error {
	all, err := console.Campaigns(r.db(), r.known(), r.actor)
	return r.send(map[string]any{"items": all}, err)
}

// editCampaign writes a new campaign, or changes the one that the URL names.
func editCampaign(r *request) error {
	var in campaign.Draft
	if err := r.bind(&in); err != nil {
		return err
	}
	in.ID = r.path("id")
	known := func(form string) bool { _, ok := r.Library.Get(form, ""); return ok }
	id, err := campaign.Edit(r.ctx(), r.App, known, r.act(), in)
	return r.send(map[string]string{"id": id}, err)
}

func readWatch(r *request) error {
	out, err := console.ReadWatch(r.db(), r.known(), r.act())
	if err != nil {
		return err
	}
	out.Server.Waiting = r.queue.Waiting()
	seen := listed(r.actor, "watch", out.Grants, func(g console.Grant) string { return g.ID })
	return r.send(out, r.saw(audit.Review, seen))
}

// questions lists what can be corrected in a record of a version, with what may be chosen.
func questions(r *request) error {
	in, ok := r.Library.Get(r.path("form"), r.path("version"))
	if !ok {
		return problem.New(problem.NotFound, "")
	}
	return r.send(map[string]any{"items": console.Questions(r.known(), in)}, nil)
}
