package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"doorstep/collections"
)

// Filling gathers what many people are looked up by and writes it in the order of the index: one person after the other, each key would
// bring a page of the index in and out again, which takes hours for a city.
type Filling struct{ people []Keyed }

// Add takes a person in.
func (f *Filling) Add(k Keyed) { f.people = append(f.people, k) }

// Len is how many people are in it.
func (f *Filling) Len() int { return len(f.people) }

// How much is written at once: by a transaction, so that tablets wait no longer than for these, and by a statement.
const (
	rowsAtOnce      = 10_000
	rowsOfStatement = 50
)

// Write writes everything and leaves the filling empty. write runs a transaction. show is told how many parts are done.
func (f *Filling) Write(write func(func(collections.DB) error) error, show func(done, total int)) error {
	slices.SortFunc(f.people, func(a, b Keyed) int { return strings.Compare(a.ID, b.ID) })
	parts := 1<<f.bits() + 1
	show(0, parts)
	if err := inPortions(f.people, write, stand); err != nil {
		return err
	}
	return f.index(write, func(done int) { show(1+done, parts) })
}

// The index of many people is written in parts by the highest bits of their keys: one is put in order while the one before is written.
const (
	partBits = 4
	many     = 500_000
)

// bits are those that tell a part; none where all are one.
func (f *Filling) bits() int {
	if f.Len() < many {
		return 0
	}
	return partBits
}

// entry is a key of a person, who is told by the place in the filling.
type entry struct {
	key int64
	of  int32
}

// index writes the index of people who stand in blocking_of, and leaves the filling empty. show is told of each part.
func (f *Filling) index(write func(func(collections.DB) error) error, show func(done int)) error {
	g, ctx := errgroup.WithContext(context.Background())
	parts := make(chan []entry)
	g.Go(func() error {
		defer close(parts)
		for n := range uint64(1) << f.bits() {
			select {
			case parts <- f.part(n):
			case <-ctx.Done():
				return nil // its error is the group's
			}
		}
		return nil
	})
	g.Go(func() error {
		done := 0
		for part := range parts {
			if err := inPortions(part, write, f.indexEntries); err != nil {
				return err
			}
			done++
			show(done)
		}
		return nil
	})
	err := g.Wait()
	f.people = nil
	return err
}

// part is one part of the keys, in the order of the index.
func (f *Filling) part(n uint64) (part []entry) {
	others := 64 - f.bits()
	for i, k := range f.people {
		for _, key := range k.Keys {
			if (uint64(key)^1<<63)>>others == n { // signed, as SQLite orders them
				part = append(part, entry{key, int32(i)})
			}
		}
	}
	slices.SortFunc(part, func(a, b entry) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Or(strings.Compare(f.people[a.of].Area, f.people[b.of].Area), strings.Compare(f.people[a.of].ID, f.people[b.of].ID))
	})
	return part
}

func (f *Filling) indexEntries(db collections.DB, some []entry) error {
	args := make([]any, 0, 3*len(some))
	for _, e := range some {
		args = append(args, e.key, f.people[e.of].Area, f.people[e.of].ID)
	}
	return indexKeys(db, args)
}

// inPortions writes rows, so many in each statement and each transaction.
func inPortions[T any](rows []T, write func(func(collections.DB) error) error, insert func(collections.DB, []T) error) error {
	for some := range slices.Chunk(rows, rowsAtOnce) {
		err := write(func(db collections.DB) error {
			for few := range slices.Chunk(some, rowsOfStatement) {
				if err := insert(db, few); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// indexKeys writes keys, each with the place and the id of the person.
func indexKeys(db collections.DB, args []any) error {
	if len(args) == 0 {
		return nil
	}
	if _, err := db.Exec(`INSERT INTO blocking_keys (key, area, who) VALUES `+triples(len(args)/3)+` ON CONFLICT DO NOTHING`,
		args...); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	return nil
}

// triples are the marks of so many rows of three values.
func triples(rows int) string { return `(?,?,?)` + strings.Repeat(`,(?,?,?)`, rows-1) }

// Filled says that everybody in the register has their keys.
func Filled(db collections.DB) error {
	return collections.SetMeta(db, blockingState, madeBy(db)+doneMark)
}
