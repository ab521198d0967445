package ingest

import (
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/problem"
)

// handOver keeps a change to a record that is not the sender's to change. It waits with the supervisors of the place
// where the record lies now, who may release it in their own name. The code tells whether the sender once had the
// record, because then it is work that the change of a territory must not cost.
func (s *storing) handOver(collection, area string) (Receipt, error) {
	had, err := hadOnce(s.db, s.sender.Actor, collection, s.d.op.ID, area)
	if err != nil {
		return Receipt{}, err
	}
	if had {
		return s.quarantineIn(problem.HandedOver, area)
	}
	return s.quarantineIn(problem.OutOfScope, area)
}

// hadOnce reports whether a record was in the scope of a worker: the feed told them of it, or it lies or lay where they work
// or worked.
func hadOnce(db collections.DB, actor access.Actor, collection, record, area string) (bool, error) {
	places, err := collections.Column[string](db, `SELECT target FROM changes WHERE record=? AND collection=?`, record, collection)
	if err != nil {
		return false, err
	}
	territory := slices.Clone(actor.Territory)
	err = collections.Each(db, `SELECT territory FROM former_territories WHERE worker=?`, []any{actor.ID}, func(rows *sql.Rows) error {
		var codes string
		err := rows.Scan(&codes)
		territory = append(territory, access.ParseTerritory(codes)...)
		return err
	})
	had := slices.ContainsFunc(append(places, area), func(place string) bool {
		return place == collections.ToWorker(actor.ID) || access.Actor{Territory: territory}.Covers(place)
	})
	return had, err
}
