package client

import (
	"encoding/json"
	"fmt"
)

// Record is a row of the server as the tablet holds it. Data has the shape of its collection (docs/sync.md).
type Record struct {
	Rev  int64           `json:"rev"`
	Data json.RawMessage `json:"data"`
	Seen int             `json:"seen"` // the full sync that brought it last
	Sum  uint64          `json:"sum"`  // of data, as it came
}

// Copy is the tablet's copy of the worker's scope, by collection and id. The zero value is empty and makes the next pull
// a full one. Its fields are for saving it; it is not for concurrent use.
type Copy struct {
	Epoch   string                       `json:"epoch"`
	Cursor  string                       `json:"cursor"`
	Records map[string]map[string]Record `json:"records"`
	Fulls   int                          `json:"fulls"`   // full syncs begun
	Pruning bool                         `json:"pruning"` // one of them is under way
}

// Find returns a record.
func (c *Copy) Find(collection, id string) (Record, bool) {
	r, ok := c.Records[collection][id]
	return r, ok
}

// Apply brings one page in. A page with Reset begins a full sync, which may take many pages and survives a restart:
// what it has not brought again by its last page is dropped. Work that was not sent is in the outbox and stays there.
func (c *Copy) Apply(p *Page) error {
	if p.Reset {
		c.Fulls++
		c.Pruning = true
	}
	for _, ch := range p.Changes {
		switch ch.Op {
		case Upsert:
			c.put(ch)
		case Delete, Leave:
			delete(c.Records[ch.Collection], ch.ID)
		default:
			return fmt.Errorf("change %d: unknown op %q", ch.Seq, ch.Op)
		}
	}
	if c.Pruning && !p.More {
		c.prune()
	}
	c.Epoch, c.Cursor = p.Epoch, p.Cursor
	return nil
}

func (c *Copy) put(ch Change) {
	if c.Records == nil {
		c.Records = map[string]map[string]Record{}
	}
	if c.Records[ch.Collection] == nil {
		c.Records[ch.Collection] = map[string]Record{}
	}
	if plain, err := json.Marshal(ch.Data); err == nil && ch.Data != nil {
		ch.Data = plain // as it is written when the copy is saved, so that its sum stays true
	}
	c.Records[ch.Collection][ch.ID] = Record{Rev: ch.Rev, Data: ch.Data, Seen: c.Fulls, Sum: dataSum(ch.Data)}
}

func (c *Copy) prune() {
	for _, records := range c.Records {
		for id, r := range records {
			if r.Seen != c.Fulls {
				delete(records, id)
			}
		}
	}
	c.Pruning = false
}
