// Package seed fills a new database with a made-up city, for serve --demo and for tests of the whole.
package seed

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/demo"
	"doorstep/internal/grid"
	"doorstep/internal/queryplan"
)

// Progress is told how far a step is.
type Progress func(what string, done, total int)

// Operator is the demo city's superuser.
const Operator = "operator@doorstep.example"

// Setting is the city that is written, how everybody in it signs in, and when. Show, which may be nil, is told how far each step is.
type Setting struct {
	City     *demo.City
	Password string
	Now      time.Time
	Show     Progress
}

func (s Setting) show(what string, done, total int) {
	if s.Show != nil {
		s.Show(what, done, total)
	}
}

// City writes a city into an empty database: areas, an operator, people who sign in, campaigns, households and persons. live is
// loaded with the areas.
func City(ctx context.Context, app core.App, live *grid.Live, s Setting) error {
	city, now := s.City, s.Now
	s.show("区划 areas", 0, len(city.Areas))
	codes, err := grid.NewCodes(grid.DefaultSuffix)
	if err != nil {
		return err
	}
	if _, err := codes.Save(ctx, app, city.Areas, "demo", now); err != nil {
		return err
	}
	if err := live.Load(app); err != nil {
		return err
	}
	s.show("人员 workers", 0, len(city.Workers))
	if err := buildOperator(app, s.Password); err != nil {
		return err
	}
	if err := buildWorkers(ctx, app, city, s.Password, now); err != nil {
		return err
	}
	if err := collections.Write(ctx, app, func(db collections.DB) error { return buildCampaigns(db, now) }); err != nil {
		return err
	}
	if err := buildHomes(ctx, app, city, now, s.show); err != nil {
		return err
	}
	return collections.Write(ctx, app, func(db collections.DB) error { return queryplan.Plant(db) }) // of indexes that were made anew
}

func buildCampaigns(db collections.DB, now time.Time) error {
	for _, c := range []struct{ id, name, form string }{
		{"child-sweep-demo", "2026 困境儿童精准排查（演示） · child sweep", "child_visit"},
		{"elderly-baseline-demo", "2026 老年人需求基线调查（演示） · elderly baseline", "elderly_baseline"},
	} {
		at := collections.Stamp(now)
		if err := collections.Insert(db, collections.Campaigns, collections.Row{
			{Column: "id", Value: c.id}, {Column: "name", Value: c.name}, {Column: "form", Value: c.form}, {Column: "round", Value: 1},
			{Column: "starts", Value: at}, {Column: "ends", Value: collections.Stamp(now.AddDate(0, 2, 0))},
			{Column: "territory", Value: `["` + demo.CityCode + `"]`}, {Column: "hold_policy", Value: "all"}, {Column: "status", Value: "open"},
			{Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at},
		}); err != nil {
			return err
		}
		if err := collections.Announce(db, collections.RevisionOf(collections.Campaigns, c.id, 1), collections.Everyone, collections.Upsert,
			now); err != nil {
			return err
		}
	}
	return nil
}
