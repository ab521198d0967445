package ingest

import (
	"context"
	"maps"
	"slices"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
)

// stored reads the record that has the submission's id. The record is kept in the later of the version that it has and the one
// that the sender filled in.
func (d *prepared) stored(db collections.DB, intake *Intake) (rec *collections.Record, root *survey.Node, found bool, err error) {
	d.sent = d.form
	if d.fresh {
		return nil, nil, false, nil
	}
	rec, root, found, err = d.form.Whole.Find(db, d.op.ID)
	if err != nil || !found || rec.FormVersion == d.form.Version {
		return rec, root, found, err
	}
	own, ok := intake.Instruments.Get(rec.Form, rec.FormVersion)
	if !ok || own.Status == instrument.Draft || instrument.Later(own, d.form) != own {
		return rec, root, found, err
	}
	d.form = own
	return own.Whole.Find(db, d.op.ID)
}

// correct brings what a sender says into the record that is stored: what happened since the base of the sender, what
// their version of the form does not ask for, and who is who among the rows.
func (v revising) correct(theirs *survey.Node) error {
	d, layout := v.d, v.d.form.Whole
	v.stored = readRow(layout, theirs, v.before.Rows)
	mine := readRow(d.sent.Layout, d.inst.Root, nil)
	base := v.stored
	if v.base() < v.before.Rev {
		var err error
		if base, err = answersAt(v.db, d.op.ID, v.base(), layout, v.stored); err != nil {
			return err
		}
	}
	m := &merger{layout: layout, sender: d.sent, keys: maps.Clone(d.sent.Keys), partial: d.correction != nil, persons: map[string]string{}}
	maps.Copy(m.keys, d.form.Keys)
	for _, link := range v.before.Rows {
		m.persons[link.ID] = link.Person
	}
	m.back = putBackIn(layout, v.stored, v.before.Issues)
	merged := m.merge(base, v.stored, mine)
	merged.identify(d.op.ID, "", v.before.Rev+1)
	merged.number(layout)
	v.keepPutBack(m.back, merged)
	d.ids = map[*survey.Node]string{}
	merged.places(d.ids)
	for _, c := range m.clashes {
		path := c.row.path + c.path
		v.conflicts = append(v.conflicts, path)
		if err := v.edits().keep(difference{path, c.row.where, c.theirs, c.mine}, kindConflict, statusOpen); err != nil {
			return err
		}
	}
	links := map[*survey.Node]collections.RowLink{}
	if d.sent == d.form && merged.equal(mine) {
		merged.link(links)
	} else {
		v.rebuild(merged, links)
	}
	d.rec.Rows, d.were = links, v.earlier(merged, m.keys, links)
	d.people, d.house = nil, nil
	d.name()
	return nil
}

// identify gives new rows their ids.
func (r *row) identify(record, id string, rev int64) {
	for table, rows := range r.below {
		for i, one := range rows {
			if one.id == "" {
				one.id = collections.AddedRowID(record, table, id, rev, i+1)
			}
			one.identify(record, one.id, rev)
		}
	}
}

// link notes the ids of rows by the nodes that they were read from.
func (r *row) link(links map[*survey.Node]collections.RowLink) {
	for _, rows := range r.below {
		for _, one := range rows {
			links[one.node] = collections.RowLink{ID: one.id}
			one.link(links)
		}
	}
}

// rebuild makes the tree of the merged record, and prepares what follows from it anew.
func (v revising) rebuild(merged *row, links map[*survey.Node]collections.RowLink) {
	d := v.d
	root := survey.NewElement(d.form.Form.Name)
	root.Attrs = d.inst.Root.Attrs
	merged.write(d.form.Whole, root, links)
	xform.Complete(d.form.Form, root)
	d.inst.Root = root
	d.issues, d.merged = slices.Clone(d.unread), true
	d.check(context.Background(), v.intake) // bounded by its own budget of steps
	if v.sender.Channel == Dashboard {
		d.issues = append(d.issues, ofArrival(v.before.Issues)...)
	} else {
		d.checkClock(v.sender.ClockOffset, v.now)
	}
	d.place(v.sender)
}

// earlier finds whom the rows were about before, by their nodes. A row whose name and birth date are both others now is
// about somebody else.
func (v revising) earlier(merged *row, keys map[string]instrument.RowKey,
	links map[*survey.Node]collections.RowLink) map[*survey.Node]string {
	persons := map[string]string{}
	for _, link := range v.before.Rows {
		persons[link.ID] = link.Person
	}
	was, is := map[string]*row{}, map[string]*row{}
	v.stored.index(was)
	merged.index(is)
	found := map[*survey.Node]string{}
	for node, link := range links {
		old, now := was[link.ID], is[link.ID]
		if old != nil && now != nil && persons[link.ID] != "" && samePerson(old, now, keys[old.table]) {
			found[node] = persons[link.ID]
		}
	}
	return found
}

// index lists the rows below by their ids.
func (r *row) index(all map[string]*row) {
	for _, rows := range r.below {
		for _, one := range rows {
			all[one.id] = one
			one.index(all)
		}
	}
}
