package seal

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Value is one column of a row that is sealed as a whole.
type Value struct{ Column, Text string }

// Row is the sealed columns of one row.
type Row []Value

// Get finds a column; ok is false when the row has none of that name.
func (r Row) Get(column string) (text string, ok bool) {
	if i := slices.IndexFunc(r, func(v Value) bool { return v.Column == column }); i >= 0 {
		return r[i].Text, true
	}
	return "", false
}

// Fill sets dest to the value of a column, where the row has it.
func (r Row) Fill(column string, dest *string) {
	if text, ok := r.Get(column); ok {
		*dest = text
	}
}

// SealRow seals the columns of a row together: one of them cannot be exchanged for that of another day.
func (k *Keys) SealRow(row Row, place string) string {
	size := 0
	for _, v := range row {
		size += len(v.Column) + len(v.Text) + 2*binary.MaxVarintLen32
	}
	b := make([]byte, 0, size)
	for _, v := range row {
		for _, s := range []string{v.Column, v.Text} {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	return k.Seal(b, place)
}

// OpenRow gives back the columns of a row; none for an empty text. It fails as Open does, and remembers whether the row is
// damaged.
func (k *Keys) OpenRow(text, place string) (Row, error) {
	row, err := k.openRow(text, place)
	k.damage.note(place, err)
	return row, err
}

func (k *Keys) openRow(text, place string) (Row, error) {
	if text == "" {
		return nil, nil
	}
	b, err := k.Open(text, place)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", place, err)
	}
	row, ok := unpack(string(b))
	if !ok {
		return nil, fmt.Errorf("open %s: %w", place, ErrTampered)
	}
	return row, nil
}

func unpack(s string) (Row, bool) {
	var row Row
	for s != "" {
		var parts [2]string
		for i := range parts {
			n, used := binary.Uvarint([]byte(s[:min(len(s), binary.MaxVarintLen64)]))
			if used <= 0 || n > uint64(len(s)-used) {
				return nil, false
			}
			parts[i], s = s[used:used+int(n)], s[used+int(n):]
		}
		row = append(row, Value{parts[0], parts[1]})
	}
	return row, true
}
