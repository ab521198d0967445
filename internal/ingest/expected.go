package ingest

import (
	"database/sql"
	"slices"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// files declares the attachments and closes the task that asked for this correction.
func (s *storing) files() error {
	own := owner{s.table(), s.d.op.ID, s.d.rec.Area, s.d.rec.Worker}
	for _, f := range s.d.op.Files {
		r, err := saveFile(s.db, own, f, s.now)
		if err == nil && r.before != "" && s.exists {
			err = s.edits().keep(r.difference(), kindCorrection, statusDone)
		}
		if err != nil {
			return err
		}
	}
	if s.exists {
		if err := s.withdraw(); err != nil {
			return err
		}
	}
	if len(s.d.op.Files) > 0 || s.exists {
		if err := own.recount(s.db); err != nil {
			return err
		}
	}
	if !s.exists {
		return nil
	}
	return collections.CloseCorrections(s.db, s.d.op.ID, "done", s.now)
}

// withdraw stops waiting for the files that never came and that no answer names any more.
func (s *storing) withdraw() error {
	wanted := map[string]bool{}
	for _, name := range fileNames(nil, s.d.inst.Root, s.d.form.Form.Root) {
		wanted[name] = true
	}
	for _, f := range s.d.op.Files {
		wanted[f.Name] = true
	}
	var gone []string
	err := collections.Each(s.db, `SELECT id, name, sealed FROM attachments
		WHERE record=? AND state='declared'`, []any{s.d.op.ID}, func(rows *sql.Rows) error {
		var id, name, sealed string
		if err := rows.Scan(&id, &name, &sealed); err != nil {
			return err
		}
		opened, whole, err := collections.OpenWhole(s.db, collections.Attachments, id, sealed)
		if err != nil || !whole {
			return err // nobody knows what is waited for: it stays
		}
		if opened.Fill("name", &name); !wanted[FileName(name)] {
			gone = append(gone, id)
		}
		return nil
	})
	for _, id := range gone {
		if err == nil {
			err = collections.Update(s.db, collections.Attachments, id, collections.Row{{Column: "state", Value: fileWithdrawn},
				{Column: "updated", Value: collections.Stamp(s.now)}})
		}
	}
	return err
}

// expectFiles declares the files that the answers name and that did not come along.
func (d *prepared) expectFiles() {
	for _, name := range fileNames(nil, d.inst.Root, d.form.Form.Root) {
		if !slices.ContainsFunc(d.op.Files, func(f File) bool { return f.Name == name }) {
			d.op.Files = append(d.op.Files, File{Name: name})
		}
	}
}

func fileNames(names []string, node *survey.Node, q *survey.Question) []string {
	for _, c := range q.Children {
		for _, n := range node.Children {
			if n.Kind != survey.Element || n.Name != c.Name {
				continue
			}
			switch c.Kind {
			case survey.KindGroup, survey.KindRepeat:
				names = fileNames(names, n, c)
			case survey.KindFile:
				if name := FileName(n.Value()); name != "" {
					names = append(names, name)
				}
			}
		}
	}
	return names
}
