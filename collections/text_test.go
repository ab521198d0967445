package collections

import (
	"database/sql/driver"
	"slices"
	"testing"

	"doorstep/internal/survey"
)

// Values of every kind that SQLite or a caller gives are read, bound and kept as text; of no other kind.
func TestValuesOfEveryKind(t *testing.T) {
	for _, c := range []struct {
		value         any
		decoded, text string
		bound         driver.Value
	}{
		{nil, "", "", nil}, {"7", "7", "7", "7"}, {[]byte("7"), "7", "7", []byte("7")}, {int64(7), "7", "7", int64(7)}, {7, "", "7", int64(7)}, {7.5, "7.5", "7.5", 7.5},
		{true, "true", "true", true}, {false, "false", "false", false}, {uint8(7), "", "", int64(7)},
	} {
		if got := Decode(survey.KindText, c.value); got != c.decoded {
			t.Errorf("%T %v is decoded as %q", c.value, c.value, got)
		}
		if got := AsText(c.value); got != c.text {
			t.Errorf("%T %v is kept as %q", c.value, c.value, got)
		}
		w := writeTx{}
		if err := w.bind([]any{"first", c.value}); err != nil || len(w.args) != 2 || w.args[1].Ordinal != 2 {
			t.Fatalf("%T: %+v %v", c.value, w.args, err)
		}
		got := w.args[1].Value
		if b, ok := c.bound.([]byte); ok && slices.Equal(b, got.([]byte)) {
			continue
		}
		if got != c.bound {
			t.Errorf("%T %v is bound as %T %v", c.value, c.value, got, got)
		}
	}
	w := writeTx{}
	if err := w.bind([]any{1, struct{}{}}); err == nil || err.Error()[:11] != "argument 2:" {
		t.Errorf("what cannot be bound: %v", err)
	}
}
