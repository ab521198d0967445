package ingest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// MandatoryReport is the issue that must be acted on at once, whatever the review state (Law on the Protection of
// Minors, article 11).
const MandatoryReport = "report.mandatory"

// history declares the attachments and closes the task that asked for this correction.
func (s *settling) history() error {
	own := owner{s.table(), s.d.op.ID, s.d.rec.Area, s.d.rec.Worker}
	for _, f := range s.d.op.Files {
		if err := saveFile(s.db, own, f, s.now); err != nil {
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

func (s *settling) table() string { return s.d.form.Layout.Main().Name }

// duplicates records the candidate pairs that this record makes, in the transaction that found them.
func (s *settling) duplicates() error {
	for i, f := range s.found {
		if err := s.personPair(s.d.people[i], f); err != nil {
			return err
		}
	}
	if o := s.d.rec.Outcome; o != "" && !strings.HasPrefix(o, "1") {
		return nil // a visit that met nobody is an attempt, not a duplicate
	}
	if s.d.rec.Person != "" {
		return s.secondRecord("person", s.d.rec.Person, identity.SecondSurvey)
	}
	if s.known && s.d.rec.Household != "" && !s.personal() {
		return s.secondRecord("household", s.d.rec.Household, identity.SecondVisit)
	}
	return nil
}

// personal tells whether records of this form are about one person rather than a household.
func (s *settling) personal() bool {
	return slices.ContainsFunc(s.d.form.Entities, func(e instrument.Entity) bool { return e.Decl.List == collections.Persons && e.Table.Repeat == nil })
}

// personPair looks for another row of the campaign about the same person. Whoever the client named may be met again in
// the same household; in another one it is a second record, whichever of the two came first.
func (s *settling) personPair(p personDraft, f identity.Found) error {
	if f.Clash != nil {
		return s.pair(*f.Clash)
	}
	if f.New || p.node == s.d.inst.Root {
		return nil // nobody knew them, or a record about one person: secondRecord looks at that
	}
	rule, household := f.Rule, ""
	if rule == "" {
		rule, household = identity.SecondRecord, s.d.rec.Household
	}
	var row, area string
	found, err := collections.One(s.db, `SELECT r.id, r.area FROM "`+p.table+`" r JOIN "`+s.table()+`" v ON v.id=r.visit
		WHERE r.person=? AND v.campaign=? AND r.visit!=? AND (?='' OR v.household!=?) ORDER BY r.created, r.id`,
		[]any{f.ID, s.d.rec.Campaign, s.d.op.ID, household, household}, &row, &area)
	if err != nil || !found {
		return err
	}
	return s.pair(identity.Pair{Kind: identity.KindPerson, Rule: rule, Collection: p.table, A: row, B: p.row, AreaA: area, AreaB: s.d.rec.Area, Score: 1, Evidence: identity.Explain(f.Against, p.said)})
}

// secondRecord pairs this record with the first of its campaign about the same person or household where somebody was
// met.
func (s *settling) secondRecord(column, value, rule string) error {
	var first, area string
	found, err := collections.One(s.db, `SELECT id, area FROM "`+s.table()+`" WHERE `+column+`=? AND campaign=? AND id!=? AND (outcome='' OR outcome LIKE '1%') ORDER BY created, id`,
		[]any{value, s.d.rec.Campaign, s.d.op.ID}, &first, &area)
	if err != nil || !found {
		return err
	}
	return s.pair(identity.Pair{
		Kind: identity.KindVisit, Rule: rule, Collection: s.table(), A: first, B: s.d.op.ID, AreaA: area, AreaB: s.d.rec.Area, Score: 1,
		Evidence: []identity.Evidence{{Field: column, Level: "equal"}, {Field: "campaign", Level: "equal"}},
	})
}

// pair records a pair. A correction tells only of those that are new.
func (s *settling) pair(p identity.Pair) error {
	fresh, err := p.Record(s.db, s.now)
	if err != nil {
		return err
	}
	if fresh || !s.exists {
		s.pairs = append(s.pairs, p)
	}
	return nil
}

// announce tells the worker's tablets.
func (s *settling) announce() error {
	return collections.Announce(s.db, s.table(), s.d.op.ID, collections.ToWorker(s.d.rec.Worker), collections.Upsert, s.d.rec.Rev, s.now)
}

// report opens an urgent follow-up for the territory's supervisors and queues the notice, once per record.
func (s *settling) report() error {
	if !slices.ContainsFunc(s.d.issues, func(i survey.Issue) bool { return i.Code == MandatoryReport }) {
		return nil
	}
	var already string
	found, err := collections.One(s.db, `SELECT id FROM tasks WHERE record=? AND kind='follow_up' LIMIT 1`, []any{s.d.op.ID}, &already)
	if err != nil || found {
		return err
	}
	id, err := collections.NewID()
	if err != nil {
		return err
	}
	at := collections.Stamp(s.now)
	if err := collections.Insert(s.db, collections.Tasks, collections.Row{
		{Column: "id", Value: id}, {Column: "kind", Value: "follow_up"}, {Column: "priority", Value: "urgent"}, {Column: "title", Value: "强制报告 · mandatory report"},
		{Column: "household", Value: s.d.rec.Household}, {Column: "collection", Value: s.table()}, {Column: "record", Value: s.d.op.ID}, {Column: "form", Value: s.d.rec.Form}, {Column: "area", Value: s.d.rec.Area},
		{Column: "status", Value: "open"}, {Column: "rev", Value: 1}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	}); err != nil {
		return err
	}
	return collections.Enqueue(s.db, MandatoryReport, s.d.op.ID, map[string]string{"collection": s.table(), "record": s.d.op.ID, "area": s.d.rec.Area, "task": id}, s.now)
}

// receipt keeps what arrived and says what came of it.
func (s *settling) receipt() (Receipt, error) {
	rec := &s.d.rec
	r := Receipt{
		Seq: s.d.op.Seq, ID: rec.ID, Status: Stored, Rev: rec.Rev, Area: rec.Area, AreaMethod: rec.AreaMethod, ReviewState: rec.ReviewState,
		Household: rec.Household, Issues: rec.Issues, Conflicts: s.conflicts,
	}
	if len(s.conflicts) > 0 {
		r.Status = Conflict
	}
	for _, f := range s.found {
		r.Persons = append(r.Persons, f.ID)
	}
	for _, p := range s.pairs {
		r.Duplicates = append(r.Duplicates, DuplicateNote{ID: p.ID, Kind: p.Kind, Rule: p.Rule})
	}
	_, err := keep(s.db, s.sender, s.d, r, kept{outcome: r.Status, collection: s.table(), record: rec.ID, area: rec.Area, rev: rec.Rev}, s.now)
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
