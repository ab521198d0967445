package hooks

import (
	"encoding/json"
	"reflect"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/ingest"
)

// unchanged ends a save that changes nothing: no revision, no word to the tablets, no history. It compares with what the
// database says, because a record may have been saved twice since it was read. Records of forms are compared by their
// answers (ingest).
func (d *Doorstep) unchanged(e *core.RecordEvent) error {
	if e.Record.Collection().System || d.surveys(e.Record.Collection().Name) {
		return e.Next()
	}
	stored, err := e.App.FindRecordById(e.Record.Collection().Id, e.Record.Id)
	if err != nil {
		return err
	}
	same, err := d.saysTheSame(e.App, e.Record, stored)
	if err != nil || !same {
		return errOr(err, e.Next)
	}
	e.Record.Load(stored.FieldsData())
	return nil
}

func errOr(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

// saysTheSame reports whether a record that is about to be saved says what is stored. What is masked or blank of a sealed
// column says the same.
func (d *Doorstep) saysTheSame(app core.App, now, stored *core.Record) (bool, error) {
	db := collections.Read(app)
	table := now.Collection().Name
	concealed := collections.Registry[table]
	ingest.KeepBirths(now, d.Library.Births(now.Collection().Name, versionOf(now))...)
	for _, f := range now.Collection().Fields {
		name := f.GetName()
		if _, sealed := concealed.Find(name); sealed || f.Type() == core.FieldTypeAutodate || name == collections.SealedColumn || name == "rev" {
			continue
		}
		if same, err := sameValue(f, now, stored); err != nil || !same {
			return false, err
		}
	}
	if len(concealed) == 0 {
		return true, nil
	}
	before, err := concealed.Stored(db, table, now.Id)
	if err != nil {
		return false, err
	}
	row, err := concealed.Edited(db, table, now.Id, func(column string) string { return columnText(now, column) }, ingest.Cleared(now))
	if err != nil {
		return false, err
	}
	for i, f := range lookUpKeys(table, row) {
		text := collections.AsText(f.Value)
		if text == collections.AsText(concealed[i].Blank) {
			text = ""
		}
		if text != before[f.Column] {
			return false, nil
		}
	}
	return true, nil
}

// sameValue compares a column as the database keeps it; of JSON, what it says.
func sameValue(f core.Field, a, b *core.Record) (bool, error) {
	name := f.GetName()
	if f.Type() == core.FieldTypeJSON {
		p, err := jsonOf(a.GetString(name))
		if err != nil {
			return false, nil // validation will tell
		}
		q, err := jsonOf(b.GetString(name))
		return err == nil && reflect.DeepEqual(p, q), nil
	}
	stored, ok := f.(core.DriverValuer)
	if !ok {
		return reflect.DeepEqual(a.Get(name), b.Get(name)), nil
	}
	x, err := stored.DriverValue(a)
	if err != nil {
		return false, err
	}
	y, err := stored.DriverValue(b)
	return err == nil && reflect.DeepEqual(x, y), err
}

func jsonOf(text string) (v any, err error) {
	if text == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(text), &v)
	return v, err
}
