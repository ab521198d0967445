package simulate

import (
	"maps"
	"slices"

	"doorstep/internal/client"
)

// ledger is what the server has acknowledged: the highest revision that it named, by record id.
type ledger map[string]int64

func (l ledger) acknowledge(id string, rev int64) { l[id] = max(l[id], rev) }

// Findings are what the server did not do as it said, by record id.
type Findings struct {
	Missing    []string // acknowledged, and not there or older than acknowledged
	Doubled    []string // there, and never sent; or there more than once
	Diverged   []string // the copy that a tablet kept up to date differs from a new one: collection/id
	Unanswered []string // handed in, and no receipt
	Unreturned []string // the supervisor returned it, and it did not come back to the tablet
}

// OK reports whether there are none.
func (f Findings) OK() bool {
	return len(f.Missing)+len(f.Doubled)+len(f.Diverged)+len(f.Unanswered)+len(f.Unreturned) == 0
}

// audit holds a worker's ledger against the visits of a new full pull. before are the worker's visits from earlier.
func audit(l ledger, before map[string]bool, fresh *client.Copy, tables []string) Findings {
	times := map[string]int{}
	for _, table := range tables {
		for id := range fresh.Records[table] {
			times[id]++
		}
	}
	var f Findings
	for _, id := range slices.Sorted(maps.Keys(times)) {
		_, sent := l[id]
		if times[id] > 1 || !sent && !before[id] {
			f.Doubled = append(f.Doubled, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l)) {
		if rev(fresh, tables, id) < l[id] || times[id] == 0 {
			f.Missing = append(f.Missing, id)
		}
	}
	return f
}

func rev(c *client.Copy, tables []string, id string) int64 {
	var highest int64
	for _, table := range tables {
		if r, ok := c.Find(table, id); ok {
			highest = max(highest, r.Rev)
		}
	}
	return highest
}

// differences lists what is in one copy and not, or in another revision, in the other.
func differences(a, b *client.Copy) []string {
	seen := map[string]bool{}
	for _, pair := range [][2]*client.Copy{{a, b}, {b, a}} {
		for collection, records := range pair[0].Records {
			for id, r := range records {
				if other, ok := pair[1].Find(collection, id); !ok || other.Rev != r.Rev {
					seen[collection+"/"+id] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
