package seed

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/sync/errgroup"

	"doorstep/collections"
	"doorstep/internal/demo"
	"doorstep/internal/grid"
	"doorstep/internal/identity"
)

// gridsAtOnce is how many grids share a transaction, some 200,000 rows of the full city: each one writes again the pages of the
// primary keys, which are random, that it touched.
const gridsAtOnce = 1000

// home is a dwelling and who lives in it, ready to be inserted.
type home struct {
	household collections.Row
	persons   []collections.Row
	keyed     []identity.Keyed
}

// keyedAtOnce is of how many people the keys are written in one go: each goes once through the index so far. A million takes some
// 150 MB.
const keyedAtOnce = 4_000_000

// buildHomes writes the households of all grids and the people in them. Nothing is announced: a tablet's first sync
// reads the tables.
func buildHomes(ctx context.Context, app core.App, city *demo.City, now time.Time, show Progress) error {
	var grids []string
	for _, a := range city.Areas {
		if a.Level == grid.Grid {
			grids = append(grids, a.Code)
		}
	}
	read, at := collections.Read(app), collections.Stamp(now)
	done := 0
	var filling identity.Filling
	fill := func(l collections.Loading) error {
		for some := range slices.Chunk(grids, gridsAtOnce) {
			err := l.Write(func(db collections.DB) error {
				return inOrder(ctx, some, func(code string) ([]home, error) { return homesOf(read, city.Households(code), at) },
					func(homes []home) error {
						show("家庭 households，网格 grids", done, len(grids))
						done++
						return insertHomes(db, homes, &filling)
					})
			})
			if err == nil && (filling.Len() >= keyedAtOnce || done == len(grids)) {
				err = filling.Write(l.Write, func(done, total int) { show("查重键 blocking keys", done, total) })
			}
			if err != nil {
				return err
			}
		}
		show("家庭 households，网格 grids", done, len(grids))
		return l.Write(identity.Filled)
	}
	indexing := func(done, total int) { show("索引 indexes", done, total) }
	return collections.Load(ctx, app, []string{collections.Households, collections.Persons}, fill, indexing)
}

// inOrder makes something of each item, several at a time, and takes what was made in the order of the items.
func inOrder[T, R any](ctx context.Context, items []T, build func(T) (R, error), take func(R) error) error {
	g, ctx := errgroup.WithContext(ctx)
	waiting := make(chan chan R, 2*runtime.GOMAXPROCS(0)) // so many are made at a time, or wait to be taken
	g.Go(func() error {
		defer close(waiting)
		for _, item := range items {
			made := make(chan R, 1)
			select {
			case waiting <- made:
			case <-ctx.Done():
				return ctx.Err()
			}
			g.Go(func() error {
				defer close(made)
				r, err := build(item)
				if err == nil {
					made <- r
				}
				return err
			})
		}
		return nil
	})
	g.Go(func() error {
		for made := range waiting {
			r, ok := <-made
			if !ok {
				return nil // its error is the group's
			}
			if err := take(r); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

func homesOf(db collections.DB, households []demo.Household, at string) ([]home, error) {
	homes := make([]home, len(households))
	for i := range households {
		var err error
		if homes[i], err = homeOf(db, &households[i], at); err != nil {
			return nil, err
		}
	}
	return homes, nil
}

func homeOf(db collections.DB, h *demo.Household, at string) (home, error) {
	var made home
	var err error
	made.household, err = collections.Registry[collections.Households].Conceal(db, collections.Households, h.ID, collections.Row{
		{Column: "id", Value: h.ID}, {Column: "address", Value: h.Address}, {Column: "address_key", Value: identity.AddressKey(h.Address)},
		{Column: "house_code", Value: h.HouseCode}, {Column: "head_name", Value: h.Head},
		{Column: "phone", Value: h.Phone}, {Column: "residents", Value: len(h.Persons)},
		{Column: "location", Value: collections.Location(h.Lon, h.Lat)},
		{Column: "area", Value: h.Area}, {Column: "area_method", Value: "import"}, {Column: "area_confidence", Value: 1},
		{Column: "active", Value: true}, {Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	})
	for _, p := range h.Persons {
		if err != nil {
			break
		}
		var row collections.Row
		row, err = collections.Registry[collections.Persons].Conceal(db, collections.Persons, p.ID, collections.Row{
			{Column: "id", Value: p.ID}, {Column: "name", Value: p.Name}, {Column: "name_key", Value: identity.NameKey(p.Name)},
			{Column: "sex", Value: p.Sex}, {Column: "birth_date", Value: p.BirthDate}, {Column: "id_type", Value: p.IDType},
			{Column: "id_number", Value: p.IDNumber}, {Column: "id_key", Value: p.IDNumber}, {Column: "phone", Value: p.Phone},
			{Column: "household", Value: h.ID}, {Column: "relation", Value: p.Relation}, {Column: "area", Value: h.Area},
			{Column: "active", Value: true}, {Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at},
		})
		made.persons = append(made.persons, row)
		if err == nil {
			var k identity.Keyed
			k, err = identity.Key(db, identity.Person{ID: p.ID, Name: p.Name, Sex: p.Sex, BirthDate: p.BirthDate, IDNumber: p.IDNumber,
				Phone: p.Phone, Household: h.ID, Area: h.Area})
			made.keyed = append(made.keyed, k)
		}
	}
	return made, err
}

func insertHomes(db collections.DB, homes []home, filling *identity.Filling) error {
	for _, h := range homes {
		if err := collections.InsertRaw(db, collections.Households, h.household); err != nil {
			return err
		}
		for _, p := range h.persons {
			if err := collections.InsertRaw(db, collections.Persons, p); err != nil {
				return err
			}
		}
		for _, k := range h.keyed {
			filling.Add(k)
		}
	}
	return nil
}
