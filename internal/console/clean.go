package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
)

// Clean is the set of records that may be approved together: new, whole, without an error or a warning, and never returned. Some of
// each worker's are held back: they stay in the queue among the others, and nothing tells which they are.
type Clean struct {
	N       int          `json:"n"`       // that would be approved
	Held    int          `json:"held"`    // that stay in the queue to be read
	More    bool         `json:"more"`    // there are more than one set takes
	Before  string       `json:"before"`  // what arrived later is not in the set
	Workers []CleanShare `json:"workers"` // by name
	keys    []Item
}

// CleanShare is what of a set is one worker's.
type CleanShare struct {
	Worker string `json:"worker"`
	Name   string `json:"name"`
	N      int    `json:"n"`
	Held   int    `json:"held"`
}

const (
	mostClean = 2000 // records of a set
	heldShare = 10   // one of so many is held back, and at least one of each worker's
)

// CleanSet finds the clean records that a filter leaves, of those that had arrived by a moment. The same records make the same
// set: which are held back follows from a keyed hash of each one's id, so that asking again releases none of them.
func CleanSet(db collections.DB, k Known, actor access.Actor, f Filter, before string) (Clean, error) {
	set := Clean{Before: before, Workers: []CleanShare{}}
	f.States, f.Limit, f.whole, f.Cursor, f.before = []string{collections.Received}, mostPage, true, "", before
	by := map[string][]Item{}
	for seen := 0; ; {
		page, err := Queue(db, k, actor, f)
		if err != nil {
			return set, err
		}
		for _, item := range page.Items {
			if item.clean() && item.Worker != actor.ID && seen < mostClean {
				by[item.Worker] = append(by[item.Worker], item)
				seen++
			}
		}
		if page.Next == nil {
			break
		}
		if set.More = seen >= mostClean; set.More {
			break
		}
		f.Cursor = *page.Next
	}
	for worker, items := range by {
		set.share(db, worker, items)
	}
	slices.SortFunc(set.Workers, func(a, b CleanShare) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Worker, b.Worker)) })
	return set, nil
}

func (i *Item) clean() bool { return i.Errors == 0 && i.Warnings == 0 && !i.ReturnedBefore }

// share holds back a worker's sample: the records whose lot is low, and at least one. The rest goes into the set.
func (c *Clean) share(db collections.DB, worker string, items []Item) {
	lots := map[string]uint64{}
	for _, item := range items {
		lots[item.ID] = lot(db, item.ID)
	}
	slices.SortFunc(items, func(a, b Item) int { return cmp.Compare(lots[a.ID], lots[b.ID]) })
	one := CleanShare{Worker: worker, Name: items[0].WorkerName, Held: 1}
	for one.Held < len(items) && lots[items[one.Held].ID] < math.MaxUint64/heldShare {
		one.Held++
	}
	one.N = len(items) - one.Held
	c.keys = append(c.keys, items[one.Held:]...)
	c.N, c.Held = c.N+one.N, c.Held+one.Held
	c.Workers = append(c.Workers, one)
}

// First gives some records of the set.
func (c *Clean) First(n int) []Item { return c.keys[:min(n, len(c.keys))] }

// lot is the place of a record in the draw. Nobody without the key foretells it.
func lot(db collections.DB, id string) uint64 {
	sum := sha256.Sum256([]byte(db.Keys().Index("review.sample", id)))
	return binary.BigEndian.Uint64(sum[:])
}
