package server

import (
	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/console"
	"doorstep/internal/problem"
	"doorstep/internal/work"
)

func listWork(r *request) error {
	part := r.query("part")
	if part != "" && part != "area" {
		return problem.New(problem.BadParameter, "part")
	}
	page, err := console.ListWork(r.db(), r.known(), r.actor, console.WorkFilter{
		Campaign: r.query("campaign"), Area: r.query("area"), Worker: r.query("worker"),
		Status: r.query("status"), Kind: r.query("kind"), Whole: part == "area", Cursor: r.query("cursor"), Limit: r.limit,
	})
	if err != nil {
		return err
	}
	seen := listed(r.actor, "work", page.Items, func(w console.Assignment) string { return w.Household })
	seen.Collection = collections.Tasks
	return r.send(page, r.saw(audit.Administration, seen))
}

func assignWork(r *request) error {
	var in struct {
		Parts []work.Part `json:"parts"`
		Check bool        `json:"check"` // say what it would change, and change nothing
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	return assign(r, in.Parts, in.Check)
}

func balanceWork(r *request) error {
	var in struct {
		work.Spread
		Check bool `json:"check"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	parts, err := work.Grids(r.db(), r.Areas.Index(), r.actor, r.path("id"), in.Spread)
	if err != nil {
		return err
	}
	return assign(r, parts, in.Check)
}

func assign(r *request, parts []work.Part, check bool) error {
	report, err := work.Assign(r.ctx(), r.App, r.act(), work.Target{Campaign: r.path("id"), Parts: parts, Check: check})
	return r.send(struct {
		work.Report
		Parts []work.Part `json:"parts"`
	}{report, parts}, err)
}

func takeBackWork(r *request) error {
	return r.done(work.TakeBack(r.ctx(), r.App, r.act(), r.path("id")))
}

func splitWork(r *request) error {
	var in struct {
		Shares []work.Share `json:"shares"`
	}
	if err := r.bind(&in); err != nil {
		return err
	}
	return r.done(work.Split(r.ctx(), r.App, r.act(), r.path("id"), in.Shares))
}

func confirmWork(r *request) error {
	in := work.Confirmation{Task: r.path("id")}
	if err := r.bind(&in); err != nil {
		return err
	}
	return r.done(work.Confirm(r.ctx(), r.App, r.act(), in))
}

// readDatums tells whose tablets take the coordinates of a map for those of the earth. It names no record.
func readDatums(r *request) error {
	all, err := console.ReadDatums(r.db(), r.known(), r.actor, r.query("form"), r.query("area"))
	return r.send(map[string]any{"items": all}, err)
}

// readQuality tells what is unusual in interviews, so that somebody looks at them first.
func readQuality(r *request) error {
	out, err := console.ReadQuality(r.db(), r.known(), r.actor,
		console.QualityOf{Form: r.query("form"), Area: r.query("area"), Campaign: r.query("campaign"), Worker: r.query("worker")})
	if err != nil {
		return err
	}
	seen := listed(r.actor, "quality", out.Interviews, func(one console.OddInterview) string { return one.ID })
	return r.send(out, r.saw(audit.Quality, seen))
}

// listReports tells which mandatory reports are open, or which were settled, by whom, when and how.
func listReports(r *request) error {
	status := r.query("status")
	if status != "" && status != "open" && status != "settled" {
		return problem.New(problem.BadParameter, "status")
	}
	page, err := console.ListReports(r.db(), r.known(), r.actor,
		console.ReportsAsked{Area: r.query("area"), Cursor: r.query("cursor"), Settled: status == "settled", Limit: r.limit})
	if err != nil {
		return err
	}
	seen := listed(r.actor, "reports", page.Items, func(one console.Report) string { return one.Record })
	seen.Collection = collections.Tasks
	return r.send(page, r.saw(audit.FollowUp, seen))
}

func settleReport(r *request) error {
	in := work.Settlement{Task: r.path("id")}
	if err := r.bind(&in); err != nil {
		return err
	}
	return r.done(work.Settle(r.ctx(), r.App, r.act(), in))
}
