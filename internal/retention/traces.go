package retention

import (
	"database/sql"
	"fmt"

	"doorstep/collections"
)

// traces removes what is kept beside a record: raw copies, history, paradata, files, candidate pairs, and the words of
// reviews and tasks. That an operation was answered stays known, so that a repetition brings nothing back.
func (e *eraser) traces(record string) error {
	for _, q := range []string{`SELECT sha256 FROM attachments WHERE record=? AND sha256!=''`,
		`SELECT sha256 FROM paradata WHERE record=? AND sha256!=''`} {
		files, err := collections.Column[string](e.db, q, record)
		if err != nil {
			return fmt.Errorf("files of %s: %w", record, err)
		}
		e.files = append(e.files, files...)
	}
	for _, q := range []string{
		`UPDATE submissions SET raw='', sealed='', files='[]', receipt=json_object('seq',seq,'id',record,'status',outcome,'rev',rev)
			WHERE record=?`,
		`UPDATE submissions SET raw='', sealed='', files='[]',
			receipt=json_object('seq',seq,'id',instance,'status',outcome,'code',code) WHERE instance=? AND record=''`,
		`DELETE FROM edits WHERE record=?`,
		`DELETE FROM uploads WHERE sha256 IN (SELECT sha256 FROM attachments WHERE record=?)`,
		`DELETE FROM attachments WHERE record=?`,
		`DELETE FROM paradata WHERE record=?`,
		`DELETE FROM placements WHERE record=?`,
		`DELETE FROM area_job_skips WHERE record=?`,
		`DELETE FROM entity_versions WHERE record=?`,
		`UPDATE reviews SET comment='', sealed='' WHERE record=?`,
	} {
		if _, err := e.db.Exec(q, record); err != nil {
			return fmt.Errorf("traces of %s: %w", record, err)
		}
	}
	if err := e.pairs(record); err != nil {
		return err
	}
	return e.tasks(`record=?`, record)
}

// pairs removes the candidate pairs that a record, a row or a person is in, with their evidence.
func (e *eraser) pairs(id string) error {
	for _, q := range []string{`DELETE FROM duplicates WHERE a=?`, `DELETE FROM duplicates WHERE b=?`} {
		if _, err := e.db.Exec(q, id); err != nil {
			return fmt.Errorf("pairs of %s: %w", id, err)
		}
	}
	return nil
}

// tasks ends what was to be done about somebody who is not known any more, and takes the words out.
func (e *eraser) tasks(where, id string) error {
	type task struct {
		id, assignee string
		rev          int64
	}
	all, err := collections.All(e.db, `SELECT id, assignee, rev FROM tasks WHERE `+where, []any{id}, func(rows *sql.Rows, t *task) error {
		return rows.Scan(&t.id, &t.assignee, &t.rev)
	})
	if err != nil {
		return fmt.Errorf("tasks: %w", err)
	}
	for _, t := range all {
		if _, err := e.db.Exec(`UPDATE tasks SET title='', note='', sealed='', issues='[]',
			status=CASE status WHEN 'open' THEN 'cancelled' ELSE status END, rev=?, updated=? WHERE id=?`, t.rev+1, e.at(), t.id); err != nil {
			return fmt.Errorf("task %s: %w", t.id, err)
		}
		if err := collections.Announce(e.db, collections.RevisionOf(collections.Tasks, t.id, t.rev+1), collections.ToWorker(t.assignee),
			collections.Upsert,
			e.now); err != nil {
			return err
		}
	}
	return nil
}
