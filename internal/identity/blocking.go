package identity

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/internal/linkage"
)

func (p Person) said() linkage.Said {
	return linkage.Said{Name: p.Name, Sex: p.Sex, Birth: p.BirthDate, Number: p.IDNumber, Phone: p.Phone, House: p.Household, Area: p.Area}
}

// blockingKey is one key of a person: the database has the hash alone, which nobody makes without the index key.
type blockingKey struct {
	hash int64
	kind string
}

// Keys are what a person is looked up by.
type Keys []blockingKey

// KeysOf makes the keys of a person. It asks the database for its secrets alone.
func KeysOf(db collections.DB, p Person) (Keys, error) {
	texts, err := p.said().Keys()
	if err != nil {
		return nil, fmt.Errorf("keys of a person: %w", err)
	}
	keys := make(Keys, len(texts))
	for i, text := range texts {
		keys[i] = blockingKey{hashed(db, text), text[:1]}
	}
	return keys, nil
}

// Keyed holds the keys of a person in an area, as they stand in blocking_of.
type Keyed struct {
	ID, Area string
	Keys     []int64
}

// Key gives what a person is looked up by. It asks the database for its secrets alone.
func Key(db collections.DB, p Person) (Keyed, error) {
	keys, err := KeysOf(db, p)
	return keyed(p, keys), err
}

func keyed(p Person, keys Keys) Keyed {
	k := Keyed{ID: p.ID, Area: p.Area, Keys: make([]int64, len(keys))}
	for i := range keys {
		k.Keys[i] = keys[i].hash
	}
	return k
}

// stand writes what people are looked up by, without the index of it.
func stand(db collections.DB, people []Keyed) error {
	args := make([]any, 0, 3*len(people))
	for _, k := range people {
		args = append(args, k.ID, k.Area, k.text())
	}
	if _, err := db.Exec(`INSERT INTO blocking_of (who, area, keys) VALUES `+triples(len(people))+` ON CONFLICT DO NOTHING`,
		args...); err != nil {
		return fmt.Errorf("keys of %s: %w", people[0].ID, err)
	}
	return nil
}

// text is the keys as blocking_of has them.
func (k Keyed) text() string {
	text := []byte("[")
	for i, key := range k.Keys {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, key, 10)
	}
	return string(append(text, ']'))
}

// Block writes the keys of somebody new.
func Block(db collections.DB, p Person, keys Keys) error {
	k := keyed(p, keys)
	if err := stand(db, []Keyed{k}); err != nil {
		return err
	}
	args := make([]any, 0, 3*len(k.Keys))
	for _, key := range k.Keys {
		args = append(args, key, k.Area, k.ID)
	}
	return indexKeys(db, args)
}

// blockAgain writes the keys of somebody who has changed. A trigger takes the old ones out of the index.
func blockAgain(db collections.DB, before, after Person) error {
	if before.said() == after.said() {
		return nil
	}
	if _, err := db.Exec(`DELETE FROM blocking_of WHERE who=?`, before.ID); err != nil {
		return fmt.Errorf("keys of %s: %w", before.ID, err)
	}
	after.ID = before.ID
	keys, err := KeysOf(db, after)
	if err != nil {
		return err
	}
	return Block(db, after, keys)
}

// BlockAgain writes the keys of a person as they stand in the database, whoever wrote them there.
func BlockAgain(db collections.DB, id string) error {
	found, err := persons(db, `id=?`, id)
	if err != nil || len(found) == 0 || found[0].Damaged || found[0].Erased {
		return err
	}
	return blockAgain(db, Person{ID: id}, found[0])
}

// fullKey is how many people have a key before it tells nothing: they are not opened, and the key is reported.
const fullKey = 60

// mostOpened bounds how many people are compared with a new one, those with the most keys in common first.
const mostOpened = 40

// blocked finds who else has some of the keys, and notes those that are too full to tell anything.
func blocked(db collections.DB, id string, keys Keys, now time.Time) ([]string, error) {
	ids, full, err := sharing(db, id, keys)
	if err != nil {
		return nil, err
	}
	for _, k := range full {
		if _, err := db.Exec(`INSERT INTO blocking_full (key, kind, noted) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			k.hash, k.kind, collections.Stamp(now)); err != nil {
			return nil, fmt.Errorf("note a full key: %w", err)
		}
	}
	return ids, nil
}

// whoHas looks up one key. SQLite makes a plan anew whenever a limit is bound, so that it stands in the text.
var whoHas = fmt.Sprintf(`SELECT ?, who FROM (SELECT who FROM blocking_keys WHERE key=? LIMIT %d)`, fullKey+1)

// sharing finds who else than this one has some of the keys, those with the most in common first. full are keys that too many people have.
func sharing(db collections.DB, self string, keys Keys) (ids []string, full Keys, err error) {
	if len(keys) == 0 {
		return nil, nil, nil
	}
	having := make([][]string, len(keys))
	args := make([]any, 0, 2*len(keys))
	for i, k := range keys {
		args = append(args, i, k.hash)
	}
	err = collections.Each(db, whoHas+strings.Repeat(` UNION ALL `+whoHas, len(keys)-1), args, func(rows *sql.Rows) error {
		var key int
		var id string
		err := rows.Scan(&key, &id)
		having[key] = append(having[key], id)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("look up keys: %w", err)
	}
	common := map[string]int{}
	for i, some := range having {
		if len(some) > fullKey {
			full = append(full, keys[i])
			continue
		}
		for _, id := range some {
			if common[id] == 0 && id != self {
				ids = append(ids, id)
			}
			common[id]++
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int { return common[b] - common[a] })
	return ids[:min(len(ids), mostOpened)], full, nil
}
