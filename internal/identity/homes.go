package identity

import (
	"database/sql"
	"fmt"

	"doorstep/collections"
	"doorstep/collections/territory"
)

// Home is where a household is recorded, and no more.
type Home struct{ ID, Area string }

const mostHomes = 20

// FindHomes finds the households of some areas that have this house code, or where that is "", this address: the oldest first, at most
// 20. Those that were merged into another are left out.
func FindHomes(db collections.DB, places []territory.Range, houseCode, address string) ([]Home, error) {
	among, args := territory.Among(places)
	query := `SELECT h.id, h.area FROM ` + among + ` r CROSS JOIN households h INDEXED BY idx_households_house_code
		WHERE h.house_code=? AND h.house_code!='' AND h.area>=r.lo AND h.area<r.hi`
	args = append(args, collections.IndexOf(db, collections.Households, "house_code", houseCode))
	if houseCode == "" { // an address is looked for in one area after the other, by their index
		query = `SELECT h.id, h.area FROM ` + among + ` r CROSS JOIN areas a CROSS JOIN households h INDEXED BY idx_households_address
			ON h.area=a.code AND h.address_key=? AND h.address_key!='' WHERE a.code>=r.lo AND a.code<r.hi`
		args = append(args[:2*len(places)], collections.IndexOf(db, collections.Households, "address_key", AddressKey(address)))
	}
	homes, err := collections.All(db, query+` AND h.merged_into='' ORDER BY h.created, h.id LIMIT ?`,
		append(args, mostHomes), func(rows *sql.Rows, h *Home) error {
			return rows.Scan(&h.ID, &h.Area)
		})
	if err != nil {
		return nil, fmt.Errorf("find a household: %w", err)
	}
	return homes, nil
}
