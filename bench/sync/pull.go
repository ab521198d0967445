package main

import (
	"context"
	"fmt"
	"time"

	"doorstep/collections"
	"doorstep/internal/client"
	"doorstep/internal/grid"
)

type pulled struct {
	name string
	took time.Duration
}

// measurePull takes a tablet with a scope of some 5,000 records, in a feed of 58,000 changes, through a first sync, a
// pull of nothing and one of 500 changes.
func measurePull(ctx context.Context, s *server) ([]pulled, error) {
	if err := s.fillFeed(ctx, 58_000); err != nil {
		return nil, fmt.Errorf("fill feed: %w", err)
	}
	territory, records, err := s.scope(5_000)
	if err != nil {
		return nil, err
	}
	t, err := s.tablet(ctx, "pull", territory)
	if err != nil {
		return nil, err
	}
	device := &client.Tablet{Conn: t.conn}
	var all []pulled
	measure := func(name string, times int, before func() error) error {
		var took []time.Duration
		for range times {
			if err := before(); err != nil {
				return err
			}
			began := time.Now()
			if err := device.Pull(ctx); err != nil {
				return err
			}
			took = append(took, time.Since(began))
		}
		all = append(all, pulled{name, median(took)})
		return nil
	}
	if err := measure(fmt.Sprintf("pull: first sync of %d records", records), 5,
		func() error { device.Copy = client.Copy{}; return nil }); err != nil {
		return nil, err
	}
	if err := measure("pull: nothing new", 51, func() error { return nil }); err != nil {
		return nil, err
	}
	err = measure("pull: 500 changes out of 58,000", 21, func() error { return s.announce(ctx, territory, 500) })
	return all, err
}

// scope finds grids that hold some n households and people together.
func (s *server) scope(n int) (territory []string, records int, err error) {
	for _, a := range s.city.Areas {
		if a.Level != grid.Grid || records >= n {
			continue
		}
		var here int
		if _, err := collections.One(collections.Read(s.app),
			`SELECT (SELECT COUNT(*) FROM households WHERE area=?)+(SELECT COUNT(*) FROM persons WHERE area=?)`, []any{a.Code, a.Code},
			&here); err != nil {
			return nil, 0, err
		}
		territory, records = append(territory, a.Code), records+here
	}
	return territory, records, nil
}

// fillFeed announces n households and people of the whole city.
func (s *server) fillFeed(ctx context.Context, n int) error {
	return s.tell(ctx, `SELECT 'persons', id, area, rev FROM persons ORDER BY id LIMIT ?`, n)
}

// announce tells of n people of a territory once more.
func (s *server) announce(ctx context.Context, territory []string, n int) error {
	first, last := territory[0], territory[len(territory)-1]
	return s.tell(ctx, `SELECT 'persons', id, area, rev FROM persons WHERE area>=? AND area<=? ORDER BY area, id LIMIT ?`, first, last, n)
}

func (s *server) tell(ctx context.Context, query string, args ...any) error {
	type told struct {
		collection, id, area string
		rev                  int64
	}
	return collections.Write(ctx, s.app, func(db collections.DB) error {
		rows, err := db.Query(query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		var all []told
		for rows.Next() {
			var t told
			if err := rows.Scan(&t.collection, &t.id, &t.area, &t.rev); err != nil {
				return err
			}
			all = append(all, t)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, t := range all {
			if err := collections.Announce(db, collections.RevisionOf(t.collection, t.id, t.rev), t.area, collections.Upsert, s.now); err != nil {
				return err
			}
		}
		return nil
	})
}
