package hooks

import (
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"doorstep/collections"
	"doorstep/internal/identity"
	"doorstep/internal/ingest"
	"doorstep/internal/seal"
	"doorstep/internal/sensitive"
	"doorstep/internal/validate"
)

// noteCleared tells a column that somebody empties from one that they leave as it is: what is shown blank whatever it holds,
// a place or a list, is not emptied by a blank.
func (d *Doorstep) noteCleared(e *core.RecordRequestEvent) error {
	info, err := e.RequestInfo()
	if err != nil {
		return err
	}
	var cleared []string
	for _, s := range d.Library.Concealed(e.Record.Collection().Name, versionOf(e.Record)) {
		if value, said := info.Body[s.Column]; said && (value == nil || value == "") && showsMask(e.Record, s.Column) {
			cleared = append(cleared, s.Column)
		}
	}
	e.Record.Set(collections.Cleared, cleared)
	return e.Next()
}

// showsMask reports whether a sealed column shows a mask of what it holds.
func showsMask(r *core.Record, column string) bool {
	field, isText := r.Collection().Fields.GetByName(column).(*core.TextField)
	return isText && !field.Hidden
}

// sealRecord seals what is about to be stored of a registry record. A column that is blank, or still shows its mask, keeps
// what it said.
func sealRecord(e *core.RecordEvent) error {
	return inTransaction(e, func(db collections.DB) error {
		if e.Record.Collection().Name == collections.Persons {
			ingest.KeepBirths(e.Record, "birth_date")
		}
		table, columns := e.Record.Collection().Name, collections.Registry[e.Record.Collection().Name]
		said := func(column string) string { return columnText(e.Record, column) }
		row, err := columns.Edited(db, table, e.Record.Id, said, ingest.Cleared(e.Record))
		if err != nil {
			return err
		}
		if row, err = columns.Conceal(db, table, e.Record.Id, lookUpKeys(table, row)); err != nil {
			return err
		}
		for _, f := range row {
			e.Record.Set(f.Column, f.Value)
		}
		if err := e.Next(); err != nil || table != collections.Persons {
			return err
		}
		return identity.BlockAgain(db, e.Record.Id)
	})
}

// lookUpKeys keeps what people and households are found by equal to what the record says, whoever edited it.
func lookUpKeys(table string, row collections.Row) collections.Row {
	said := map[string]string{}
	for _, f := range row {
		said[f.Column] = collections.AsText(f.Value)
	}
	for i := range row {
		switch table + "." + row[i].Column {
		case collections.Households + ".address_key":
			row[i].Value = identity.AddressKey(said["address"])
		case collections.Persons + ".name_key":
			row[i].Value = identity.NameKey(said["name"])
		case collections.Persons + ".id_key":
			row[i].Value = validate.IDKey(said["id_number"])
		}
	}
	return row
}

// columnText is the value of a registry record's column as the database keeps it.
func columnText(r *core.Record, column string) string {
	switch v := r.Get(column).(type) {
	case types.GeoPoint:
		return v.String()
	case string:
		return v
	default:
		return r.GetString(column)
	}
}

// secrets are shown to nobody, operators neither: keys of this installation, and what a sign-in is checked with.
var secrets = map[string][]string{
	collections.Meta: {"value"}, collections.AppTokens: {"sha256"}, "second_factors": {"secret", "recovery"}, "sign_ins": {"key"},
}

// mask shows every reader of the dashboard and of REST as much of what is sealed as tells one row from
// another. What they need they ask for, with a reason (reveal).
func (d *Doorstep) mask(e *core.RecordEnrichEvent) error {
	if err := e.Next(); err != nil {
		return err
	}
	defer hideNowhere(e.Record)
	for _, secret := range secrets[e.Record.Collection().Name] {
		e.Record.Set(secret, "")
		e.Record.Hide(secret)
	}
	columns := d.Library.Concealed(e.Record.Collection().Name, versionOf(e.Record))
	if columns == nil {
		return nil
	}
	id, sealed := e.Record.Id, e.Record.GetString(collections.SealedColumn)
	opened, _, err := collections.OpenWhole(collections.Read(e.App), e.Record.Collection().Name, id, sealed)
	if err != nil {
		return err
	}
	for _, s := range columns {
		e.Record.Set(s.Column, masked(e.Record, s, opened))
	}
	e.Record.Set(collections.SealedColumn, "")
	e.Record.Hide(collections.SealedColumn)
	for _, column := range d.Library.Births(e.Record.Collection().Name, versionOf(e.Record)) {
		e.Record.Set(column, sensitive.Year.Mask(e.Record.GetString(column)))
	}
	return nil
}

// hideNowhere leaves a place away where there is none, or where the mask blanks it: 0, 0 is a place too.
func hideNowhere(r *core.Record) {
	for _, f := range r.Collection().Fields {
		if f.Type() == core.FieldTypeGeoPoint && r.GetGeoPoint(f.GetName()) == (types.GeoPoint{}) {
			r.Hide(f.GetName())
		}
	}
}

// masked is what a column shows: its mask where it takes any text, else its blank.
func masked(r *core.Record, s collections.Sealed, opened seal.Row) any {
	text, sealed := opened.Get(s.Column)
	field, isText := r.Collection().Fields.GetByName(s.Column).(*core.TextField)
	switch {
	case s.Shape == sensitive.Whole && sealed:
		return text
	case isText && field.Hidden, s.Indexed && sealed && !isText:
		return ""
	case isText && (sealed || s.Indexed && r.GetString(collections.SealedColumn) != ""):
		return s.Shape.Mask(text)
	case isText:
		return s.Shape.Mask(r.GetString(s.Column))
	}
	return s.Blank
}

// versionOf is the version of the form that a record was filled in with; "" for what is no record of a form.
func versionOf(r *core.Record) string { return r.GetString("form_version") }
