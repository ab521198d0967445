package ingest

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// Cleared are the sealed columns that the request behind an edit empties.
func Cleared(record *core.Record) []string {
	names, _ := record.Get(collections.Cleared).([]string)
	return names
}

// KeepBirths puts birth dates back that an editor sent as they were shown, masked.
func KeepBirths(record *core.Record, columns ...string) {
	for _, column := range columns {
		before := record.Original().GetString(column)
		if before != "" && record.GetString(column) == sensitive.Year.Mask(before) {
			record.Set(column, before)
		}
	}
}

// setRecord writes a survey record into what PocketBase is about to save, sealed as Layout.Update would.
func setRecord(db collections.DB, in *instrument.Instrument, record *core.Record, rec *collections.Record, root *survey.Node) error {
	row, err := in.Whole.Row(db, rec, root)
	if err != nil {
		return err
	}
	for _, f := range row {
		record.Set(f.Column, f.Value)
	}
	sealed := in.Whole.Sealed(in.Whole.Main())
	sealing := db.Keys().Sealing()
	for _, c := range in.Whole.Main().Columns {
		switch _, ok := sealed.Find(c.Name); {
		case c.Name == "outcome":
		case ok && sealing:
			blank(record, c)
		default:
			setAnswer(record, c, root)
		}
	}
	return nil
}

func blank(record *core.Record, c survey.Column) {
	value, _ := collections.Encode(c.Question.Kind, "")
	if c.Question.Kind == survey.KindSelectMultiple || c.Question.Kind == survey.KindRank {
		value = []string{}
	}
	record.Set(c.Name, value)
}

// sealRow seals one row of a repeat that PocketBase is about to save. What is blank or still masked stays as it was.
func sealRow(db collections.DB, in *instrument.Instrument, t *survey.Table, record *core.Record) error {
	t = in.Whole.Named(t.Name)
	KeepBirths(record, in.Whole.Births(t)...)
	columns := map[string]survey.Column{}
	for _, c := range t.Columns {
		columns[c.Name] = c
	}
	read := func(name string) string {
		value, _ := collections.Encode(columns[name].Question.Kind, answerOf(record, columns[name]))
		return collections.AsText(value)
	}
	sealed := in.Whole.Sealed(t)
	row, err := sealed.Edited(db, t.Name, record.Id, read, Cleared(record))
	if err != nil {
		return err
	}
	if row, err = sealed.Conceal(db, t.Name, record.Id, row); err != nil {
		return err
	}
	for _, f := range row {
		if c, ok := columns[f.Column]; ok && db.Keys().Sealing() {
			blank(record, c)
		} else {
			record.Set(f.Column, f.Value)
		}
	}
	return nil
}

// saysTheSame reports whether a row of a repeat that PocketBase is about to save says what is stored of it, and stands where
// it stood.
func saysTheSame(tx core.App, in *instrument.Instrument, record *core.Record, visit *row) (bool, error) {
	rows := map[string]*row{}
	visit.index(rows)
	was := rows[record.Id]
	if record.IsNew() || was == nil {
		return false, nil
	}
	stored, err := tx.FindRecordById(record.Collection().Id, record.Id)
	if err != nil {
		return false, err
	}
	for _, column := range []string{"parent_row", "position", "person", "household", "area", "rev"} {
		if record.GetString(column) != stored.GetString(column) {
			return false, nil
		}
	}
	t := in.Whole.Named(was.table)
	KeepBirths(record, in.Whole.Births(t)...)
	for _, c := range t.Columns {
		answer := answerOf(record, c)
		if s, ok := in.Whole.Sealed(t).Find(c.Name); ok {
			answer = s.Kept(answer, was.said[c.Name], slices.Contains(Cleared(record), c.Name))
		}
		if asStored(c.Question.Kind, answer) != was.said[c.Name] {
			return false, nil
		}
	}
	return true, nil
}
