package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/linkage"
)

// blockingVersion is raised when keys are made otherwise than before; every person is then filled in anew.
const blockingVersion = "1"

func (p Person) said() linkage.Said {
	return linkage.Said{Name: p.Name, Sex: p.Sex, Birth: p.BirthDate, Number: p.IDNumber, Phone: p.Phone, House: p.Household, Area: p.Area}
}

// blockingKey is one key of a person: the database has the hash alone, which nobody makes without the index key.
type blockingKey struct {
	hash int64
	kind string
}

func blockingKeys(db collections.DB, p Person) ([]blockingKey, error) {
	texts, err := p.said().Keys()
	if err != nil {
		return nil, fmt.Errorf("keys of a person: %w", err)
	}
	keys := make([]blockingKey, len(texts))
	for i, text := range texts {
		keys[i] = blockingKey{hashed(db, text), text[:1]}
	}
	return keys, nil
}

// block writes the keys of somebody new.
func block(db collections.DB, p Person) error {
	keys, err := blockingKeys(db, p)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := db.Exec(`INSERT INTO blocking_keys (key, who) VALUES (?, ?) ON CONFLICT DO NOTHING`, k.hash, p.ID); err != nil {
			return fmt.Errorf("key of %s: %w", p.ID, err)
		}
	}
	return nil
}

// blockAgain writes the keys of somebody who has changed.
func blockAgain(db collections.DB, before, after Person) error {
	if before.said() == after.said() {
		return nil
	}
	if _, err := db.Exec(`DELETE FROM blocking_keys WHERE who=?`, before.ID); err != nil {
		return fmt.Errorf("keys of %s: %w", before.ID, err)
	}
	after.ID = before.ID
	return block(db, after)
}

// BlockAgain writes the keys of a person as they stand in the database, whoever wrote them there.
func BlockAgain(db collections.DB, id string) error {
	found, err := persons(db, `id=?`, id)
	if err != nil || len(found) == 0 || found[0].Damaged || found[0].Erased {
		return err
	}
	return blockAgain(db, Person{ID: id}, found[0])
}

// Meta keys: of the register as it is blocked, "version index-key done" or "version index-key after ID".
const blockingState = "blocking.state"

// personsAtOnce is how many persons one transaction fills in; tablets wait no longer than for these.
const personsAtOnce = 200

// Backfill writes the keys of everybody who has none: of a register from before there were any, or after the index key or
// the making of keys has changed. It goes on while the server works, gives way to others, and where it was stopped it
// begins again. show is told how many persons were looked at.
func Backfill(ctx context.Context, app core.App, show func(persons int)) error {
	for n := 0; ; {
		begun, some := time.Now(), 0
		err := collections.Write(ctx, app, func(db collections.DB) (err error) {
			some, err = backfillPage(db)
			return err
		})
		if n += some; err != nil || some == 0 {
			return err
		}
		show(n)
		select {
		case <-time.After(time.Since(begun)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// backfillPage fills in the next persons; 0 when everybody has their keys.
func backfillPage(db collections.DB) (int, error) {
	now := blockingVersion + " "
	if keys := db.Keys(); keys != nil {
		now += keys.IndexID()
	}
	state, err := collections.MetaValue(db, blockingState)
	if err != nil || state == now+" done" {
		return 0, err
	}
	after, begun := strings.CutPrefix(state, now+" after ")
	if !begun {
		after = ""
		for _, table := range []string{"blocking_keys", "blocking_full"} {
			if _, err := db.Exec(`DELETE FROM ` + table); err != nil {
				return 0, fmt.Errorf("empty %s: %w", table, err)
			}
		}
	}
	page, err := personsUpTo(db, personsAtOnce, `id>? ORDER BY id LIMIT 200`, after)
	if err != nil {
		return 0, err
	}
	next := now + " done"
	for _, p := range page {
		next = now + " after " + p.ID
		if p.Damaged || p.Erased {
			continue
		}
		if err := block(db, p); err != nil {
			return 0, err
		}
	}
	return len(page), collections.SetMeta(db, blockingState, next)
}

// fullKey is how many people have a key before it tells nothing: they are not opened, and the key is reported.
const fullKey = 60

// mostOpened bounds how many people are compared with a new one, those with the most keys in common first.
const mostOpened = 40

// blocked finds who shares keys with somebody.
func blocked(db collections.DB, p Person, now time.Time) ([]string, error) {
	keys, err := blockingKeys(db, p)
	if err != nil {
		return nil, err
	}
	common, order := map[string]int{}, []string(nil)
	for _, k := range keys {
		var ids []string
		err := collections.Each(db, `SELECT who FROM blocking_keys WHERE key=? LIMIT ?`, []any{k.hash, fullKey + 1}, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look up a key: %w", err)
		}
		if len(ids) > fullKey {
			if _, err := db.Exec(`INSERT INTO blocking_full (key, kind, noted) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, k.hash, k.kind, collections.Stamp(now)); err != nil {
				return nil, fmt.Errorf("note a full key: %w", err)
			}
			continue
		}
		for _, id := range ids {
			if common[id] == 0 {
				order = append(order, id)
			}
			common[id]++
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return common[b] - common[a] })
	order = slices.DeleteFunc(order, func(id string) bool { return id == p.ID })
	return order[:min(len(order), mostOpened)], nil
}
