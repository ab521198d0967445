package collections

import "time"

// CloseCorrections ends the open correction tasks of a record, as done or cancelled, and tells their workers.
func CloseCorrections(db DB, record, status string, now time.Time) error {
	for {
		var id, assignee string
		var rev int64
		found, err := One(db, `SELECT id, assignee, rev FROM tasks WHERE record=? AND kind='correct' AND status='open' LIMIT 1`, []any{record},
			&id, &assignee, &rev)
		if err != nil || !found {
			return err
		}
		if err := Update(db, Tasks, id, Row{{"status", status}, {"rev", rev + 1}, {"updated", Stamp(now)}}); err != nil {
			return err
		}
		if err := Announce(db, RevisionOf(Tasks, id, rev+1), ToWorker(assignee), Upsert, now); err != nil {
			return err
		}
	}
}
