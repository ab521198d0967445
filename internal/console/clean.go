package console

import (
	"cmp"
	"crypto/sha256"
	"database/sql"
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
	records []CleanRecord
}

// CleanShare is what of a set is one worker's.
type CleanShare struct {
	Worker string `json:"worker"`
	Name   string `json:"name"`
	N      int    `json:"n"`
	Held   int    `json:"held"`
}

// CleanRecord is a record of a set, as it was when it was found to be clean.
type CleanRecord struct {
	Collection, ID string
	Rev            int64
	worker         string
}

const (
	mostClean = 2000 // records of a set
	heldShare = 10   // one of so many is held back, and at least one of each worker's
)

// CleanSet finds the clean records that a filter leaves, of those that had arrived by a moment. The same records make the same
// set: which are held back follows from a keyed hash of each one's id, so that asking again releases none of them.
func CleanSet(db collections.DB, k Known, actor access.Actor, f Filter, before string) (Clean, error) {
	set := Clean{Before: before, Workers: []CleanShare{}}
	f.States, f.Cursor, f.before = []string{collections.Received}, "", before
	by := map[string][]CleanRecord{}
	for seen := 0; ; {
		keys, next, err := keysOf(db, k, actor, f, mostClean)
		if err != nil {
			return set, err
		}
		clean, err := cleanOf(db, actor, keys)
		if err != nil {
			return set, err
		}
		take := min(len(clean), mostClean-seen)
		for _, one := range clean[:take] {
			by[one.worker] = append(by[one.worker], one)
		}
		seen += take
		set.More = take < len(clean) || seen == mostClean && next != nil
		if set.More || next == nil {
			break
		}
		f.Cursor = *next
	}
	for worker, records := range by {
		if err := set.share(db, worker, records); err != nil {
			return set, err
		}
	}
	slices.SortFunc(set.Workers, func(a, b CleanShare) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Worker, b.Worker)) })
	return set, nil
}

// cleanOf gives those of some new records that are clean and not the actor's own, in the order of the keys.
func cleanOf(db collections.DB, actor access.Actor, keys []key) (clean []CleanRecord, err error) {
	read := map[[2]string]CleanRecord{}
	for table, list := range rowsOf(keys) {
		query := `SELECT v.id, v.rev, v.worker, COALESCE(v.issues,'[]') FROM "` + table + `" v
			WHERE v.rowid IN (SELECT value FROM json_each(?)) AND v.complete=TRUE AND v.worker!=?
			AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.record=v.id AND r.decision='return')`
		err := collections.Each(db, query, []any{list, actor.ID}, func(rows *sql.Rows) error {
			var issues string
			one := CleanRecord{Collection: table}
			err := rows.Scan(&one.ID, &one.Rev, &one.worker, &issues)
			if of := findingsOf(issues); of.errors == 0 && of.warnings == 0 {
				read[[2]string{table, one.ID}] = one
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, one := range keys {
		if record, ok := read[[2]string{one.table, one.id}]; ok {
			clean = append(clean, record)
		}
	}
	return clean, nil
}

// share holds back a worker's sample: the records whose lot is low, and at least one. The rest goes into the set.
func (c *Clean) share(db collections.DB, worker string, records []CleanRecord) error {
	lots := map[string]uint64{}
	for _, record := range records {
		lots[record.ID] = lot(db, record.ID)
	}
	slices.SortFunc(records, func(a, b CleanRecord) int { return cmp.Compare(lots[a.ID], lots[b.ID]) })
	one := CleanShare{Worker: worker, Held: 1}
	for one.Held < len(records) && lots[records[one.Held].ID] < math.MaxUint64/heldShare {
		one.Held++
	}
	one.N = len(records) - one.Held
	c.records = append(c.records, records[one.Held:]...)
	c.N, c.Held = c.N+one.N, c.Held+one.Held
	_, err := collections.One(db, `SELECT name FROM workers WHERE id=?`, []any{worker}, &one.Name)
	c.Workers = append(c.Workers, one)
	return err
}

// First gives some records of the set.
func (c *Clean) First(n int) []CleanRecord { return c.records[:min(n, len(c.records))] }

// lot is the place of a record in the draw. Nobody without the key foretells it.
func lot(db collections.DB, id string) uint64 {
	sum := sha256.Sum256([]byte(db.Keys().Index("review.sample", id)))
	return binary.BigEndian.Uint64(sum[:])
}
