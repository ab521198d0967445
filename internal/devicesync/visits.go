package devicesync

import (
	"encoding/json"
	"fmt"

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
	for id, i := range wanted {
		var version string
		found, err := collections.One(p.db, `SELECT form_version FROM "`+collection+`" WHERE id=?`, []any{id}, &version)
		if err != nil {
			return err
		}
		in, ok := p.library.ForRecord(collection, version)
		if !found || !ok {
			continue
		}
		data, rev, err := p.visit(in, id)
		p.db.Keys().NoteDamage(collections.SealedAt(collection, id)+anywhere, err)
		if collections.Damaged(err) {
			into[i].Op = damaged
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if data != nil {
			into[i].found(data, rev)
		}
	}
	return nil
}

// visit is one of the worker's own records, with what the supervisor said of it last.
func (p *puller) visit(in *instrument.Instrument, id string) ([]byte, int64, error) {
	rec, root, found, err := in.Layout.Find(p.db, id)
	if err != nil || !found || rec.Worker != p.actor.ID {
		return nil, 0, err
	}
	answers, err := xform.ToJSON(in.Form, root)
	if err != nil {
		return nil, 0, err
	}
	var review, comment, sealed string
	if _, err := collections.One(p.db, `SELECT id, comment, sealed FROM reviews WHERE record=? ORDER BY created DESC, id DESC`, []any{id},
		&review, &comment, &sealed); err != nil {
		return nil, 0, err
	}
	opened, _, err := collections.OpenWhole(p.db, collections.Reviews, review, sealed)
	if err != nil {
		return nil, 0, err
	}
	opened.Fill("comment", &comment)
	data, err := json.Marshal(map[string]any{
		"form": rec.Form, "version": rec.FormVersion, "campaign": rec.Campaign, "household": rec.Household, "person": rec.Person,
		"area": rec.Area, "outcome": rec.Outcome,
		"review_state": rec.ReviewState, "comment": comment, "issues": rec.Issues, "received_at": rec.ReceivedAt,
		"answers": json.RawMessage(answers),
	})
	return data, rec.Rev, err
}
