package openrosa

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/instrument"
	"doorstep/internal/xmltree"
)

// Hashes keeps the hash of each entity list that was asked for, and of each returned record that was listed as a form: apps ask for them
// every quarter of an hour. The feed tells of every change to a household or person where it lies, and to a task whose it is.
type Hashes struct{ kept, returned *territory.Kept[string] }

// mostHashes bounds what is kept of either kind, some 200 bytes each; a city has two lists for each worker.
const mostHashes = 20_000

// NewHashes keeps none yet.
func NewHashes() *Hashes {
	return &Hashes{territory.NewKept[string](mostHashes), territory.NewKept[string](mostHashes)}
}

// Of is the hash of a list as the caller gets it: it changes exactly when the CSV does.
func (h *Hashes) Of(db collections.DB, c Caller, list string) (string, error) {
	if c.Trial {
		rows, err := Examples(list)
		return md5Hex(rows), err
	}
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

// ofReturned is the MD5 of a returned record as a form, in hex. It is kept under a digest of all that the form is written from.
func (h *Hashes) ofReturned(r returned, in *instrument.Instrument) (string, error) {
	from := sha256.New()
	fmt.Fprintf(from, "%q", append([]string{in.MD5, r.FormID(), r.title}, r.remarks()...))
	if r.answers != nil {
		xmltree.Clean(r.answers)
		if err := xmltree.WriteXML(from, r.answers); err != nil {
			return "", fmt.Errorf("answers of %s: %w", r.Record, err)
		}
	}
	return h.returned.Of(string(from.Sum(nil)), 0, func() (string, error) {
		raw, err := r.xml(in)
		return md5Hex(raw), err
	})
}
