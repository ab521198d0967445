package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
)

// Invalid is the refusal of an interactive door: the errors by column. Nothing was stored, and the person at the
// screen can mend it.
type Invalid struct{ Columns map[string]survey.Issue }

func (i *Invalid) Error() string { return fmt.Sprintf("%d answers are not valid", len(i.Columns)) }

// AcceptRecord is the dashboard and REST door: the stages of Accept around saving one record of a survey collection.
// tx must be a transaction, save writes the record. It fails with *Invalid when an answer has an error.
func (intake *Intake) AcceptRecord(ctx context.Context, tx core.App, in *instrument.Instrument, record *core.Record,
	save func() error) error {
	db, err := collections.From(tx)
	if err != nil {
		return err
	}
	before, theirs, exists, err := in.Whole.Find(db, record.Id)
	if err != nil {
		return err
	}
	collector := record.GetString("worker")
	if exists {
		collector = before.Worker
	}
	sender, err := senderOf(db, collector)
	if err != nil {
		return err
	}
	home := sender.Actor.Territory
	if by, ok := record.Get(collections.By).(access.Actor); ok && exists {
		sender.Actor = by // who edits answers for the change
	}
	d, err := preparedOf(in, record, treeOf(in, record, theirs))
	if err != nil {
		return err
	}
	s := begin(db, intake, sender, d)
	s.before, s.exists = before, exists
	if exists {
		if same, err := (revising{s}).byHand(record, theirs); err != nil || same {
			return err
		}
	}
	d.merged, d.keep = exists, validate.LeaveIn // what a reviewer put back stays
	d.check(ctx, intake)
	if invalid := invalidColumns(in.Layout.Main(), d.issues); invalid != nil {
		return invalid
	}
	d.keepRows(before)
	d.place(sender)
	revising{s}.stayPlaced(theirs)
	d.point.WorkerTerritory, d.rec.Campaign = home, record.GetString("campaign")
	d.name()
	if err := s.stages(func() error { return s.saveAs(record, save) }); err != nil {
		return err
	}
	_, err = s.receipt()
	return err
}

// saveAs stores what the door's own record says.
func (s *storing) saveAs(record *core.Record, save func() error) error {
	d := s.d
	d.rec.Device = record.GetString("device")
	if err := setRecord(s.db, d.form, record, &d.rec, d.inst.Root); err != nil {
		return err
	}
	if err := save(); err != nil {
		return err
	}
	return d.form.Whole.ReplaceRows(s.db, &d.rec, d.inst.Root, s.now)
}

// byHand compares a record that somebody edits with what is stored, and reports whether nothing that was said has changed. It
// fails with *Invalid where the edit is of what the server keeps.
func (r revising) byHand(record *core.Record, theirs *survey.Node) (same bool, err error) {
	if err := keptByServer(record, r.before); err != nil {
		return false, err
	}
	whole := r.d.form.Whole
	r.d.issues, r.stored = ofArrival(r.before.Issues), readRow(whole, theirs, r.before.Rows)
	said := readRow(whole, r.d.inst.Root, r.before.Rows)
	r.keepPutBack(putBackIn(whole, r.stored, r.before.Issues), said)
	return said.equal(r.stored) && record.GetString("device") == r.before.Device && record.GetString("campaign") == r.before.Campaign, nil
}

// keepRows lets the rows of a record that is edited in place keep their ids and their persons.
func (d *prepared) keepRows(before *collections.Record) {
	if before == nil {
		return
	}
	d.were = map[*survey.Node]string{}
	for node, link := range before.Rows {
		d.were[node] = link.Person
		d.rec.Rows[node] = collections.RowLink{ID: link.ID}
	}
}

// keptByServer refuses an edit of what the server finds out by itself, or decides in the review.
func keptByServer(record *core.Record, before *collections.Record) error {
	invalid := &Invalid{Columns: map[string]survey.Issue{}}
	for column, stored := range map[string]string{
		"form": before.Form, "form_version": before.FormVersion, "worker": before.Worker, "area": before.Area, "area_method": before.AreaMethod,
		"household": before.Household, "person": before.Person, "received_at": before.ReceivedAt, "rev": strconv.FormatInt(before.Rev, 10),
	} {
		if record.GetString(column) != stored {
			invalid.Columns[column] = issueOf(problem.KeptByServer, column)
		}
	}
	var issues []survey.Issue
	if json.Unmarshal([]byte(orNone(record.GetString("issues"))), &issues) != nil || !slices.Equal(issues, before.Issues) {
		invalid.Columns["issues"] = issueOf(problem.KeptByServer, "issues")
	}
	if record.GetString("review_state") != before.ReviewState {
		invalid.Columns["review_state"] = issueOf(problem.ReviewElsewhere, "review_state")
	}
	if len(invalid.Columns) == 0 {
		return nil
	}
	return invalid
}

func issueOf(code problem.Code, field string) survey.Issue {
	e := problem.Catalogue[code]
	return survey.Issue{Code: string(code), Field: field, Severity: survey.Error, ZH: e.ZH, EN: e.EN}
}

func orNone(list string) string {
	if list == "" || list == "null" {
		return "[]"
	}
	return list
}

// stays refuses an edit by hand that takes the record out of the editor's reach, or brings it in from elsewhere. What comes
// through another door is stored wherever it lies.
func (s *storing) stays() error {
	if s.sender.Channel != Dashboard {
		return nil
	}
	from := s.d.rec.Area
	if s.exists {
		from = s.before.Area
	}
	if s.sender.Actor.MayMove(access.EditRecord, from, s.d.rec.Area, s.sender.Actor.ID) {
		return nil
	}
	where := issueOf(problem.OtherTerritory, strings.Join(s.d.form.Location, "/"))
	return &Invalid{Columns: map[string]survey.Issue{"location": where}}
}

// AcceptRow is the dashboard's door for one row of a repeat: the row is saved, the whole record checked with it, and the
// record's findings and revision brought up to date. It fails with *Invalid when the row itself has an error.
func (intake *Intake) AcceptRow(ctx context.Context, tx core.App, in *instrument.Instrument, row *core.Record, save func() error) error {
	t := in.Layout.Named(row.Collection().Name)
	db, err := collections.From(tx)
	if err != nil {
		return err
	}
	before, theirs, known, err := in.Whole.Find(db, row.GetString("visit"))
	if err != nil {
		return err
	}
	if known {
		if same, err := saysTheSame(tx, in, row, readRow(in.Whole, theirs, before.Rows)); err != nil || same {
			return err
		}
	}
	if err := sealRow(db, in, t, row); err != nil {
		return err
	}
	if err := save(); err != nil {
		return err
	}
	rec, root, found, err := in.Whole.Find(db, row.GetString("visit"))
	if err != nil || !found || !known {
		return err
	}
	was, is := readRow(in.Whole, theirs, before.Rows), readRow(in.Whole, root, rec.Rows)
	if is.equal(was) {
		return nil // only where the row stands
	}
	now := intake.Now()
	inst := &survey.Instance{FormID: in.Form.ID, Version: in.Version, ID: rec.ID, Root: root}
	s := &storing{db: db, d: &prepared{op: &Operation{ID: rec.ID}, form: in, inst: inst, rec: *rec}, before: before, exists: true, stored: was,
		now: now}
	revising{s}.keepPutBack(putBackIn(in.Whole, was, before.Issues), is)
	issues := append(ofArrival(before.Issues), in.CheckMerged(ctx, inst, now, validate.LeaveIn).Issues...)
	if t.Parent == in.Layout.Main() {
		if err := invalidColumns(t, within(issues, fmt.Sprintf("%s[%d]/", strings.Join(t.Path, "/"), row.GetInt("position")))); err != nil {
			return err
		}
	}
	s.d.issues, s.d.rec = issues, *rec
	return s.storeRow()
}

// within are the issues of the answers below a path, by their names from there on.
func within(issues []survey.Issue, path string) (own []survey.Issue) {
	for _, i := range issues {
		if rest, inside := strings.CutPrefix(i.Field, path); inside {
			i.Field = rest
			own = append(own, i)
		}
	}
	return own
}

// storeRow makes the revision of a record of which one row was saved, with the stages that belong to it.
func (s *storing) storeRow() error {
	rec, main := &s.d.rec, s.d.form.Layout.Main().Name
	rec.Rev++
	if err := collections.Update(s.db, main, rec.ID, collections.Row{
		{Column: "issues", Value: s.d.form.Layout.Findings(s.d.issues)}, {Column: "rev", Value: rec.Rev},
		{Column: "review_state", Value: collections.Edited}, {Column: "updated", Value: collections.Stamp(s.now)},
	}); err != nil {
		return err
	}
	s.sender.Actor.ID = rec.Worker
	for _, stage := range []func() error{s.needs, s.remember, consequences{s}.report, consequences{s}.followUp} {
		if err := stage(); err != nil {
			return err
		}
	}
	return collections.Announce(s.db, collections.RevisionOf(main, rec.ID, rec.Rev), collections.ToWorker(rec.Worker), collections.Upsert,
		s.now)
}

// senderOf reads the worker that a record names; a record without one is the operator's.
func senderOf(db collections.DB, worker string) (Sender, error) {
	s := Sender{Channel: Dashboard, Actor: access.Actor{Role: access.Operator}}
	if worker == "" {
		return s, nil
	}
	var role, territory string
	found, err := collections.One(db, `SELECT role, COALESCE(territory,'[]') FROM workers WHERE id=?`, []any{worker}, &role, &territory)
	if err != nil || !found {
		return s, err
	}
	s.Actor = access.Actor{ID: worker, Role: access.Role(role), Territory: access.ParseTerritory(territory)}
	return s, nil
}

// treeOf builds the instance from the record's columns; the rows of repeats stay as they are stored.
func treeOf(in *instrument.Instrument, record *core.Record, stored *survey.Node) *survey.Node {
	root := survey.NewElement(in.Form.Name)
	sealed, before := in.Whole.Sealed(in.Whole.Main()), stored
	if before == nil {
		before = survey.NewElement(in.Form.Name)
	}
	KeepBirths(record, in.Whole.Births(in.Whole.Main())...)
	for _, c := range in.Whole.Main().Columns {
		answer := answerOf(record, c)
		if s, ok := sealed.Find(c.Name); ok {
			answer = s.Kept(answer, collections.ValueAt(before, c.Path), slices.Contains(Cleared(record), c.Name))
		}
		collections.Place(root, c.Path).SetValue(answer)
	}
	if stored == nil {
		return root
	}
	for _, t := range in.Whole.Tables[1:] {
		if t.Parent == in.Whole.Main() {
			collections.Place(root, t.Path[:len(t.Path)-1]).Add(collections.Instances(t, stored)...)
		}
	}
	return root
}

func answerOf(record *core.Record, c survey.Column) string {
	switch c.Question.Kind {
	case survey.KindSelectMultiple, survey.KindRank:
		return strings.Join(record.GetStringSlice(c.Name), " ")
	case survey.KindInteger, survey.KindDecimal:
		if s := strings.Trim(record.GetString(c.Name), `"`); s != "null" {
			return s
		}
		return ""
	case survey.KindGeopoint, survey.KindGeotrace, survey.KindGeoshape:
		return saidPlace(c.Question.Kind, record.GetString(c.Name))
	default:
		return record.GetString(c.Name)
	}
}

// saidPlace is a place as an editor gives it. What is none comes back as it is, for the check to tell.
func saidPlace(kind survey.Kind, said string) string {
	if place := collections.Decode(kind, said); place != "" || said == "null" || said == "[]" {
		return place
	}
	return said
}

func setAnswer(record *core.Record, c survey.Column, root *survey.Node) {
	value, _ := collections.Encode(c.Question.Kind, collections.ValueAt(root, c.Path)) // what does not fit stays empty
	switch c.Question.Kind {
	case survey.KindSelectMultiple, survey.KindRank:
		var names []string
		if s, ok := value.(string); ok && json.Unmarshal([]byte(s), &names) == nil {
			record.Set(c.Name, names)
		}
	default:
		record.Set(c.Name, value)
	}
}

func preparedOf(in *instrument.Instrument, record *core.Record, root *survey.Node) (*prepared, error) {
	answers, err := xform.ToJSON(in.Form, root)
	if err != nil {
		return nil, err
	}
	op := &Operation{Op: OpSubmit, ID: record.Id, Form: in.Form.ID, Version: in.Version, Campaign: record.GetString("campaign"),
		Answers: answers}
	if op.Raw, err = json.Marshal(op); err != nil {
		return nil, err
	}
	return &prepared{op: op, knows: formVersion{in.Form.ID, in.Version},
		sum: contentDigest(op), form: in, inst: &survey.Instance{FormID: in.Form.ID, Version: in.Version, ID: record.Id, Root: root}}, nil
}

// invalidColumns finds the errors that belong to columns of the record itself.
func invalidColumns(t *survey.Table, issues []survey.Issue) error {
	byPath := map[string]string{}
	for _, c := range t.Columns {
		byPath[strings.Join(c.Path, "/")] = c.Name
	}
	invalid := &Invalid{Columns: map[string]survey.Issue{}}
	for _, i := range issues {
		if column, ok := byPath[i.Field]; ok && i.Severity == survey.Error {
			invalid.Columns[column] = i
		}
	}
	if len(invalid.Columns) == 0 {
		return nil
	}
	return invalid
}
