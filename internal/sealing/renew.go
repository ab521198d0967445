package sealing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/seal"
)

// Meta keys: the columns that rows are found by, each with the index key that it is hashed with, and how far Renew has come.
const (
	lookupsKey = "seal.lookups"
	placeKey   = "seal.renewed"
)

// Lookups seals anew the tables in which rows are found by a column that the rules of before, or another index key, did not
// hash: until then they are not found, so nobody may work with the database meanwhile. Renew does the rest.
func Lookups(ctx context.Context, app core.App, library *instrument.Library, progress Progress) error {
	keys := collections.KeysOf(app)
	if !keys.Sealing() {
		return nil
	}
	known, err := knownLookups(app, keys)
	if err != nil {
		return err
	}
	for _, t := range tables(library) {
		if !slices.ContainsFunc(t.lookups(keys), func(l string) bool { return !slices.Contains(known, l) }) {
			continue
		}
		w := walk{app: app, keys: keys, library: library, table: t, anew: true, progress: progress}
		if err := w.run(ctx); err != nil {
			return fmt.Errorf("seal %s: %w", t.name, err)
		}
	}
	return noteLookups(ctx, app, keys)
}

// lookups are the columns that rows of a table are found by, with the index key.
func (t table) lookups(keys *seal.Keys) (all []string) {
	for _, s := range t.columns {
		if s.Indexed {
			all = append(all, keys.IndexID()+" "+t.name+"."+s.Column)
		}
	}
	return all
}

func allLookups(keys *seal.Keys) (all []string) {
	for name, columns := range collections.Registry {
		all = append(all, table{name: name, columns: columns}.lookups(keys)...)
	}
	slices.Sort(all)
	return all
}

// knownLookups are those by which rows are found already. Before they were noted, people and households were, by the
// index key that is noted with the rules.
func knownLookups(app core.App, keys *seal.Keys) ([]string, error) {
	db := collections.Read(app)
	noted, err := collections.MetaValue(db, lookupsKey)
	if err != nil || noted != "" {
		return strings.Split(noted, "\n"), err
	}
	rules, err := collections.MetaValue(db, indexKey)
	if err != nil || rules == indexedBy(keys) {
		return allLookups(keys), err
	}
	var known []string
	begun, err := Begun(app, keys)
	if begun {
		for _, name := range []string{collections.Persons, collections.Households} {
			known = append(known, table{name: name, columns: collections.Registry[name]}.lookups(keys)...)
		}
	}
	return known, err
}

func noteLookups(ctx context.Context, app core.App, keys *seal.Keys) error {
	all := strings.Join(allLookups(keys), "\n")
	if noted, err := collections.MetaValue(collections.Read(app), lookupsKey); err != nil || noted == all {
		return err
	}
	return collections.Write(ctx, app, func(db collections.DB) error { return collections.SetMeta(db, lookupsKey, all) })
}

// Renew seals what lies in clear that the present rules seal. It goes on while the server works: a row is read as it lies
// there until then. It may be stopped at any moment, and goes on where it was. clear is how many rows it sealed.
func Renew(ctx context.Context, app core.App, library *instrument.Library, progress Progress) (clear int, err error) {
	keys := collections.KeysOf(app)
	if indexed, err := Indexed(app, keys); err != nil || indexed || !keys.Sealing() {
		return 0, err
	}
	from, last, err := Renewing(app)
	if err != nil {
		return 0, err
	}
	all := tables(library)
	slices.SortFunc(all, func(a, b table) int { return strings.Compare(a.name, b.name) })
	for _, t := range all {
		if t.name < from {
			continue
		}
		w := walk{app: app, keys: keys, library: library, table: t, anew: true, renewing: true, progress: progress}
		if t.name == from {
			w.last = last
		}
		err := w.run(ctx)
		if clear += w.clear; err != nil {
			return clear, fmt.Errorf("seal %s: %w", t.name, err)
		}
	}
	return clear, renewed(ctx, app, keys)
}

// Renewing tells which table Renew was stopped in, and behind which row; "" where it has not begun.
func Renewing(app core.App) (table, last string, err error) {
	noted, err := collections.MetaValue(collections.Read(app), placeKey)
	rules := indexedBy(collections.KeysOf(app)) + " "
	if err != nil || !strings.HasPrefix(noted, rules) {
		return "", "", err
	}
	table, last, _ = strings.Cut(strings.TrimPrefix(noted, rules), " ")
	return table, last, nil
}

func (w *walk) notePlace(db collections.DB) error {
	return collections.SetMeta(db, placeKey, indexedBy(w.keys)+" "+w.table.name+" "+w.last)
}

// renewed notes the end. What was overwritten is overwritten in the file too (secure_delete), once the log is brought into it.
func renewed(ctx context.Context, app core.App, keys *seal.Keys) error {
	err := collections.Write(ctx, app, func(db collections.DB) error {
		if err := collections.SetMeta(db, placeKey, ""); err != nil {
			return err
		}
		return collections.SetMeta(db, indexKey, indexedBy(keys))
	})
	if pool, ok := app.NonconcurrentDB().(*dbx.DB); ok && err == nil {
		_, err = pool.NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).WithContext(ctx).Execute()
	}
	return err
}
