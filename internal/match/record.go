package match

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
)

// Record writes into the audit trail that a list was compared: where, and what it came to; nothing of what the list says.
func Record(ctx context.Context, app core.App, o Options, n Counts) error {
	n.Ignored = nil // headers are what somebody typed
	return collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error {
		entry := o.Actor.Did("list.match")
		entry.Collection, entry.Purpose = collections.Persons, audit.FollowUp
		entry.Detail = struct {
			Counts
			Within     string `json:"within,omitempty"`
			Kind       string `json:"kind,omitempty"`
			Identified bool   `json:"identified"`
		}{n, o.Within, o.NotListed, o.Identified}
		return audit.Append(db, o.Now, entry)
	})
}
