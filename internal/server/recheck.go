package server

import (
	"bytes"
	"crypto/rand"

	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/tabular"
	"doorstep/internal/work"
)

// listedWork assigns what a list says, row by row.
func listedWork(r *request) error {
	file, err := r.uploaded()
	if err != nil {
		return err
	}
	parts, _, err := work.ReadFrom(tabular.File{Name: file.name, In: bytes.NewReader(file.raw)})
	if err != nil {
		return err
	}
	return assign(r, parts, r.query("check") == "1")
}

func giveWork(r *request) error {
	in := struct {
		Worker string `json:"worker"`
	}{}
	if err := r.bind(&in); err != nil {
		return err
	}
	h := work.Handing{Task: r.path("id"), Worker: in.Worker, Tables: r.Library.Tables()}
	return r.done(work.Give(r.ctx(), r.App, r.act(), h))
}

// drawRecheck draws interviews to be asked again. Without a seed of the caller's it makes one, which the answer tells.
func drawRecheck(r *request) error {
	var in work.Sample
	if err := r.bind(&in); err != nil {
		return err
	}
	if in.Seed == "" {
		in.Seed = rand.Text()
	}
	var err error
	in.Campaign = r.path("id")
	if in.Source, err = console.RecheckSource(r.db(), r.known(), in.Campaign); err != nil {
		return err
	}
	return r.send(work.Draw(r.ctx(), r.App, r.act(), in))
}

func (r *request) recheckFilter() console.RecheckFilter {
	return console.RecheckFilter{Campaign: r.query("campaign"), Area: r.query("area"), Worker: r.query("worker"), Cursor: r.query("cursor"),
		Limit: r.limit}
}

func listRechecks(r *request) error {
	page, err := console.Rechecks(r.db(), r.known(), r.actor, r.recheckFilter())
	if err != nil {
		return err
	}
	seen := listed(r.actor, "rechecks", page.Items, func(one console.Recheck) string { return one.Record })
	return r.send(page, r.saw(audit.Quality, seen))
}

// readAgreement tells how far re-interviews say what the first interviews said: numbers, of nobody in particular but the workers.
func readAgreement(r *request) error {
	return r.send(console.ReadAgreement(r.db(), r.known(), r.actor, r.recheckFilter()))
}

// workerDay shows what a worker did on a day, to actors who may read about workers as well.
func workerDay(r *request) error {
	day, err := console.ReadDay(r.db(), r.known(), r.actor, r.path("id"), r.query("day"))
	if err != nil {
		return err
	}
	seen := listed(r.actor, "day", day.Visits, func(v console.DayVisit) string { return v.ID })
	return r.send(day, r.saw(audit.Quality, seen))
}
