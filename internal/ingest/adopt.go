package ingest

import (
	"database/sql"
	"fmt"
	"time"

	"doorstep/collections"
)

// adoptFiles gives the files and the paradata that came with a quarantined submission to the record that it became.
func adoptFiles(db collections.DB, submission, instance string, r Receipt, now time.Time) error {
	if r.Status == Quarantined {
		return nil
	}
	own, err := ownerOf(db, r.ID)
	if err != nil {
		return err
	}
	for _, held := range []string{instance, submission} {
		if err := own.adopt(db, held, now); err != nil {
			return err
		}
	}
	if instance == own.record {
		if _, err := db.Exec(`UPDATE attachments SET collection=?, area=? WHERE record=?`, own.collection, own.area, own.record); err != nil {
			return fmt.Errorf("adopt files of %s: %w", instance, err)
		}
	}
	return own.recount(db)
}

// adopt takes over the files and the paradata that were kept under another id.
func (own owner) adopt(db collections.DB, held string, now time.Time) error {
	if _, err := db.Exec(`UPDATE paradata SET collection=?, record=?, area=? WHERE instance=?`,
		own.collection, own.record, own.area, held); err != nil {
		return fmt.Errorf("adopt paradata of %s: %w", held, err)
	}
	if held == own.record {
		return nil
	}
	files, err := filesOf(db, held)
	if err != nil {
		return err
	}
	for id, f := range files {
		if _, err := saveFile(db, own, f, now); err != nil {
			return err
		}
		if _, err := db.Exec(`DELETE FROM attachments WHERE id=?`, id); err != nil {
			return fmt.Errorf("adopt files of %s: %w", held, err)
		}
	}
	if _, err := db.Exec(`UPDATE OR IGNORE attachments SET record=?, collection=?, area=? WHERE record=?`,
		own.record, own.collection, own.area, held); err != nil {
		return fmt.Errorf("adopt files of %s: %w", held, err)
	}
	return nil
}

// filesOf are the files of a record by the ids of their rows, without those whose names are damaged.
func filesOf(db collections.DB, record string) (map[string]File, error) {
	files := map[string]File{}
	err := collections.Each(db, `SELECT id, name, sha256, size, mime, state, sealed FROM attachments
		WHERE record=? AND replaced=FALSE`, []any{record}, func(rows *sql.Rows) error {
		var f File
		var id, state, sealed string
		if err := rows.Scan(&id, &f.Name, &f.SHA256, &f.Size, &f.MIME, &state, &sealed); err != nil {
			return err
		}
		opened, whole, err := collections.OpenWhole(db, collections.Attachments, id, sealed)
		if err != nil || !whole {
			return err // nobody knows what it is called: the row goes to the record as it is
		}
		opened.Fill("name", &f.Name)
		f.Here, f.Suspect = state != fileDeclared, state == fileQuarantined
		files[id] = f
		return err
	})
	return files, err
}
