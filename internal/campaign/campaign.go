// Package campaign opens and closes sweeps and survey rounds: a form, a window, a territory, and what waits for review.
package campaign

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
)

// Statuses.
const (
	Open   = "open"
	Closed = "closed"
)

// HoldPolicies say which records wait for review, the usual one first.
var HoldPolicies = []string{"all", "errors", "none"}

// Campaign is one sweep or round.
type Campaign struct {
	ID, Name, Form string
	Round          int
	Starts, Ends   time.Time // zero where it is not said
	Territory      []string
	HoldPolicy     string
	Status         string
}

// List returns all campaigns, the latest first.
func List(db collections.DB) ([]Campaign, error) {
	return collections.All(db, `SELECT id, name, form, round, COALESCE(territory,'[]'), hold_policy, status, starts, ends FROM campaigns
		ORDER BY created DESC, id`, nil, func(rows *sql.Rows, c *Campaign) error {
		var territory, starts, ends string
		if err := rows.Scan(&c.ID, &c.Name, &c.Form, &c.Round, &territory, &c.HoldPolicy, &c.Status, &starts, &ends); err != nil {
			return err
		}
		c.Starts, _ = time.Parse(collections.TimeLayout, starts) // "" is the zero time
		c.Ends, _ = time.Parse(collections.TimeLayout, ends)
		if err := json.Unmarshal([]byte(territory), &c.Territory); err != nil {
			return fmt.Errorf("territory of campaign %s: %w", c.ID, err)
		}
		return nil
	})
}

// Create writes a new campaign and announces it. by is who does so.
func Create(app core.App, c Campaign, by string, now time.Time) (id string, err error) {
	err = change(app, by, "campaign.create", now, func(tx core.App) (*core.Record, error) {
		table, err := tx.FindCachedCollectionByNameOrId(collections.Campaigns)
		if err != nil {
			return nil, err
		}
		r := core.NewRecord(table)
		for column, value := range map[string]any{"name": c.Name, "form": c.Form, "round": c.Round, "territory": c.Territory,
			"hold_policy": c.HoldPolicy, "status": c.Status} {
			r.Set(column, value)
		}
		if !c.Starts.IsZero() {
			r.Set("starts", c.Starts)
		}
		if !c.Ends.IsZero() {
			r.Set("ends", c.Ends)
		}
		err = tx.Save(r)
		id = r.Id
		return r, err
	})
	return id, err
}

// SetStatus opens or closes a campaign.
func SetStatus(app core.App, id, status, by string, now time.Time) error {
	return change(app, by, "campaign."+status, now, func(tx core.App) (*core.Record, error) {
		r, err := tx.FindRecordById(collections.Campaigns, id)
		if err != nil {
			return nil, err
		}
		r.Set("status", status)
		return r, tx.Save(r)
	})
}

// change saves through the hooks, which announce, and records who did it, both or neither.
func change(app core.App, by, action string, now time.Time, do func(core.App) (*core.Record, error)) error {
	return app.RunInTransaction(func(tx core.App) error {
		r, err := do(tx)
		if err != nil {
			return err
		}
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		return audit.Append(db, now, audit.Entry{Actor: by, Role: by, Action: action, Collection: collections.Campaigns, Record: r.Id,
			Purpose: audit.Administration})
	})
}
