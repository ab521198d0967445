package collections_test

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

func TestDataIsSyncedToDiskAtEveryCommit(t *testing.T) {
	app := testapp.New(t)
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		var mode int
		if _, err := collections.One(db, `PRAGMA synchronous`, nil, &mode); err != nil {
			return err
		}
		if mode != 2 {
			t.Errorf("synchronous=%d, want 2 (FULL)", mode)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteRollsBackWhole(t *testing.T) {
	app := testapp.New(t)
	boom := errors.New("boom")
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		if err := collections.SetMeta(db, "half", "done"); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
	if v, err := collections.MetaValue(collections.Read(app.TestApp), "half"); err != nil || v != "" {
		t.Errorf("a failed transaction left %q (%v)", v, err)
	}
}

// Many writers at once take turns: no deadlock between preparing statements and using them, no lost number.
func TestWritersTakeTurns(t *testing.T) {
	app := testapp.New(t)
	const writers, each = 8, 20
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
					return collections.Announce(db, collections.RevisionOf("things", fmt.Sprintf("%d-%d", w, i), 1), "*", collections.Upsert, time.Now())
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	var rows, distinct int
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*), COUNT(DISTINCT seq) FROM changes WHERE collection='things'`, nil, &rows, &distinct); err != nil {
		t.Fatal(err)
	}
	if rows != writers*each || distinct != rows {
		t.Errorf("%d rows, %d numbers, want %d of each", rows, distinct, writers*each)
	}
}

// A record has one row per target, with its latest number; a move leaves a leave behind, before the upsert.
func TestFeedKeepsOneRowPerTarget(t *testing.T) {
	app := testapp.New(t)
	now := time.Now()
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		return errors.Join(
			collections.Announce(db, collections.RevisionOf("households", "h1", 1), "990101", collections.Upsert, now),
			collections.Announce(db, collections.RevisionOf("households", "h1", 2), "990101", collections.Upsert, now),
			collections.Moved(db, collections.RevisionOf("households", "h1", 3), "990101", "990102", now),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = collections.Each(collections.Read(app.TestApp), `SELECT target, op, record_rev FROM changes WHERE record='h1' ORDER BY seq`, nil, func(rows *sql.Rows) error {
		var target, op string
		var rev int
		err := rows.Scan(&target, &op, &rev)
		got = append(got, fmt.Sprint(target, " ", op, " ", rev))
		return err
	})
	if err != nil || len(got) != 2 || got[0] != "990101 leave 3" || got[1] != "990102 upsert 3" {
		t.Errorf("feed %v (%v)", got, err)
	}
}

func TestFromNeedsATransaction(t *testing.T) {
	app := testapp.New(t)
	if _, err := collections.From(app.TestApp); err == nil {
		t.Error("From outside a transaction succeeded")
	}
	err := app.RunInTransaction(func(tx core.App) error {
		db, err := collections.From(tx)
		if err != nil {
			return err
		}
		return collections.SetMeta(db, "a ? b", "what? — 问?")
	})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := collections.MetaValue(collections.Read(app.TestApp), "a ? b"); err != nil || v != "what? — 问?" {
		t.Errorf("got %q (%v)", v, err)
	}
}
