package collections

import (
	"fmt"

	"github.com/google/uuid"
)

// GridSuffix is the meta key of the city's own pattern for what follows the 12 digits of a community in a grid's code;
// no value is three digits.
const GridSuffix = "grid_suffix"

// KnownDivisions is the meta key of the first digits of citizen numbers that are expected in this installation although
// no province has them, with blanks between.
const KnownDivisions = "known_divisions"

// MetaValue reads a value of this installation; "" when it was never set.
func MetaValue(db DB, key string) (string, error) {
	var v string
	_, err := One(db, `SELECT value FROM meta WHERE "key"=?`, []any{key}, &v)
	return v, err
}

// SetMeta writes a value of this installation.
func SetMeta(db DB, key, value string) error {
	_, err := db.Exec(`INSERT INTO meta ("key", value) VALUES (?, ?) ON CONFLICT ("key") DO UPDATE SET value=excluded.value`, key, value)
	if err != nil {
		return fmt.Errorf("set meta %s: %w", key, err)
	}
	return nil
}

// NewID returns a new version 7 UUID. It cannot fail: crypto/rand never does, since Go 1.24.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
