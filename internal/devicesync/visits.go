package devicesync

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/xform"
)

// damaged is the Op of what cannot be opened: the tablet is told nothing of it, and keeps what it has.
const damaged = ""

// anywhere ends the place of a record that is noted as damaged because it, or a row of one of its repeats, is.
const anywhere = "/"

// unreadable reports whether a row, or one below it, did not open when it was read last.
func (p *puller) unreadable(collection, id string) bool {
	return collections.IsDamaged(p.db, collection, id) || collections.IsDamaged(p.db, collection, id+anywhere)
}

func (p *puller) loadVisits(collection string, wanted map[string]int, into []change) error {
	if _, ok := p.library.ByTable(collection); !ok {
		return nil
	}
	versions, err := p.versions(collection, wanted, into)
	if err != nil {
		return err
	}
	said, err := p.said(slices.Collect(maps.Keys(versions)))
	if err != nil {
		return err
	}
	for id, version := range versions {
		in, ok := p.library.ForRecord(collection, version)
		if !ok {
			continue
		}
		ch := &into[wanted[id]]
		ch.op, ch.read = collections.Upsert, func(ch *change) error { return p.readVisit(in, ch, said[id]) }
	}
	return nil
}

// readVisit reads the data of a visit; one that went meanwhile becomes a leave.
func (p *puller) readVisit(in *instrument.Instrument, ch *change, said remark) error {
	data, rev, err := p.visit(in, ch.id, said)
	p.db.Keys().NoteDamage(collections.SealedAt(ch.collection, ch.id)+anywhere, err)
	switch {
	case collections.Damaged(err):
		ch.op = damaged
	case err != nil:
		return fmt.Errorf("pull %s: %s: %w", ch.collection, ch.id, err)
	case data == nil:
		ch.op = collections.Leave
	default:
		ch.found(data, rev)
	}
	return nil
}

// versions returns, by the id of each wanted record that is there and the worker's, the version of the form that it was filled in with.
func (p *puller) versions(collection string, wanted map[string]int, of []change) (map[string]string, error) {
	found, args := lookUp(wanted, of)
	versions := map[string]string{}
	query := `SELECT id, form_version FROM "` + collection + `" WHERE ` + found + ` AND +worker=?`
	return versions, collections.Each(p.db, query, append(args, p.actor.ID), func(rows *sql.Rows) error {
		var id, version string
		err := rows.Scan(&id, &version)
		if _, ok := wanted[id]; ok { // else another row has the number now
			versions[id] = version
		}
		return err
	})
}

// remark is the newest review of a record, its comment sealed as in the table.
type remark struct{ review, at, comment, sealed string }

// said returns the newest review of each record that has one, by the id of the record.
func (p *puller) said(records []string) (map[string]remark, error) {
	newest := map[string]remark{}
	return newest, collections.Each(p.db, `SELECT record, id, created, comment, sealed FROM reviews
		WHERE record IN (SELECT value FROM json_each(?))`, []any{collections.JSONList(records)}, func(rows *sql.Rows) error {
		var record string
		var one remark
		err := rows.Scan(&record, &one.review, &one.at, &one.comment, &one.sealed)
		if before := newest[record]; cmp.Or(cmp.Compare(one.at, before.at), cmp.Compare(one.review, before.review)) > 0 {
			newest[record] = one
		}
		return err
	})
}

// visit is one of the worker's own records, with what the supervisor said of it last.
func (p *puller) visit(in *instrument.Instrument, id string, said remark) ([]byte, int64, error) {
	rec, root, found, err := in.Layout.Find(p.db, id)
	if err != nil || !found || rec.Worker != p.actor.ID {
		return nil, 0, err
	}
	answers, err := xform.ToJSON(in.Form, root)
	if err != nil {
		return nil, 0, err
	}
	comment := map[string]*string{"comment": &said.comment}
	if err := collections.Fill(p.db, collections.Reviews, said.review, said.sealed, comment); err != nil {
		return nil, 0, err
	}
	rest, err := json.Marshal(map[string]any{
		"form": rec.Form, "version": rec.FormVersion, "campaign": rec.Campaign, "household": rec.Household, "person": rec.Person,
		"area": rec.Area, "outcome": rec.Outcome,
		"review_state": rec.ReviewState, "comment": said.comment, "issues": rec.Issues, "received_at": rec.ReceivedAt,
	})
	if err != nil {
		return nil, 0, err
	}
	return slices.Concat([]byte(`{"answers":`), answers, []byte(`,`), rest[1:]), rec.Rev, nil
}
