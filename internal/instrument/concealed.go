package instrument

import (
	"doorstep/collections"
	"doorstep/internal/survey"
)

// Concealed returns what of a row of a collection is sealed: of the register, of a form's records in a version, or of one of its
// repeats. It is nil for what holds nothing of the kind.
func (l *Library) Concealed(collection, version string) collections.Concealed {
	if columns, ok := collections.Registry[collection]; ok {
		return columns
	}
	if in, t, ok := l.answered(collection, version); ok {
		return in.Layout.Sealed(t)
	}
	return nil
}

// Births returns the columns of birth dates of a row of a collection. They are not sealed, but the mask of a number tells all
// of it but them.
func (l *Library) Births(collection, version string) []string {
	if collection == collections.Persons {
		return []string{"birth_date"}
	}
	if in, t, ok := l.answered(collection, version); ok {
		return in.Layout.Births(t)
	}
	return nil
}

// answered returns the form, and its table, whose answers a row of a collection holds.
func (l *Library) answered(collection, version string) (*Instrument, *survey.Table, bool) {
	if in, ok := l.ForRecord(collection, version); ok {
		return in, in.Layout.Main(), true
	}
	return l.ByRepeat(collection)
}
