package console

import (
	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// Answers writes what a submission says that is no record: the answers that it has, masked as those of a record are. Nothing of it
// can be revealed, since it is in no collection.
func Answers(k Known, in *instrument.Instrument, root *survey.Node) []Row {
	w := writer{sheet: k.Sheets.of(in, k.Library), rec: &collections.Record{}, answered: true}
	w.entries(w.sheet.entries, place{node: root, row: root, table: in.Layout.Main()})
	if w.rows == nil {
		return []Row{}
	}
	for i := range w.rows {
		w.rows[i].Reveal = nil
	}
	return w.rows
}
