package ingest

import (
	"encoding/json"
	"fmt"
)

// receipt keeps what arrived and says what came of it.
func (s *storing) receipt() (Receipt, error) {
	rec := &s.d.rec
	r := Receipt{
		Seq: s.d.op.Seq, ID: rec.ID, Status: Stored, Rev: rec.Rev, Area: rec.Area, AreaMethod: rec.AreaMethod, ReviewState: rec.ReviewState,
		Household: s.registered.household, Persons: s.registered.persons, Issues: rec.Issues, Conflicts: s.conflicts,
	}
	if len(s.conflicts) > 0 {
		r.Status = Conflict
	}
	for _, p := range s.pairs {
		r.Duplicates = append(r.Duplicates, DuplicateNote{ID: p.ID, Kind: p.Kind, Rule: p.Rule})
	}
	_, err := s.keep(r, kept{outcome: r.Status, collection: s.table(), record: rec.ID, area: rec.Area, rev: rec.Rev})
	return r, err
}

func decodeOperation(raw string) (Operation, error) {
	var op Operation
	if err := json.Unmarshal([]byte(raw), &op); err != nil {
		return op, fmt.Errorf("kept operation: %w", err)
	}
	op.Raw = []byte(raw)
	return op, nil
}
