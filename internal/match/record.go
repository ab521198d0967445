package match

import (
	"context"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/audit"
)

// subjectsAtOnce is how many people one entry of the trail names.
const subjectsAtOnce = 500

// Record writes into the audit trail that a list was compared: where, what it came to, and the people who were found by it; nothing
// of what the list says.
func Record(ctx context.Context, app core.App, o Options, n Counts, people []string) error {
	n.Ignored = nil // headers are what somebody typed
	return collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) error {
		entry := o.Actor.Did(audit.Match)
		entry.Collection, entry.Purpose = collections.Persons, audit.FollowUp
		entry.Detail = struct {
			Counts
			Within     string `json:"within,omitempty"`
			Kind       string `json:"kind,omitempty"`
			Identified bool   `json:"identified"`
		}{n, o.Within, o.NotListed, o.Identified}
		all := []audit.Entry{entry}
		for some := range slices.Chunk(people, subjectsAtOnce) {
			seen := o.Actor.Did(audit.ReadMany)
			seen.Collection, seen.Purpose, seen.Subjects = collections.Persons, audit.FollowUp, some
			all = append(all, seen)
		}
		return audit.Append(db, o.Now, all...)
	})
}
