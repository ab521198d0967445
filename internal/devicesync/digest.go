package devicesync

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"doorstep/collections/territory"
	"doorstep/internal/problem"
)

// bucketCount is how many parts a digest has.
const bucketCount = 256

// Digest is what a worker is meant to see, in 256 sums: a client whose own differ repairs those buckets. docs/sync.md
// defines it.
type Digest struct {
	Epoch   string   `json:"epoch"`
	Behind  bool     `json:"behind"` // the client has to pull first; the sums say nothing
	Count   int      `json:"count"`
	Buckets []string `json:"buckets"` // 16 hexadecimal digits each
}

func bucketOf(collection, id string) byte {
	return sha256.Sum256([]byte(collection + "/" + id))[0]
}

func rowSum(collection, id string, rev int64) uint64 {
	sum := sha256.Sum256([]byte(collection + "/" + id + "/" + strconv.FormatInt(rev, 10)))
	return binary.BigEndian.Uint64(sum[:8])
}

// Sums are a digest before it is written.
type Sums struct {
	buckets [bucketCount]uint64
	count   int
}

// mostSums bounds the digests that are kept, 2 kB each.
const mostSums = 5000

// NewSums keeps no digest yet.
func NewSums() *territory.Kept[*Sums] { return territory.NewKept[*Sums](mostSums) }

// Digest sums up the scope for a client that stands at the cursor. The feed is asked last: when nothing came after the
// cursor until then, the tables were at the cursor all the while.
func (q Pull) Digest() (Digest, error) {
	out := Digest{Buckets: []string{}}
	p, c, err := q.settled(&out.Epoch)
	if err != nil || c.mode != feeding {
		out.Behind = err == nil
		return out, err
	}
	sums, err := q.sums(p, out.Epoch)
	if err != nil {
		return out, err
	}
	if out.Behind, err = p.anyAfter(c.seq); err != nil || out.Behind {
		return out, err
	}
	out.Count = sums.count
	for _, sum := range sums.buckets {
		out.Buckets = append(out.Buckets, fmt.Sprintf("%016x", sum))
	}
	return out, nil
}

// sums are the kept ones, or made anew. While rows are damaged none are kept: the feed does not tell when one is mended.
func (q Pull) sums(p *puller, epoch string) (*Sums, error) {
	if keys := q.DB.Keys(); q.Sums == nil || keys == nil || len(keys.DamagedRows()) > 0 {
		return p.sumUp()
	}
	head, err := p.feed.Head(q.DB)
	if err != nil {
		return nil, err
	}
	return q.Sums.Of(q.sumsKey(p, epoch), head, p.sumUp)
}

// sumsKey names a scope: the worker and the territory, and the tables of forms that are known.
func (q Pull) sumsKey(p *puller, epoch string) string {
	return fmt.Sprint(epoch, " ", q.Actor.ID, " ", ScopeKey(q.Actor.Territory), " ", len(p.phases))
}

func (p *puller) sumUp() (*Sums, error) {
	sums := &Sums{}
	for _, ph := range p.phases {
		if err := ph.each(p.db, position{}, 0, func(l listed) {
			if p.unreadable(ph.collection, l.at.ID) {
				return // a tablet gets none, and drops what it has when it repairs
			}
			sums.buckets[bucketOf(ph.collection, l.at.ID)] ^= rowSum(ph.collection, l.at.ID, l.rev)
			sums.count++
		}); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// settled reads the cursor; it stays empty for a client that does not stand in the feed of its scope.
func (q Pull) settled(epoch *string) (p *puller, c cursor, err error) {
	if *epoch, err = Epoch(q.DB); err != nil {
		return nil, c, err
	}
	p = q.puller()
	if q.Cursor == "" {
		return p, c, nil
	}
	if p.cipher, err = newCursorCipher(q.DB, q.Actor.ID); err != nil {
		return p, c, err
	}
	if c, err = parseCursor(q.Cursor, *epoch, p.cipher); err != nil {
		return p, c, err
	}
	if c.epoch != *epoch || c.scope != ScopeKey(q.Actor.Territory) {
		return p, cursor{}, nil
	}
	return p, c, nil
}

// Repair writes every record of some buckets, as they are now, as a page without a cursor: what the client holds of
// these buckets and is not in it is to be dropped. The feed goes on from where the client stands.
func (q Pull) Repair(w http.ResponseWriter, buckets string) error {
	var wanted [bucketCount]bool
	for _, s := range strings.Split(buckets, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n >= bucketCount {
			return problem.New(problem.BadParameter, "buckets")
		}
		wanted[n] = true
	}
	epoch, err := Epoch(q.DB)
	if err != nil {
		return err
	}
	p := q.puller()
	if q.Sums != nil {
		q.Sums.Forget(q.sumsKey(p, epoch)) // what the client holds differs from it: it is made anew
	}
	p.page = begin(w, epoch, false)
	for _, ph := range p.phases {
		var found []change
		err := ph.each(p.db, position{}, 0, func(l listed) {
			if wanted[bucketOf(ph.collection, l.at.ID)] {
				found = append(found, change{collection: ph.collection, id: l.at.ID, rev: l.rev, op: ph.op, row: l.row})
			}
		})
		if err == nil {
			_, err = p.fill(found, false)
		}
		if err != nil {
			return p.page.fail(fmt.Errorf("repair %s: %w", ph.collection, err), q.Log)
		}
	}
	return p.page.fail(p.page.end("", false), q.Log)
}
