package devicesync

import (
	"fmt"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
)

// RememberTerritory keeps a territory that a worker gives up, with the end of the feed at that moment, so that a tablet
// which comes from it later can be told what left. It belongs into the transaction of the change.
func RememberTerritory(db collections.DB, worker string, territory []string, now time.Time) error {
	id, at := collections.NewID(), collections.Stamp(now)
	_, err := db.Exec(`INSERT INTO former_territories (id, worker, scope, territory, seq, created, updated)
		VALUES (?, ?, ?, ?, (SELECT COALESCE(MAX(seq),0) FROM changes), ?, ?)
		ON CONFLICT (worker, scope) DO UPDATE SET seq=excluded.seq, updated=excluded.updated`, id, worker, ScopeKey(territory),
		collections.JSONList(territory), at, at)
	if err != nil {
		return fmt.Errorf("remember territory of %s: %w", worker, err)
	}
	return nil
}

// MoveTablets puts the tablets of a worker, and the tokens of their apps, where the worker is now, so that whoever manages the worker
// shuts them out.
func MoveTablets(db collections.DB, worker, area string) error {
	for _, table := range []string{collections.Devices, collections.AppTokens} {
		if _, err := db.Exec(`UPDATE `+table+` SET area=? WHERE worker=?`, area, worker); err != nil {
			return fmt.Errorf("tablets of %s: %w", worker, err)
		}
	}
	return nil
}

// former is a territory that a worker once had, and the end of the feed when it was given up.
type former struct {
	territory []string
	until     int64
}

func formerTerritory(db collections.DB, worker, scope string) (former, bool, error) {
	var codes string
	var f former
	found, err := collections.One(db, `SELECT territory, seq FROM former_territories WHERE worker=? AND scope=?`, []any{worker, scope},
		&codes, &f.until)
	f.territory = access.ParseTerritory(codes)
	return f, found, err
}
