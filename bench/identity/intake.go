package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/sealing"
)

// met is the number of people that one measurement meets.
const met = 2000

// errTakenBack ends a transaction so that nothing of it stays.
var errTakenBack = errors.New("taken back")

// intake measures what it takes to meet people who are new to the register of a city: to look for them by number and by name in the house,
// write them with their keys, probe, open who shares keys, and weigh. Half of them are there already, told without a number and in
// another house; the others have the name of one and the birth date of another. It is one transaction, which is taken back.
func intake(ctx context.Context, dir string, seed uint64, people int, w io.Writer) (err error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: collections.Connect})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.ResetBootstrapState()) }()
	if _, err := sealing.Open(ctx, app, "", time.Now()); err != nil {
		return err
	}
	known, persons, err := some(collections.Read(app), seed, people)
	if err != nil {
		return err
	}
	took, asked := make([]time.Duration, 0, len(known)), 0
	before := busy()
	err = collections.Write(ctx, app, func(db collections.DB) error {
		for i, p := range known {
			other := known[(i+1)%len(known)]
			p.Household, p.Area, p.IDNumber, p.IDKey = other.Household, other.Area, "", ""
			if i%2 == 1 {
				p.BirthDate = other.BirthDate
			}
			start := time.Now()
			pairs, err := meet(db, p, start)
			if err != nil {
				return err
			}
			took, asked = append(took, time.Since(start)), asked+min(1, len(pairs))
		}
		return errTakenBack
	})
	if !errors.Is(err, errTakenBack) {
		return err
	}
	cost := (busy() - before) / time.Duration(len(took))
	slices.Sort(took)
	_, err = fmt.Fprintf(w, "intake: %d people met, register of %d: median %v, p95 %v, processor %v each; %d asked about\n",
		len(took), persons, took[len(took)/2], took[len(took)*95/100], cost, asked)
	return err
}

// some are people of the register, drawn at random, and how many it has.
func some(db collections.DB, seed uint64, people int) (known []identity.Person, persons int, err error) {
	if _, err := collections.One(db, `SELECT COUNT(*) FROM persons`, nil, &persons); err != nil {
		return nil, 0, err
	}
	r := rand.New(rand.NewPCG(seed, 7))
	for range people {
		var id string
		if _, err := collections.One(db, `SELECT id FROM persons WHERE rowid>=? LIMIT 1`, []any{r.IntN(persons)}, &id); err != nil {
			return nil, 0, err
		}
		p, err := identity.FindPerson(db, id)
		if err != nil {
			return nil, 0, err
		}
		if p.ID != "" && !p.Erased {
			known = append(known, p)
		}
	}
	return known, persons, nil
}

// meet looks for somebody in the register as intake does, and returns the pairs to be asked about; none where the person is found.
func meet(db collections.DB, p identity.Person, now time.Time) ([]identity.Pair, error) {
	fresh := collections.NewID()
	found, err := identity.Register{DB: db, Reach: identity.Everywhere, Now: now}.ResolvePerson(p, identity.Person{}, fresh)
	if err != nil || !found.New {
		return nil, err
	}
	p.ID = fresh
	return identity.Suggest(db, p, found.Keys, now)
}
