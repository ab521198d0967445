package ingest

import (
	"testing"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// TestOnlyWhatNothingIsStoredAboutIsFresh looks ahead for one operation at a time, beside a stored submission and a stored record: what
// either of them mentions, or a number that the tablet has used, needs a look of its own.
func TestOnlyWhatNothingIsStoredAboutIsFresh(t *testing.T) {
	p, in := withForm(t)
	table := in.Layout.Main().Name
	err := collections.Write(t.Context(), p.app, func(db collections.DB) error {
		for _, row := range []collections.Row{
			{{Column: "id", Value: "s1"}, {Column: "instance", Value: "instance"}, {Column: "record", Value: "record"},
				{Column: "deprecated", Value: "deprecated"}, {Column: "device", Value: "device-a"}, {Column: "seq", Value: 7}},
			{{Column: "id", Value: "s2"}, {Column: "instance", Value: "other"}, {Column: "device", Value: "device-b"}, {Column: "seq", Value: 90}},
			{{Column: "id", Value: "s3"}, {Column: "instance", Value: "earlier"}, {Column: "device", Value: "device-a"}, {Column: "seq", Value: 3}},
		} {
			if err := collections.Insert(db, collections.Submissions, row); err != nil {
				return err
			}
		}
		return collections.Insert(db, table, collections.Row{{Column: "id", Value: "stored"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, id string
		seq      int64
		fresh    bool
	}{
		{"new", "new", 8, true},
		{"new, without a number", "new", 0, true},
		{"new, with the last number", "new", 7, false},
		{"new, with a number far back", "new", 1, false},
		{"an instance", "instance", 8, false},
		{"a record of a submission", "record", 8, false},
		{"what was deprecated", "deprecated", 8, false},
		{"a record", "stored", 8, false},
		{"of another tablet", "other", 8, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &prepared{op: &Operation{ID: c.id, Seq: c.seq}, form: in}
			b := &batch{sender: tabletOf("a")}
			b.concerns.add(d)
			f, err := lookAhead(collections.Read(p.app), []*batch{b})
			if err != nil {
				t.Fatal(err)
			}
			if got := f.fresh(b.sender.Device, d); got != c.fresh {
				t.Errorf("fresh: %t", got)
			}
			next := &prepared{op: &Operation{ID: "next", Seq: 9}}
			if !f.fresh(b.sender.Device, next) {
				t.Fatal("what comes next is not fresh")
			}
			stored := &prepared{op: &Operation{ID: "next", edit: "sent", Corrects: "corrected", Seq: 9},
				inst: &survey.Instance{DeprecatedID: "before"}}
			f.stored(b.sender.Device, stored)
			for _, id := range []string{"next", "sent", "corrected", "before"} {
				if f.fresh(b.sender.Device, &prepared{op: &Operation{ID: id, Seq: 10}}) {
					t.Errorf("%s is fresh though it was stored just now", id)
				}
			}
			for seq, want := range map[int64]bool{9: false, 10: true} {
				if got := f.fresh(b.sender.Device, &prepared{op: &Operation{ID: "free", Seq: seq}}); got != want {
					t.Errorf("number %d is fresh: %t", seq, got)
				}
			}
		})
	}
	if (&lookahead{}).fresh("device-a", &prepared{op: &Operation{ID: "new"}}) {
		t.Error("something is fresh though nobody looked")
	}
}
