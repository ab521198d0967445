package identity

import (
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/linkage"
)

// Heard is who is looked for by how a name sounds, and about when they were born.
type Heard struct {
	Name   string
	Year   int
	Places []territory.Range
	Over   func(area string) bool // which of those who lie there
}

// Bounds of a search by sound: years of birth around the one that was told, people looked through of one key, answers.
const (
	yearsAround = 2
	mostHeard   = 500
	mostTold    = 8
)

// FindHeard finds people whose names sound like this one, in characters or in pinyin, those who are written like it first, then
// by how near the year is. more reports that there are others: nobody is listed by asking for everybody.
func FindHeard(db collections.DB, h Heard) (found []Person, more bool, err error) {
	var years []int
	for y := h.Year - yearsAround; y <= h.Year+yearsAround; y++ {
		years = append(years, y)
	}
	texts, err := linkage.HeardKeys(h.Name, years...)
	if err != nil {
		return nil, false, fmt.Errorf("keys of a search: %w", err)
	}
	var ids []string
	for _, text := range texts {
		some, err := h.lookUp(db, hashed(db, text))
		if err != nil {
			return nil, false, fmt.Errorf("look up a sound: %w", err)
		}
		ids, more = append(ids, some[:min(len(some), mostHeard)]...), more || len(some) > mostHeard
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if more = more || len(ids) > mostHeard; len(ids) > mostHeard {
		ids = ids[:mostHeard]
	}
	for _, id := range ids {
		_, p, err := followPerson(db, id)
		if err != nil {
			return nil, false, err
		}
		known := slices.ContainsFunc(found, func(o Person) bool { return o.ID == p.ID })
		if p.ID != "" && !p.Erased && !p.Damaged && !known && h.Over(p.Area) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, h.nearer)
	return found[:min(len(found), mostTold)], more || len(found) > mostTold, nil
}

// lookUp finds who has a key and lies there, one more than are looked through.
func (h Heard) lookUp(db collections.DB, key int64) (ids []string, err error) {
	for _, r := range h.Places {
		err := collections.Each(db, `SELECT who, area FROM blocking_keys
			WHERE key=? AND area>=? AND area<? LIMIT ?`, []any{key, r.Lo, r.Hi, mostHeard + 1 - len(ids)}, func(rows *sql.Rows) error {
			var id, area string
			err := rows.Scan(&id, &area)
			if h.Over(area) {
				ids = append(ids, id)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// nearer orders people by how well they agree with what is looked for.
func (h Heard) nearer(a, b Person) int {
	key := NameKey(h.Name)
	rank := func(p Person) int {
		if p.NameKey == key {
			return 0
		}
		return 1
	}
	years := func(p Person) int {
		var year int
		if _, err := fmt.Sscanf(p.BirthDate, "%4d", &year); err != nil {
			return yearsAround + 1
		}
		return max(year-h.Year, h.Year-year)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(years(a), years(b)), strings.Compare(a.ID, b.ID))
}

// hashed is a blocking key as the database has it.
func hashed(db collections.DB, text string) int64 {
	sum := sha256.Sum256([]byte(collections.IndexOf(db, "blocking", text[:1], text)))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
