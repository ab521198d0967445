package ingest

import (
	"testing"
	"time"

	"doorstep/collections"
)

// TestARecordAdoptsWhatWasKeptForIt: earlier files and the tablet's log of what was held follow the record that it became, to its place; those of
// another held submission stay where they are.
func TestARecordAdoptsWhatWasKeptForIt(t *testing.T) {
	p, _ := withForm(t)
	held, other, own := collections.NewID(), collections.NewID(), owner{"child_visits", collections.NewID(), "990101001001001", "w"}
	ids := map[string]string{}
	err := collections.Write(t.Context(), p.app, func(db collections.DB) error {
		for _, of := range []string{held, other} {
			ids[of] = collections.NewID()
			file := collections.Row{{Column: "id", Value: ids[of]}, {Column: "record", Value: of}, {Column: "name", Value: "a.jpg"},
				{Column: "area", Value: "9901"}, {Column: "replaced", Value: true}, {Column: "state", Value: "quarantined"}}
			if err := collections.Insert(db, collections.Attachments, file); err != nil {
				return err
			}
			log := collections.Row{{Column: "id", Value: ids[of]}, {Column: "instance", Value: of}, {Column: "area", Value: "9901"}}
			if err := collections.Insert(db, "paradata", log); err != nil {
				return err
			}
		}
		return own.adopt(db, held, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{collections.Attachments, "paradata"} {
		for of, want := range map[string]owner{held: own, other: {record: map[string]string{collections.Attachments: other}[table], area: "9901"}} {
			got := owner{worker: want.worker}
			_, err := collections.One(collections.Read(p.app), `SELECT collection, record, area FROM `+table+` WHERE id=?`, []any{ids[of]},
				&got.collection, &got.record, &got.area)
			if err != nil || got != want {
				t.Errorf("%s: %+v, want %+v: %v", table, got, want, err)
			}
		}
	}
}
