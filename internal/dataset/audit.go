package dataset

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/instrument"
)

// entry is what the audit trail keeps of an export: the filter and the counts, nothing from the records.
type entry struct {
	Form       string           `json:"form"`
	Version    string           `json:"version"`
	Format     string           `json:"format"`
	Labels     string           `json:"labels"`
	Identified bool             `json:"identified"`
	States     []string         `json:"states"`
	Campaign   string           `json:"campaign"`
	From       string           `json:"from,omitempty"`
	To         string           `json:"to,omitempty"`
	Suppress   bool             `json:"suppress"`
	SmallCells *RiskReport      `json:"small_cells,omitempty"` // counts alone
	Territory  []string         `json:"territory"`             // area code prefixes; null for the operator, whom nothing limits
	Rows       map[string]int64 `json:"rows"`
	Complete   bool             `json:"complete"` // false where it broke off after Rows
}

// given is what somebody got of an export.
type given struct {
	to       access.Actor
	sel      Selection
	report   Report
	complete bool
}

// record notes an export, also one that broke off: its rows have left the house.
func (g given) record(ctx context.Context, app core.App, in *instrument.Instrument) error {
	sel := g.sel
	e := entry{
		Form: in.Form.ID, Version: in.Version, Format: sel.Format, Labels: sel.Labels, Identified: sel.Identified, States: sel.States,
		Campaign: sel.Campaign, From: sel.From, To: sel.To, Territory: g.to.Territory, Suppress: sel.Suppress, SmallCells: g.report.Risk,
		Rows:     map[string]int64{},
		Complete: g.complete,
	}
	for _, t := range g.report.Tables {
		e.Rows[t.Name] = t.Rows
	}
	return collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error {
		entry := g.to.Did(audit.Exported)
		entry.Collection, entry.Purpose, entry.Detail = in.Layout.Main().Name, audit.Statistics, e
		return audit.Append(db, sel.Now, entry)
	})
}
