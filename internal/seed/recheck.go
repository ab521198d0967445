package seed

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/devicesync"
	"doorstep/internal/work"
)

const sampleSeed = "2026-third-week"

// recheck lets a supervisor of each street draw an interview of every worker five days ago; some have been asked again since.
func (l *life) recheck(ctx context.Context, today time.Time) error {
	var campaign string
	const open = `SELECT id FROM campaigns WHERE form=? AND status='open' ORDER BY created, id LIMIT 1`
	if _, err := collections.One(collections.Read(l.app), open, []any{childVisit}, &campaign); err != nil {
		return err
	}
	table := l.forms[childVisit].Layout.Main().Name
	source := work.Source{Table: table, Form: childVisit, Interview: l.stages.Instruments.Interviews().Of(table)}
	checkers, err := l.checkers(ctx, today)
	if err != nil {
		return err
	}
	at := today.AddDate(0, 0, -5).Add(10 * time.Hour)
	for _, area := range l.city.Areas {
		boss := l.office[area.Code]
		if boss == nil || len(area.Code) != 9 {
			continue
		}
		sample := work.Sample{Within: area.Code, Count: 1, Seed: sampleSeed, Workers: slices.Collect(maps.Keys(checkers)), Campaign: campaign,
			Source: source,
			To:     at.AddDate(0, 0, -1).Format(time.DateOnly), Due: today.AddDate(0, 0, 4).Format(time.DateOnly)}
		drawn, err := work.Draw(ctx, l.app, access.Act{Actor: boss.actor, Now: at}, sample)
		if err != nil {
			return fmt.Errorf("draw a sample of %s: %w", area.Code, err)
		}
		for i, item := range drawn.Items {
			if first, checker := l.visitOf(item.Record), checkers[item.Checker]; first != nil && checker != nil && i%3 < 2 {
				if err := l.askAgain(ctx, checker, first, today.AddDate(0, 0, -1).Add(15*time.Hour)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// checkers are those of the city by their accounts, each with a tablet.
func (l *life) checkers(ctx context.Context, at time.Time) (map[string]*worker, error) {
	all := map[string]*worker{}
	for i, someone := range l.city.Checkers() {
		w := &worker{Worker: someone, r: rand.New(rand.NewPCG(uint64(i), 17))}
		w.actor = access.Actor{Role: access.Field, Territory: someone.Territory}
		const account = `SELECT id FROM workers WHERE staff_no=?`
		if _, err := collections.One(collections.Read(l.app), account, []any{someone.Staff}, &w.actor.ID); err != nil {
			return nil, err
		}
		who := devicesync.Registration{Name: "演示平板 " + w.Staff, App: "demo", Platform: "android", DeviceTime: at.Format(time.RFC3339)}
		registered, err := devicesync.Register(ctx, l.app, access.Act{Actor: w.actor, Now: at}, who)
		if err != nil {
			return nil, err
		}
		w.device, all[w.actor.ID] = registered.Device, w
	}
	return all, nil
}

// visitOf finds a visit with children by its record; nil where it is not remembered, or had a mistake: it may lie elsewhere.
func (l *life) visitOf(id string) *record {
	for _, rec := range l.known {
		if rec.id == id && len(rec.written.Planted) == 0 {
			return rec
		}
	}
	return nil
}

// askAgain is a re-interview: the same answers, but for what people are not sure of.
func (l *life) askAgain(ctx context.Context, w *worker, first *record, at time.Time) error {
	again := &record{form: first.form, at: at, by: w, seed: first.seed, id: client.NewID(at, random16(w.r))}
	given := demo.Given{Answers: maps.Clone(first.truth.Given.Answers), Repeats: first.truth.Given.Repeats}
	for _, photo := range []string{"door_plate_photo", "photo"} {
		delete(given.Answers, photo)
	}
	for _, question := range []string{"informant_relation", "income_band", "assistance"} {
		if list := l.forms[first.form].Form.Lists[question]; list != nil && w.r.IntN(3) == 0 {
			given.Answers[question] = list.Choices[w.r.IntN(len(list.Choices))].Name
		}
	}
	op, err := l.operation(again, given)
	if err != nil {
		return err
	}
	_, err = l.push(ctx, w, []client.Operation{op}, at.Add(4*time.Hour))
	return err
}
