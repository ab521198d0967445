package identity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"doorstep/collections"
)

// Filling gathers what many people are looked up by and writes it in the order of the index: one person after the other, each key would
// bring a page of the index in and out again, which takes hours for a city.
type Filling struct{ people []Keyed }

// Add takes a person in.
func (f *Filling) Add(k Keyed) { f.people = append(f.people, k) }

// Len is how many people are in it.
func (f *Filling) Len() int { return len(f.people) }

// rowsAtOnce is how many rows one transaction writes; tablets wait no longer than for these.
const rowsAtOnce = 10_000

// Write writes everything and leaves the filling empty. write runs a transaction.
func (f *Filling) Write(write func(func(collections.DB) error) error) error {
	slices.SortFunc(f.people, func(a, b Keyed) int { return strings.Compare(a.ID, b.ID) })
	for some := range slices.Chunk(f.people, rowsAtOnce) {
		err := write(func(db collections.DB) error {
			for _, k := range some {
				if err := k.stand(db); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return f.index(write)
}

// index writes the index of people who stand in blocking_of, and leaves the filling empty.
func (f *Filling) index(write func(func(collections.DB) error) error) error {
	type entry struct {
		key int64
		of  int32
	}
	var all []entry
	for i, k := range f.people {
		for _, key := range k.Keys {
			all = append(all, entry{key, int32(i)})
		}
	}
	slices.SortFunc(all, func(a, b entry) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Or(strings.Compare(f.people[a.of].Area, f.people[b.of].Area), strings.Compare(f.people[a.of].ID, f.people[b.of].ID))
	})
	for some := range slices.Chunk(all, rowsAtOnce) {
		err := write(func(db collections.DB) error {
			for few := range slices.Chunk(some, rowsOfStatement) {
				args := make([]any, 0, 3*len(few))
				for _, e := range few {
					args = append(args, e.key, f.people[e.of].Area, f.people[e.of].ID)
				}
				if err := indexKeys(db, args); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	f.people = f.people[:0]
	return nil
}

// rowsOfStatement is how many keys one statement writes.
const rowsOfStatement = 50

// indexKeys writes keys, each with the place and the id of the person.
func indexKeys(db collections.DB, args []any) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := db.Exec(`INSERT INTO blocking_keys (key, area, who) VALUES (?,?,?)`+strings.Repeat(`,(?,?,?)`, len(args)/3-1)+` ON CONFLICT DO NOTHING`, args...); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	return nil
}

// Filled says that everybody in the register has their keys.
func Filled(db collections.DB) error {
	return collections.SetMeta(db, blockingState, madeBy(db)+doneMark)
}
