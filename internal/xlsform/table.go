package xlsform

import (
	"slices"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// beginTable turns a group with the appearance table-list into a field list whose own text is a note.
func (w *sheetWalk) beginTable(q *survey.Question) {
	words := strings.Fields(q.Appearance)
	if !slices.Contains(words, "table-list") {
		return
	}
	w.table = &tableList{}
	appearance := "field-list"
	for _, word := range words {
		if word != "table-list" {
			appearance += " " + word
		}
	}
	q.Appearance = appearance
	if len(q.Label) == 0 && len(q.Hint) == 0 {
		return
	}
	w.add(&survey.Question{
		Name: "generated_table_list_label_" + strconv.Itoa(q.Row), Type: "note", Kind: survey.KindNote,
		Label: q.Label, Hint: q.Hint,
	})
	q.Label, q.Hint = nil, nil
}

// tableSelect makes a select inside a table list a row of that table; the first one brings the row of headings.
func (w *sheetWalk) tableSelect(r *record, q *survey.Question, list string) {
	if w.table == nil {
		return
	}
	if w.table.list == "" {
		w.table.list = list
		if q.ChoiceFilter != "" {
			w.wrong(r, r.header("choice_filter"), "table.filter")
		}
		w.add(&survey.Question{
			Name: "reserved_name_for_field_list_labels_" + strconv.Itoa(r.row), Type: q.Type, Kind: q.Kind,
			Label: survey.Translated{"": " "}, Appearance: "label", List: q.List, ItemsFile: q.ItemsFile, ItemsRepeat: q.ItemsRepeat,
		})
	}
	if w.table.list != list {
		w.wrong(r, r.header("type"), "table.lists", w.table.list, list)
	}
	q.Appearance = "list-nolabel"
}
