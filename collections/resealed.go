package collections

import (
	"slices"

	"doorstep/internal/seal"
)

// whole completes a row of an update that names some of the sealed columns, but not all: they are sealed together.
func (c Concealed) whole(db DB, table, id string, row Row) (Row, error) {
	var missing []string
	for _, s := range c {
		if !slices.ContainsFunc(row, func(f Field) bool { return f.Column == s.Column }) {
			missing = append(missing, s.Column)
		}
	}
	if len(missing) == 0 || len(missing) == len(c) {
		return row, nil
	}
	stored, err := c.Stored(db, table, id)
	if err != nil {
		return nil, err
	}
	for _, column := range missing {
		row = append(row, Field{column, stored[column]})
	}
	return row, nil
}

// Stored reads the sealed columns of a row in clear; a row that is not there has none.
func (c Concealed) Stored(db DB, table, id string) (map[string]string, error) {
	values, dest := make([]any, len(c)), make([]any, len(c), len(c)+1)
	query := `SELECT `
	for i, s := range c {
		dest[i] = &values[i]
		query += `"` + s.Column + `",`
	}
	var sealed string
	found, err := One(db, query+SealedColumn+` FROM "`+table+`" WHERE id=?`, []any{id}, append(dest, &sealed)...)
	if err != nil || !found {
		return nil, err
	}
	opened, err := Open(db, table, id, sealed)
	if err != nil {
		return nil, err
	}
	stored := map[string]string{}
	for i, s := range c {
		if text, ok := opened.Get(s.Column); ok {
			stored[s.Column] = text
		} else if text := AsText(values[i]); (sealed == "" || !s.Indexed) && text != "" && text != AsText(s.Blank) {
			stored[s.Column] = text // from before it was sealed
		}
	}
	return stored, nil
}

// Cleared is where a request leaves the names of the sealed columns that it empties: in a record they are always blank.
const Cleared = "@doorstepCleared"

// By is where a request leaves who makes it.
const By = "@doorstepBy"

// Kept is what a sealed column says after an edit: text, unless it is blank without having been cleared, or still shows
// the mask of what it said before.
func (s Sealed) Kept(text, before string, cleared bool) string {
	blank := text == "" || text == AsText(s.Blank)
	if blank && !cleared || before != "" && text == s.Shape.Mask(before) {
		return before
	}
	return text
}

// Edited is what the sealed columns of a row say after an edit in the dashboard or over REST; read gives each as the
// database keeps it.
func (c Concealed) Edited(db DB, table, id string, read func(column string) string, cleared []string) (Row, error) {
	stored, err := c.Stored(db, table, id)
	if err != nil {
		return nil, err
	}
	row := make(Row, len(c))
	for i, s := range c {
		text, before := read(s.Column), stored[s.Column]
		if s.Indexed && text == IndexOf(db, table, s.Column, before) {
			text = before
		}
		row[i] = Field{s.Column, s.Kept(text, before, slices.Contains(cleared, s.Column))}
	}
	return row, nil
}

// Again is the change that seals a row as it lies in the database with the present keys, index columns included; opened
// is what was sealed of it. clear reports whether anything of it lay in clear.
func (c Concealed) Again(db DB, table, id string, stored map[string]any, opened seal.Row) (change Row, clear bool, err error) {
	var row Row
	for _, s := range c {
		value, has := stored[s.Column]
		text, wasSealed := opened.Get(s.Column)
		switch {
		case !has:
			continue
		case wasSealed:
			row = append(row, Field{s.Column, text})
		case len(opened) > 0 && s.Indexed:
			row = append(row, Field{s.Column, ""})
		default:
			row = append(row, Field{s.Column, value})
			clear = clear || AsText(value) != "" && AsText(value) != AsText(s.Blank)
		}
	}
	for _, v := range opened {
		if _, known := c.Find(v.Column); !known { // sealed by an earlier rule, and stays so
			c = append(slices.Clone(c), Sealed{Column: v.Column, Blank: stored[v.Column]})
			row = append(row, Field{v.Column, v.Text})
		}
	}
	if len(opened) == 0 && !clear {
		return nil, false, nil
	}
	change, err = c.Conceal(db, table, id, row)
	return change, clear, err
}

// InsertRaw writes one row as it is, sealed already or never to be.
func InsertRaw(db DB, table string, row Row) error { return insert(db, table, row) }

// UpdateRaw writes columns as they are, sealed already or never to be.
func UpdateRaw(db DB, table, id string, row Row) error { return update(db, table, id, row) }

// Forget takes the columns of a row that are in erased out of what was sealed of it. Of a damaged row everything sealed goes:
// what is to be erased must not come back with a mended one.
func Forget(db DB, table, id string, erased Row) error {
	var sealed string
	if _, err := One(db, `SELECT `+SealedColumn+` FROM "`+table+`" WHERE id=?`, []any{id}, &sealed); err != nil || sealed == "" {
		return err
	}
	row, _, err := OpenWhole(db, table, id, sealed)
	if err != nil {
		return err
	}
	row = slices.DeleteFunc(row, func(v seal.Value) bool {
		return slices.ContainsFunc(erased, func(f Field) bool { return f.Column == v.Column })
	})
	sealed = ""
	if len(row) > 0 {
		sealed = db.Keys().SealRow(row, SealedAt(table, id))
	}
	return update(db, table, id, Row{{SealedColumn, sealed}})
}
