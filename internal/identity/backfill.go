package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// blockingVersion is raised when keys are made otherwise than before; every person is then filled in anew.
const blockingVersion = "2"

// blockingState is the meta key of the register as it is blocked: "version index-key done", or "version index-key after ID". While it
// is not done, a trigger notes what is taken away (blocking_gone).
const (
	blockingState = "blocking.state"
	doneMark      = " done"
	afterMark     = " after "
)

// Of a register that is read whole: how many persons are read at once, in a transaction of their own where it is filled in (between
// transactions tablets have their turn), and how many are gathered before the index is written.
const (
	personsAtOnce = 500
	gathered      = 400_000
)

// madeBy is what keys depend on.
func madeBy(db collections.DB) string {
	if keys := db.Keys(); keys != nil {
		return blockingVersion + " " + keys.IndexID()
	}
	return blockingVersion + " "
}

// Backfill writes the keys of everybody who has none: of a register from before there were any, or after the index key or
// the making of keys has changed. It goes on while the server works, gives way to others, and where it was stopped it
// begins again with the last some hundred thousand. show is told how many persons were looked at.
func Backfill(ctx context.Context, app core.App, show func(persons int)) error {
	b := backfill{ctx: ctx, app: app, show: show}
	for {
		if done, err := b.run(); done || err != nil {
			return err
		}
	}
}

type backfill struct {
	ctx    context.Context
	app    core.App
	show   func(persons int)
	looked int
}

// write runs a transaction, and lets others work for as long as it took.
func (b *backfill) write(fn func(collections.DB) error) error {
	begun := time.Now()
	if err := collections.Write(b.ctx, b.app, fn); err != nil {
		return err
	}
	select {
	case <-time.After(time.Since(begun)):
		return nil
	case <-b.ctx.Done():
		return b.ctx.Err()
	}
}

// run fills in some hundred thousand persons; done reports that everybody has their keys.
func (b *backfill) run() (done bool, err error) {
	read := collections.Read(b.app)
	by := madeBy(read)
	state, err := collections.MetaValue(read, blockingState)
	if err != nil || state == by+doneMark {
		return err == nil, err
	}
	after, begun := strings.CutPrefix(state, by+afterMark)
	if !begun {
		return false, b.empty(by)
	}
	var f Filling
	next := by + doneMark
	for last := false; !last; {
		err := b.write(func(db collections.DB) error {
			page, err := personsUpTo(db, personsAtOnce, fmt.Sprintf(`id>? ORDER BY id LIMIT %d`, personsAtOnce), after)
			last = len(page) < personsAtOnce
			for i := 0; err == nil && i < len(page); i++ {
				after, err = page[i].ID, f.take(db, page[i])
			}
			b.looked += len(page)
			return err
		})
		if err != nil {
			return false, err
		}
		b.show(b.looked)
		if !last && f.Len() >= gathered {
			next, last = by+afterMark+after, true
		}
	}
	if err := f.index(b.write, func(int) {}); err != nil {
		return false, err
	}
	return false, b.write(func(db collections.DB) error { return settle(db, by, next) })
}

func (f *Filling) take(db collections.DB, p Person) error {
	if p.Damaged || p.Erased {
		return nil
	}
	k, err := Key(db, p)
	if err != nil {
		return err
	}
	f.Add(k)
	return stand(db, []Keyed{k})
}

// settle takes out of the index what was taken away between a look at somebody and the writing of their keys.
func settle(db collections.DB, by, next string) error {
	for _, statement := range []string{
		`DELETE FROM blocking_keys WHERE (key, area, who) IN (SELECT k.value, g.area, g.who FROM blocking_gone g, json_each(g.keys) k)`,
		`INSERT INTO blocking_keys (key, area, who) SELECT k.value, o.area, o.who
			FROM blocking_gone g CROSS JOIN blocking_of o ON o.who=g.who, json_each(o.keys) k WHERE TRUE ON CONFLICT DO NOTHING`,
		`DELETE FROM blocking_gone`,
	} {
		if _, err := db.Exec(statement); err != nil {
			return fmt.Errorf("settle keys: %w", err)
		}
	}
	if madeBy(db) != by { // another program has renewed the index key: all of it is made anew
		return nil
	}
	return collections.SetMeta(db, blockingState, next)
}

// empty takes away what was made otherwise, some rows at a time, and begins.
func (b *backfill) empty(by string) error {
	for _, statement := range []string{
		`DELETE FROM blocking_keys WHERE key<=(SELECT MAX(key) FROM
			(SELECT key FROM blocking_keys WHERE key>=-9223372036854775808 ORDER BY key LIMIT 10000))`,
		`DELETE FROM blocking_of WHERE who<=(SELECT MAX(who) FROM (SELECT who FROM blocking_of WHERE who>'' ORDER BY who LIMIT 2000))`,
	} {
		for left := int64(1); left > 0; {
			err := b.write(func(db collections.DB) error {
				gone, err := db.Exec(statement)
				if err == nil {
					left, err = gone.RowsAffected()
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("empty blocking keys: %w", err)
			}
		}
	}
	return b.write(func(db collections.DB) error {
		for _, table := range []string{"blocking_full", "blocking_gone"} {
			if _, err := db.Exec(`DELETE FROM ` + table); err != nil {
				return fmt.Errorf("empty %s: %w", table, err)
			}
		}
		return collections.SetMeta(db, blockingState, by+afterMark)
	})
}
