package collections

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/seal"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// SealedColumn holds what the sealed columns of its row said, enciphered together; they themselves are blank then, or
// hold a keyed hash to be found by.
const SealedColumn = "sealed"

// Sealed is one column whose values are enciphered.
type Sealed struct {
	Column  string
	Indexed bool            // a keyed hash takes its place
	Blank   any             // what takes its place otherwise
	Shape   sensitive.Shape // how much of it is shown unasked; Whole for all
}

// Concealed is what of one table's rows is sealed. It is the one place that answers "is this column sealed".
type Concealed []Sealed

// Registry is what of the tables that every Doorstep has is sealed. Areas, dates, codes and ids are not: queries order
// and select by them (docs/security.md).
var Registry = map[string]Concealed{
	Persons: {
		{Column: "name", Blank: "", Shape: sensitive.Name}, {Column: "name_key", Indexed: true},
		{Column: "id_number", Blank: "", Shape: sensitive.Number}, {Column: "id_key", Indexed: true},
		{Column: "phone", Blank: "", Shape: sensitive.Phone}, {Column: "relation", Blank: ""},
	},
	Households: {
		{Column: "address", Blank: ""}, {Column: "address_key", Indexed: true}, {Column: "house_code", Indexed: true},
		{Column: "head_name", Blank: "", Shape: sensitive.Name},
		{Column: "phone", Blank: "", Shape: sensitive.Phone}, {Column: "location", Blank: Nowhere},
	},
	Submissions: {{Column: "raw", Blank: ""}, {Column: "receipt", Blank: "null"}},
	Edits:       {{Column: "before", Blank: ""}, {Column: "after", Blank: ""}},
	Reviews:     {{Column: "comment", Blank: ""}, {Column: "fields", Blank: ""}},
	Tasks:       {{Column: "title", Blank: "", Shape: sensitive.Whole}, {Column: "note", Blank: ""}},
	Duplicates:  {{Column: "comment", Blank: ""}, {Column: "comment_b", Blank: ""}},
	Paradata:    {{Column: "track", Blank: "null"}},
	Devices:     {{Column: "name", Blank: "", Shape: sensitive.Whole}},
	Grants:      {{Column: "reason", Blank: "", Shape: sensitive.Whole}},
	Attachments: {{Column: "name", Indexed: true, Shape: sensitive.Whole}},
	Needs:       {{Column: "said", Blank: "", Shape: sensitive.Whole}},
	AppTokens:   {{Column: "label", Blank: "", Shape: sensitive.Whole}},
	Jobs:        {{Column: "body", Blank: ""}},
	SavedQueues: {{Column: "name", Blank: ""}},
}

// concealedIn decides for the answers of a form's table, by what its questions tell.
func concealedIn(t *survey.Table, judge *sensitive.Classifier) Concealed {
	var all Concealed
	if t.Repeat == nil {
		all = append(all, Sealed{Column: "location", Blank: Nowhere})
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Name == "outcome" && t.Repeat == nil || !judge.Judge(c.Question).Treatment.Sealed() {
			continue
		}
		blank, _ := Encode(c.Question.Kind, "")
		all = append(all, Sealed{Column: c.Name, Blank: blank, Shape: judge.Shape(c.Question)})
	}
	return all
}

func birthsIn(t *survey.Table, judge *sensitive.Classifier) []string {
	var all []string
	for _, c := range t.Columns {
		if judge.Judge(c.Question).Treatment == sensitive.AsYear {
			all = append(all, c.Name)
		}
	}
	return all
}

func plainIn(t *survey.Table, judge *sensitive.Classifier) []string {
	var all []string
	for _, c := range t.Columns {
		if judge.Judge(c.Question).Treatment == sensitive.Keep && sensitive.Role(c.Question) != sensitive.Quasi {
			all = append(all, c.Name)
		}
	}
	return all
}

// Find is the column of that name.
func (c Concealed) Find(column string) (Sealed, bool) {
	if i := slices.IndexFunc(c, func(s Sealed) bool { return s.Column == column }); i >= 0 {
		return c[i], true
	}
	return Sealed{}, false
}

const keysInStore = "doorstep.keys"

// UseKeys tells with which keys this app reads and writes; without any it does neither where something is sealed.
func UseKeys(app core.App, keys *seal.Keys) { app.Store().Set(keysInStore, keys) }

// KeysOf are the keys of this app, nil before UseKeys.
func KeysOf(app core.App) *seal.Keys {
	keys, _ := app.Store().Get(keysInStore).(*seal.Keys)
	return keys
}

var errNoKeys = errors.New("no keys: nothing that is sealed can be read or written")

// SealedAt is where the sealed columns of a row open, and nowhere else.
func SealedAt(table, id string) string { return table + "/" + id }

// Open gives back the sealed columns of a row; none where sealed, the value of SealedColumn, is empty.
func Open(db DB, table, id, sealed string) (seal.Row, error) {
	if sealed == "" {
		return nil, nil
	}
	keys := db.Keys()
	if keys == nil {
		return nil, errNoKeys
	}
	return keys.OpenRow(sealed, SealedAt(table, id))
}

// Damaged reports whether a row could not be opened because of itself (seal.Damaged).
func Damaged(err error) bool { return seal.Damaged(err) }

// OpenWhole is Open for reading many rows: a damaged one opens as nothing, whole is false, and there is no error. The caller
// passes over it, or gives what of it lies in clear, and goes on. The keys remember it for the report (seal.DamagedRows).
func OpenWhole(db DB, table, id, sealed string) (opened seal.Row, whole bool, err error) {
	opened, err = Open(db, table, id, sealed)
	if seal.Damaged(err) {
		return nil, false, nil
	}
	return opened, err == nil, err
}

// Fill writes what the sealed columns of a row say over what was read of them. A damaged row keeps what of it lies in clear.
func Fill(db DB, table, id, sealed string, columns map[string]*string) error {
	opened, _, err := OpenWhole(db, table, id, sealed)
	for column, text := range columns {
		opened.Fill(column, text)
	}
	return err
}

// IsDamaged reports whether a row did not open when it was read last.
func IsDamaged(db DB, table, id string) bool {
	return db.Keys() != nil && db.Keys().DamagedRow(SealedAt(table, id))
}

// IndexOf is what an indexed column holds instead of a value.
func IndexOf(db DB, table, column, value string) string {
	if db.Keys() == nil || value == "" {
		return value
	}
	return db.Keys().Index(table+"."+column, value)
}

// Conceal gives a row that is about to be written with its sealed columns replaced. A row that has none of them stays as it is.
func (c Concealed) Conceal(db DB, table, id string, row Row) (Row, error) {
	if len(c) == 0 {
		return row, nil
	}
	return c.conceal(db, table, id, append(make(Row, 0, len(row)+1), row...))
}

// conceal is Conceal of a row that nobody needs as it was.
func (c Concealed) conceal(db DB, table, id string, row Row) (Row, error) {
	at := c.in(row)
	if len(at) == 0 {
		return row, nil
	}
	keys := db.Keys()
	if keys == nil {
		return nil, fmt.Errorf("write %s: %w", table, errNoKeys)
	}
	if !keys.Sealing() {
		return append(row, Field{SealedColumn, ""}), nil
	}
	hidden := make(seal.Row, 0, len(at))
	for i, s := range c {
		if at[i] < 0 {
			continue // an insert that leaves the column blank
		}
		f := &row[at[i]]
		text := AsText(f.Value)
		if text != "" && text != AsText(s.Blank) {
			hidden = append(hidden, seal.Value{Column: s.Column, Text: text})
		}
		if f.Value = s.Blank; s.Indexed {
			f.Value = IndexOf(db, table, s.Column, text)
		}
	}
	sealed := ""
	if len(hidden) > 0 {
		sealed = keys.SealRow(hidden, SealedAt(table, id))
	}
	return append(row, Field{SealedColumn, sealed}), nil
}

// in finds each sealed column in a row, -1 for one that is not in it; nil when the row has none.
func (c Concealed) in(row Row) []int {
	if len(c) == 0 {
		return nil
	}
	at, n, next := make([]int, len(c)), 0, 0 // both are in the order of the table, mostly
	for k := range c {
		if at[k] = row.index(c[k].Column, next); at[k] >= 0 {
			n, next = n+1, at[k]+1
		}
	}
	if n == 0 {
		return nil
	}
	return at
}

// AsText is a value as sealed rows keep it.
func AsText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}
