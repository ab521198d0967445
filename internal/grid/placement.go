package grid

import (
	"encoding/json"
	"fmt"
	"strings"

	"doorstep/collections"
)

// Keep stores why a record lies where it does, where that is not plain; fresh is a record that nothing was stored of before.
func Keep(db collections.DB, record string, a Assignment, fresh bool) error {
	if a.plain() {
		if fresh {
			return nil
		}
		_, err := db.Exec(`DELETE FROM placements WHERE record=?`, record)
		return err
	}
	why, err := json.Marshal(a.Why)
	if err != nil {
		return err
	}
	_, err = db.Exec(`INSERT INTO placements (record, why) VALUES (?,?) ON CONFLICT DO UPDATE SET why=excluded.why`, record, string(why))
	return err
}

// WhyOf reads why a record lies where it does; stored is false where the method says all.
func WhyOf(db collections.DB, record string, m Method) (why Why, stored bool, err error) {
	var text string
	stored, err = collections.One(db, `SELECT why FROM placements WHERE record=?`, []any{record}, &text)
	if err != nil || !stored {
		return Why{Reasons: plainReasons[m], Candidates: []Candidate{}}, false, err
	}
	if err := json.Unmarshal([]byte(text), &why); err != nil {
		return why, false, fmt.Errorf("why %s lies where it does: %w", record, err)
	}
	return why, true, nil
}

// plainReasons are those of records that were placed before reasons were stored, or plainly.
var plainReasons = map[Method][]string{
	ByGPS: {PointClear}, ByGPSNear: {Beside}, ByHouseCode: {agrees(ByHouseCode)}, ByHousehold: {agrees(ByHousehold)},
	ByWorkerGrid: {agrees(ByWorkerGrid)},
	ByHand:       {SaidByHand}, "import": {Listed}, Unassigned: {Nothing},
}

// HouseArea is the area of a house code by the city's own table; "" for one that it does not name.
func HouseArea(db collections.DB, code string) (area string, err error) {
	if code = strings.TrimSpace(code); code == "" {
		return "", nil
	}
	_, err = collections.One(db, `SELECT area FROM house_codes WHERE code=?`, []any{code}, &area)
	return area, err
}
