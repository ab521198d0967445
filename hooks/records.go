package hooks

import (
	"errors"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/devicesync"
	"doorstep/internal/identity"
	"doorstep/internal/ingest"
	"doorstep/internal/problem"
	"doorstep/internal/server"
	"doorstep/internal/survey"
)

// inTransaction runs the rest of the chain in one transaction: app.Save alone is none, and what a handler wrote before
// a failing insert would stay.
func inTransaction(e *core.RecordEvent, fn func(collections.DB) error) error {
	outer := e.App
	defer func() { e.App = outer }()
	err := outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		return fn(db)
	})
	if collections.Damaged(err) {
		return server.APIError(err)
	}
	return err
}

// byHand asks access whether somebody may write a row over REST or in the console, and leaves word of who it is for the
// stages. Whoever creates a survey record is its collector, whatever the body says.
func (d *Doorstep) byHand(e *core.RecordRequestEvent) error {
	actor, ok := access.Of(e.Auth)
	if !ok || e.Collection.System {
		return e.Next()
	}
	e.Record.Set(collections.By, actor)
	table := e.Collection.Name
	if d.surveys(table) {
		table = access.Records
	}
	var before access.Row
	switch {
	case !e.Record.IsNew():
		before = e.Record.Original().GetString
	case table == access.Records && actor.Role != access.Operator:
		e.Record.Set("worker", actor.ID)
	case table == collections.Tasks:
		e.Record.Set("created_by", actor.ID)
	case table == collections.Campaigns && len(access.Territory(e.Record)) == 0:
		e.Record.Set("territory", actor.Territory) // of whom does not say is where they are
	}
	if table == collections.Campaigns {
		_, revisit := survey.ParseRevisit(e.Record.GetString("revisit")) // intake would pass it over
		_, recheck := survey.ParseRecheck(e.Record.GetString("recheck"))
		for column, err := range map[string]error{"revisit": revisit, "recheck": recheck} {
			if err != nil {
				text := problem.Catalogue[problem.BadParameter]
				wrong := validation.NewError(string(problem.BadParameter), text.ZH+" "+text.EN+" ("+err.Error()+")")
				return e.BadRequestError("", validation.Errors{column: wrong})
			}
		}
	}
	db, err := collections.From(e.App)
	if err != nil {
		return err
	}
	column, err := actor.Blocked(db, table, before, e.Record.GetString)
	switch {
	case err != nil:
		return err
	case column == "id":
		return e.ForbiddenError("不在您的负责区域内。 It lies outside your territory.", nil)
	case column != "":
		text := problem.Catalogue[problem.OtherTerritory]
		return e.BadRequestError("", validation.Errors{column: validation.NewError(string(problem.OtherTerritory), text.ZH+" "+text.EN)})
	}
	return e.Next()
}

// surveys reports whether a collection holds records of a form, or rows of a repeat.
func (d *Doorstep) surveys(table string) bool {
	_, record := d.Library.ByTable(table)
	_, _, row := d.Library.ByRepeat(table)
	return record || row
}

// surveyRecord takes a record of a survey collection through the stages of intake. Answers with errors are refused
// field by field: there is a person at the screen.
func (d *Doorstep) surveyRecord(e *core.RecordEvent) error {
	in, ok := d.Library.ForRecord(e.Record.Collection().Name, e.Record.GetString("form_version"))
	if !ok {
		return e.Next()
	}
	return inTransaction(e, func(collections.DB) error {
		return refusal(d.Intake().AcceptRecord(e.Context, e.App, in, e.Record, e.Next))
	})
}

// surveyRow takes a row of a repeat, edited in the dashboard, through the same checks: the whole record is looked at
// again with the row as it is now.
func (d *Doorstep) surveyRow(e *core.RecordEvent) error {
	in, _, ok := d.Library.ByRepeat(e.Record.Collection().Name)
	if !ok {
		return e.Next()
	}
	return inTransaction(e, func(collections.DB) error {
		return refusal(d.Intake().AcceptRow(e.Context, e.App, in, e.Record, e.Next))
	})
}

// refusal tells the errors by column, as PocketBase does for its own.
func refusal(err error) error {
	var invalid *ingest.Invalid
	if !errors.As(err, &invalid) {
		return err
	}
	fields := validation.Errors{}
	for column, issue := range invalid.Columns {
		fields[column] = validation.NewError(issue.Code, issue.ZH+" · "+issue.EN)
	}
	return fields
}

// workerScopes keeps the ranges that rules and queries compare with equal to the worker's territory, and remembers the
// territory that a worker gives up.
func (d *Doorstep) workerScopes(e *core.RecordEvent) error {
	return inTransaction(e, func(db collections.DB) error {
		now, before := access.Territory(e.Record), access.Territory(e.Record.Original())
		changed := !e.Record.IsNew() && devicesync.ScopeKey(before) != devicesync.ScopeKey(now)
		e.Record.Set("area", access.Common(now))
		if err := e.Next(); err != nil {
			return err
		}
		if changed {
			if err := devicesync.RememberTerritory(db, e.Record.Id, before, d.Now()); err != nil {
				return err
			}
			if err := devicesync.MoveTablets(db, e.Record.Id, e.Record.GetString("area")); err != nil {
				return err
			}
		}
		if _, err := db.Exec(`DELETE FROM worker_scopes WHERE worker=?`, e.Record.Id); err != nil {
			return err
		}
		at := collections.Stamp(d.Now())
		for _, r := range territory.Scopes(now) {
			if err := collections.Insert(db, collections.Scopes, collections.Row{
				{Column: "worker", Value: e.Record.Id}, {Column: "lo", Value: r.Lo}, {Column: "hi", Value: r.Hi},
				{Column: "created", Value: at}, {Column: "updated", Value: at},
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// announce raises the revision of a registry record that was changed by hand, and puts it into the feed.
func (d *Doorstep) announce(e *core.RecordEvent) error {
	return inTransaction(e, func(db collections.DB) error {
		before := e.Record.Original()
		e.Record.Set("rev", before.GetInt("rev")+1)
		remember, err := d.history(db, e.Record)
		if err != nil {
			return err
		}
		if err := e.Next(); err != nil {
			return err
		}
		if err := remember(); err != nil {
			return err
		}
		from, to := target(before), target(e.Record)
		if before.Id == "" || before.IsNew() {
			from = ""
		}
		if e.Record.Collection().Name == collections.Households {
			if err := identity.MoveMembers(db, e.Record.Id, from, to, d.Now()); err != nil {
				return err
			}
		}
		return collections.Moved(db, collections.RevisionOf(e.Record.Collection().Name, e.Record.Id, int64(e.Record.GetInt("rev"))), from, to,
			d.Now())
	})
}

// history reads what is known of a household or a person before somebody changes it by hand. It returns what keeps the
// history once the change is stored: none of somebody new, or of a row that was merged into another.
func (d *Doorstep) history(db collections.DB, r *core.Record) (remember func() error, err error) {
	by, _ := r.Get(collections.By).(access.Actor)
	switch r.Collection().Name {
	case collections.Households:
		before, _, err := identity.FindHousehold(db, identity.Household{}, r.Id)
		return func() error {
			after, _, err := identity.FindHousehold(db, identity.Household{}, r.Id)
			if err != nil || before.ID != after.ID || after.Damaged {
				return err
			}
			return ingest.HouseholdByHand(db, by, before, after, d.Now())
		}, err
	case collections.Persons:
		before, err := identity.FindPerson(db, r.Id)
		return func() error {
			after, err := identity.FindPerson(db, r.Id)
			if err != nil || before.ID != after.ID || after.Damaged {
				return err
			}
			return ingest.PersonByHand(db, by, before, after, d.Now())
		}, err
	}
	return func() error { return nil }, nil
}

// announceDelete tells the tablets that a registry record is gone.
func (d *Doorstep) announceDelete(e *core.RecordEvent) error {
	return inTransaction(e, func(db collections.DB) error { return d.gone(db, e, target(e.Record)) })
}

// surveyRecordDeleted tells the worker's tablets that a record is gone, and takes back what was asked of them about it.
func (d *Doorstep) surveyRecordDeleted(e *core.RecordEvent) error {
	if _, ok := d.Library.ByTable(e.Record.Collection().Name); !ok {
		return e.Next()
	}
	return inTransaction(e, func(db collections.DB) error {
		if err := d.gone(db, e, collections.ToWorker(e.Record.GetString("worker"))); err != nil {
			return err
		}
		return collections.CloseCorrections(db, e.Record.Id, "cancelled", d.Now())
	})
}

func (d *Doorstep) gone(db collections.DB, e *core.RecordEvent, from string) error {
	if err := e.Next(); err != nil {
		return err
	}
	rev := int64(e.Record.GetInt("rev")) + 1
	return collections.Announce(db, collections.RevisionOf(e.Record.Collection().Name, e.Record.Id, rev), from, collections.Delete, d.Now())
}

// target is whom a registry record concerns.
func target(r *core.Record) string {
	switch r.Collection().Name {
	case collections.Campaigns:
		return collections.Everyone
	case collections.Tasks:
		return collections.ToWorker(r.GetString("assignee"))
	case collections.Areas:
		return r.GetString("code")
	default:
		return r.GetString("area")
	}
}
