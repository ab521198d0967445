package devicesync

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"doorstep/collections"
	"doorstep/internal/seal"
)

// tell reports whose data is going to be sent; areas, forms, campaigns are nobody's.
func (p *puller) tell(some []change) error {
	var ids []string
	for _, ch := range some {
		public := slices.Contains([]string{collections.Areas, collections.Forms, collections.Campaigns}, ch.collection)
		if ch.op == collections.Upsert && !public {
			ids = append(ids, ch.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return p.seen(ids)
}

// fill writes each record as it is now, until the page is full, and returns how many of them are done; one that is gone or not the
// worker's any more becomes a leave. told says that the reading of all of them was reported.
func (p *puller) fill(found []change, told bool) (done int, err error) {
	for done < len(found) && !p.full() {
		some := found[done:min(done+portion, len(found))]
		if err := p.load(some); err != nil {
			return done, err
		}
		if !told {
			if err := p.tell(some); err != nil {
				return done, err
			}
		}
		for i := 0; i < len(some) && !p.full(); i++ {
			if err := p.write(&some[i]); err != nil {
				return done, err
			}
			done++
			p.written++
		}
	}
	return done, nil
}

// full reports whether the page has as many bytes as it may.
func (p *puller) full() bool { return p.most > 0 && p.page.size >= p.most }

// write adds a change to the page, and lets its data go.
func (p *puller) write(ch *change) error {
	if ch.read != nil {
		if err := ch.read(ch); err != nil {
			return err
		}
	}
	if ch.op == damaged {
		return nil
	}
	err := p.page.add(*ch)
	ch.data = nil
	return err
}

// load reads the data of a portion, with one query for each collection that has records in it; of visits, which may be as long as a
// push, it finds out how each is read.
func (p *puller) load(some []change) error {
	at := map[string]map[string]int{}
	for i, ch := range some {
		if ch.op == collections.Upsert {
			if at[ch.collection] == nil {
				at[ch.collection] = map[string]int{}
			}
			at[ch.collection][ch.id] = i
			some[i].op = collections.Leave // until it is found
		}
	}
	for collection, wanted := range at {
		var err error
		if _, isDocument := documents[collection]; isDocument {
			err = p.loadDocuments(collection, wanted, some)
		} else {
			err = p.loadVisits(collection, wanted, some)
		}
		if err != nil {
			return fmt.Errorf("pull %s: %w", collection, err)
		}
	}
	return nil
}

func (p *puller) loadDocuments(collection string, wanted map[string]int, into []change) error {
	found, args := lookUp(wanted, into)
	where := `1`
	for _, ph := range p.phases {
		if ph.collection == collection {
			own, of := ph.condition()
			where, args = own, append(args, of...)
		}
	}
	sealed := `''`
	if collections.Registry[collection] != nil {
		sealed = collections.SealedColumn
	}
	return collections.Each(p.db, `SELECT id, rev, `+sealed+`, `+documents[collection]+` FROM `+collection+`
		WHERE `+found+` AND (`+where+`)`, args, func(rows *sql.Rows) error {
		var id, sealed string
		var rev int64
		var text []byte
		if err := rows.Scan(&id, &rev, &sealed, &text); err != nil {
			return err
		}
		i, ok := wanted[id]
		if !ok {
			return nil // another row has the number now
		}
		opened, whole, err := collections.OpenWhole(p.db, collection, id, sealed)
		if err == nil && !whole {
			into[i].op = damaged
			return nil
		}
		if err == nil {
			text, err = complete(text, opened)
		}
		into[i].found(text, rev)
		return err
	})
}

// lookUp is the condition that finds the wanted rows: by their numbers where all are known, which lie beside each other in a grid
// as ids do not.
func lookUp(wanted map[string]int, of []change) (where string, args []any) {
	var ids []string
	var numbers []int64
	for id, i := range wanted {
		ids = append(ids, id)
		if of[i].row != 0 {
			numbers = append(numbers, of[i].row)
		}
	}
	const among = ` IN (SELECT value FROM json_each(?))`
	if len(numbers) < len(ids) {
		return `id` + among, []any{collections.JSONList(ids)}
	}
	return `rowid` + among, []any{collections.JSONList(numbers)}
}

// complete puts what was sealed of a row into its document, where its columns are blank. Quotes within texts are escaped,
// so that only a member of the document reads like one. A household without a place has none, not 0, 0.
func complete(text []byte, opened seal.Row) ([]byte, error) {
	for _, v := range opened {
		value, blank := []byte(v.Text), collections.Nowhere
		if v.Column != "location" {
			var err error
			if value, err = json.Marshal(v.Text); err != nil {
				return nil, err
			}
			blank = `""`
		} else if !json.Valid(value) {
			return nil, errors.New("the sealed place is no JSON")
		}
		member := `"` + v.Column + `":`
		text = bytes.Replace(text, []byte(member+blank), append([]byte(member), value...), 1)
	}
	return bytes.Replace(text, []byte(`"location":`+collections.Nowhere), []byte(`"location":null`), 1), nil
}

func (ch *change) found(data []byte, rev int64) {
	ch.op, ch.data, ch.rev = collections.Upsert, data, rev
}
