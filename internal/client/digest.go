package client

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const buckets = 256

func bucketOf(collection, id string) byte { return sha256.Sum256([]byte(collection + "/" + id))[0] }

// dataSum is kept with a record, so that bytes that changed on the tablet itself are noticed.
func dataSum(data json.RawMessage) uint64 {
	sum := sha256.Sum256(data)
	return binary.BigEndian.Uint64(sum[:8])
}

// sums is the digest of the copy (docs/sync.md). A record whose data is not what came is counted as missing.
func (c *Copy) sums() (sums [buckets]uint64) {
	for collection, records := range c.Records {
		for id, r := range records {
			if dataSum(r.Data) != r.Sum {
				continue
			}
			sum := sha256.Sum256([]byte(collection + "/" + id + "/" + strconv.FormatInt(r.Rev, 10)))
			sums[bucketOf(collection, id)] ^= binary.BigEndian.Uint64(sum[:8])
		}
	}
	return sums
}

// replace puts what a repair brought into the place of everything that the copy holds of some buckets.
func (c *Copy) replace(wrong map[byte]bool, changes []Change) {
	for collection, records := range c.Records {
		for id := range records {
			if wrong[bucketOf(collection, id)] {
				delete(records, id)
			}
		}
	}
	for _, ch := range changes {
		if ch.Op == Upsert {
			c.put(ch)
		}
	}
}

// Verify compares the copy with what the server means the worker to see, and brings what differs again: rows that were
// damaged, lost or invented. It pulls first, and again while the server moves on. It returns how many of the 256 buckets
// were repaired.
func (t *Tablet) Verify(ctx context.Context) (repaired int, err error) {
	for range 10 {
		if err := t.Pull(ctx); err != nil {
			return 0, err
		}
		var theirs struct {
			Behind  bool     `json:"behind"`
			Buckets []string `json:"buckets"`
		}
		if err := t.Conn.Call(ctx, http.MethodGet, "/api/sync/v1/digest?cursor="+t.Copy.Cursor, nil, &theirs); err != nil {
			return 0, fmt.Errorf("verify: %w", err)
		}
		if !theirs.Behind {
			return t.repair(ctx, theirs.Buckets)
		}
	}
	return 0, errors.New("verify: the server changes faster than this tablet pulls")
}

func (t *Tablet) repair(ctx context.Context, theirs []string) (int, error) {
	wrong := map[byte]bool{}
	var names []string
	for i, sum := range t.Copy.sums() {
		if i >= len(theirs) || theirs[i] != fmt.Sprintf("%016x", sum) {
			wrong[byte(i)] = true
			names = append(names, strconv.Itoa(i))
		}
	}
	if len(wrong) == 0 {
		return 0, nil
	}
	var page Page
	if err := t.Conn.Call(ctx, http.MethodGet, "/api/sync/v1/repair?buckets="+strings.Join(names, ","), nil, &page); err != nil {
		return 0, fmt.Errorf("repair: %w", err)
	}
	t.Copy.replace(wrong, page.Changes)
	return len(wrong), nil
}
