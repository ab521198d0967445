package identity

import (
	"database/sql"
	"fmt"
	"math"

	"doorstep/collections"
)

// keyKinds are the kinds of blocking keys in words.
var keyKinds = map[string]string{
	"n": "name and year of birth", "d": "surname and day of birth", "g": "given name, sex and community", "p": "phone and surname",
	"h": "household and year of birth", "i": "number and surname",
}

// mostCounted bounds how many full keys are counted.
const mostCounted = 100_000

// FullKeys tells how many keys of each kind have told nothing because too many people have them, by the kind in words. Somebody
// who shares no other key with an earlier record of theirs is not found.
func FullKeys(db collections.DB) (map[string]int, error) {
	full := map[string]int{}
	err := collections.Each(db, `SELECT kind FROM blocking_full
		WHERE key>=? LIMIT ?`, []any{int64(math.MinInt64), mostCounted}, func(rows *sql.Rows) error {
		var kind string
		err := rows.Scan(&kind)
		full[keyKinds[kind]]++
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count full keys: %w", err)
	}
	return full, nil
}
