// Package needs keeps what survey records tell of what people need, and of the facts by which they may be entitled to services. A row
// of the collection needs holds what one record, or one row of a repeat in it, says of one person; it is written with the record.
// What somebody may be entitled to is suggested from the facts whenever it is asked for, and never decided or stored.
package needs

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// Said is what one record tells of one person.
type Said struct {
	Needs []instrument.Need `json:"needs,omitempty"`
	Facts map[string]string `json:"facts,omitempty"`
}

// Source is a record as needs are read from it.
type Source struct {
	In     *instrument.Instrument
	Record *collections.Record
	Root   *survey.Node
}

// Keep writes anew what a record tells of the people in it, in the transaction that stored the record.
func Keep(db collections.DB, from Source, fresh bool, now time.Time) error {
	rec := from.Record
	if !fresh {
		if _, err := db.Exec(`DELETE FROM needs WHERE record=?`, rec.ID); err != nil {
			return fmt.Errorf("needs of %s: %w", rec.ID, err)
		}
	}
	day, _ := survey.Day(cmp.Or(rec.FinishedAt, rec.StartedAt, rec.ReceivedAt))
	at := collections.Stamp(now)
	for _, p := range from.people() {
		err := collections.Insert(db, collections.Needs, collections.Row{
			{Column: "id", Value: p.id}, {Column: "collection", Value: from.In.Layout.Main().Name}, {Column: "record", Value: rec.ID},
			{Column: "form", Value: rec.Form}, {Column: "form_version", Value: rec.FormVersion}, {Column: "person", Value: p.person},
			{Column: "area", Value: rec.Area}, {Column: "day", Value: day}, {Column: "rejected", Value: rec.ReviewState == collections.Rejected},
			{Column: "said", Value: collections.JSON(p.Said)}, {Column: "created", Value: at}, {Column: "updated", Value: at},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// toldOf is what a record tells of one person; id is the record's, or that of the row of a repeat.
type toldOf struct {
	id, person string
	Said
}

// people reads what the record tells of each person. What it says outside of the repeats holds as a fact of everybody in it.
func (from Source) people() (all []toldOf) {
	main := from.In.Layout.Main()
	own := from.of(main, from.Root)
	if person := from.Record.Person; person != "" && !own.none() {
		all = append(all, toldOf{from.Record.ID, person, own})
	}
	for _, t := range from.In.Layout.Tables[1:] {
		if t.Parent != main || len(from.In.Tellings[t.Name]) == 0 {
			continue
		}
		for i, node := range collections.Instances(t, from.Root) {
			link := from.Record.Rows[node]
			said := from.of(t, node)
			if link.Person == "" || said.none() && len(own.Facts) == 0 {
				continue
			}
			facts := maps.Clone(own.Facts)
			maps.Copy(facts, said.Facts)
			id := cmp.Or(link.ID, collections.RowID(from.Record.ID, t.Name, "", i+1))
			all = append(all, toldOf{id, link.Person, Said{said.Needs, facts}})
		}
	}
	return all
}

func (s Said) none() bool { return len(s.Needs) == 0 && len(s.Facts) == 0 }

// of reads one node of a table.
func (from Source) of(t *survey.Table, node *survey.Node) Said {
	levels, said := map[[2]string]string{}, Said{Facts: map[string]string{}}
	tellings := from.In.Tellings[t.Name]
	for i := range tellings {
		one := &tellings[i]
		answer := collections.ValueAt(node, one.Column.Path)
		one.Needs(answer, levels)
		if known := one.Known(answer); one.Fact != "" && known != "" {
			said.Facts[one.Fact] = known
		}
	}
	for at, level := range levels {
		said.Needs = append(said.Needs, instrument.Need{Domain: at[0], Item: at[1], Level: level})
	}
	slices.SortFunc(said.Needs, func(a, b instrument.Need) int {
		return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Item, b.Item))
	})
	return said
}
