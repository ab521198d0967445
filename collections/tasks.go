package collections

import (
	"database/sql"
	"time"
)

// CloseCorrections ends the open correction tasks of a record, as done or cancelled, and tells their workers.
func CloseCorrections(db DB, record, status string, now time.Time) error {
	for {
		var t task
		found, err := One(db, `SELECT id, assignee, rev FROM tasks WHERE record=? AND kind='correct' AND status='open' LIMIT 1`, []any{record},
			&t.id, &t.assignee, &t.rev)
		if err != nil || !found {
			return err
		}
		if err := t.become(db, status, now); err != nil {
			return err
		}
	}
}

// oneHousehold is the condition that two households, by their ids, are one by what was said of duplicates.
func oneHousehold(a, b string) string {
	root := func(id string) string {
		return `COALESCE((SELECT NULLIF(h.merged_into,'') FROM households h WHERE h.id=` + id + `),` + id + `)`
	}
	return root(a) + `=` + root(b)
}

// AskedTwice returns the open task that asks for the household of another one in the same campaign, of the same kind, where that one is
// to stay: the one that somebody has, else the older; "" where there is none. Households that were merged are one.
func AskedTwice(db DB, task string) (other string, err error) {
	_, err = One(db, `SELECT o.id FROM tasks t CROSS JOIN tasks o ON o.household IN (SELECT t.household
			UNION SELECT merged_into FROM households WHERE id=t.household AND merged_into!=''
			UNION SELECT id FROM households WHERE merged_into=t.household AND merged_into!=''
			UNION SELECT s.id FROM households h JOIN households s ON s.merged_into=h.merged_into AND s.merged_into!='' WHERE h.id=t.household)
		AND o.campaign=t.campaign AND o.kind=t.kind AND o.record=t.record AND o.person=t.person AND o.status='open' AND o.id!=t.id
		WHERE t.id=? AND t.household!='' AND t.campaign!=''
		AND ((o.assignee!='')>(t.assignee!='') OR (o.assignee!='')=(t.assignee!='') AND (o.created, o.id)<(t.created, t.id))`,
		[]any{task}, &other)
	return other, err
}

// JoinTasks lets each of some households be asked for once, after what was said of duplicates: an open task that another one makes
// superfluous is called off, and asked again when the households of the two are no longer one.
func JoinTasks(db DB, households []string, now time.Time) error {
	list := JSONList(households)
	read := func(rows *sql.Rows, t *task) error { return rows.Scan(&t.id, &t.assignee, &t.rev) }
	apart, err := All(db, `SELECT t.id, t.assignee, t.rev FROM tasks t CROSS JOIN task_joins j ON j.task=t.id
		CROSS JOIN tasks o ON o.id=j.other
		WHERE t.household IN (SELECT value FROM json_each(?)) AND +t.status='cancelled'
		AND NOT (`+oneHousehold(`t.household`, `o.household`)+`)`, []any{list}, read)
	if err != nil {
		return err
	}
	for _, t := range apart {
		if _, err := db.Exec(`DELETE FROM task_joins WHERE task=?`, t.id); err != nil {
			return err
		}
		if err := t.become(db, "open", now); err != nil {
			return err
		}
	}
	open, err := All(db, `SELECT id, assignee, rev FROM tasks WHERE household IN (SELECT value FROM json_each(?)) AND +status='open'
		AND +campaign!=''`, []any{list}, read)
	if err != nil {
		return err
	}
	for _, t := range open {
		other, err := AskedTwice(db, t.id)
		if err != nil {
			return err
		}
		if other == "" {
			continue
		}
		if _, err := db.Exec(`INSERT OR REPLACE INTO task_joins (task, other) VALUES (?,?)`, t.id, other); err != nil {
			return err
		}
		if err := t.become(db, "cancelled", now); err != nil {
			return err
		}
	}
	return nil
}

// task is one whose state changes.
type task struct {
	id, assignee string
	rev          int64
}

// become gives a task another state, and tells its worker.
func (t task) become(db DB, status string, now time.Time) error {
	if err := Update(db, Tasks, t.id, Row{{"status", status}, {"rev", t.rev + 1}, {"updated", Stamp(now)}}); err != nil || t.assignee == "" {
		return err
	}
	return Announce(db, RevisionOf(Tasks, t.id, t.rev+1), ToWorker(t.assignee), Upsert, now)
}
