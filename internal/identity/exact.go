package identity

import (
	"database/sql"
	"fmt"

	"doorstep/collections"
)

// Known is where somebody is recorded, and no more.
type Known struct{ ID, Area, Household string }

// FindExact finds who has this valid document number, or where that is "", this name and birth date. Those who were
// merged into another are left out.
func FindExact(db collections.DB, idKey, name, birthDate string) ([]Known, error) {
	query, args := `id_key=? AND id_key!=''`, []any{collections.IndexOf(db, collections.Persons, "id_key", idKey)}
	if idKey == "" {
		query, args = `birth_date=? AND name_key=? AND name_key!='' AND birth_date!=''`,
			[]any{birthDate, collections.IndexOf(db, collections.Persons, "name_key", NameKey(name))}
	}
	found, err := collections.All(db, `SELECT id, area, household FROM persons
		WHERE merged_into='' AND `+query+` ORDER BY id`, args, func(rows *sql.Rows, k *Known) error {
		return rows.Scan(&k.ID, &k.Area, &k.Household)
	})
	if err != nil {
		return nil, fmt.Errorf("find a person: %w", err)
	}
	return found, nil
}
