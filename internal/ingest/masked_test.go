package ingest

import (
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// A birth date that comes back masked stays as it was stored; any other replaces it.
func TestKeepBirths(t *testing.T) {
	table := core.NewBaseCollection("persons")
	table.Fields.Add(&core.TextField{Name: "birth_date"}, &core.TextField{Name: "met_on"})
	for _, c := range []struct{ before, sent, want string }{
		{"2015-03-01", "2015-**-**", "2015-03-01"}, {"2015-03-01", "2015-03-02", "2015-03-02"}, {"2015-03-01", "2014-**-**", "2014-**-**"},
		{"2015-03-01", "", ""}, {"", "2015-**-**", "2015-**-**"}, {"", "", ""},
	} {
		record := core.NewRecord(table)
		record.Id = "child"
		record.Set("birth_date", c.before)
		record.Set("met_on", "2015-03-01")
		if err := record.PostScan(); err != nil {
			t.Fatal(err)
		}
		record.Set("birth_date", c.sent)
		record.Set("met_on", "2015-**-**")
		KeepBirths(record, "birth_date")
		if got := record.GetString("birth_date"); got != c.want {
			t.Errorf("%q was shown masked, %q came: %q, want %q", c.before, c.sent, got, c.want)
		}
		if got := record.GetString("met_on"); got != "2015-**-**" {
			t.Errorf("a date that is no birth became %q", got)
		}
	}
}
