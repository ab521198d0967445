package openrosa

import (
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
)

// Hashes keeps the hash of each entity list that was asked for. The feed tells of every change to a household or person
// where it lies, and to a task whose it is.
type Hashes struct{ kept *territory.Kept[string] }

// mostHashes bounds what is kept, some 200 bytes each; a city has two lists for each worker.
const mostHashes = 20_000

// NewHashes keeps none yet.
func NewHashes() *Hashes { return &Hashes{territory.NewKept[string](mostHashes)} }

// Of is the hash of a list as the caller gets it: it changes exactly when the CSV does.
func (h *Hashes) Of(db collections.DB, c Caller, list string) (string, error) {
	l, err := listFor(db, c, list)
	if err != nil {
		return "", err
	}
	ranges := territory.Of(c.Territory)
	feed, key := territory.Feed{Ranges: ranges}, list+" "+strings.Join(l.campaigns, " ")
	if l.own {
		feed.Also, key = []string{collections.ToWorker(c.ID)}, key+" "+c.ID
	}
	head, err := feed.Head(db)
	if err != nil {
		return "", err
	}
	for _, r := range ranges {
		key += " " + r.Lo
	}
	return h.kept.Of(key, head, func() (string, error) { return l.hash(db, c.Actor) })
}
