package needs

import (
	"database/sql"

	"doorstep/collections"
	"doorstep/internal/instrument"
)

// Row is what one record tells of one person, as an export reads it.
type Row struct {
	ID, Record, Person, Area, Day, Form, Version string
	Birth, Sex                                   string // of the register
	Said
}

// ExportColumns are what ScanRow reads, of needs n and persons p.
var ExportColumns = rowColumns + `, COALESCE(p.birth_date,''), COALESCE(p.sex,'')`

// ExportFrom joins the rows of needs to records m, and the people to them.
const ExportFrom = ` CROSS JOIN needs n ON n.record=m.id LEFT JOIN persons p ON p.id=n.person`

// ScanRow reads a row; ok is false for one that is damaged.
func ScanRow(db collections.DB, rows *sql.Rows) (out Row, ok bool, err error) {
	var birth, sex string
	r, ok, err := scan(db, rows, &birth, &sex)
	return Row{r.id, r.record, r.person, r.area, r.day, r.form, r.version, birth, sex, r.Said}, ok, err
}

// Suggest goes through the table of services for what one record tells, on the day of its visit.
func (all Services) Suggest(library map[string]*instrument.Instrument, r Row) []Entitlement {
	k := knownOf([]row{{id: r.ID, record: r.Record, person: r.Person, day: r.Day, form: r.Form, version: r.Version, Said: r.Said}})
	k.onDay(r.Birth, r.Sex, r.Day)
	return all.suggest(versions(library), k)
}

// versions are the versions of one form by their names, as words are looked up in them.
type versions map[string]*instrument.Instrument

// Get finds a version.
func (v versions) Get(_, version string) (*instrument.Instrument, bool) {
	in, ok := v[version]
	return in, ok && in != nil
}

// Current is nothing: an export knows one form alone.
func (v versions) Current() map[string]*instrument.Instrument { return nil }
