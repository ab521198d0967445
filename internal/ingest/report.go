package ingest

import (
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

type reportKind struct{ code, title string }

// reports are the titles of the tasks that these issues open, the gravest first.
var reports = []reportKind{
	{validate.MandatoryReport, "强制报告 · mandatory report"},
	{validate.UrgentFollowUp, "紧急跟进 · urgent follow-up"},
	{validate.SuspectedReport, "强制报告（疑似，请主管判断） · suspected: for a supervisor to judge"},
}

func isReport(i survey.Issue) bool {
	return slices.ContainsFunc(reports, func(r reportKind) bool { return r.code == i.Code })
}

// announce tells the worker's tablets.
func (c consequences) announce() error {
	return collections.Announce(c.db, collections.RevisionOf(c.table(), c.d.op.ID, c.d.rec.Rev), collections.ToWorker(c.d.rec.Worker),
		collections.Upsert, c.now)
}

// report opens an urgent follow-up for the territory's supervisors and queues the notice, for what no earlier report of the
// record was about: an earlier one may be closed already. More of what an open one is about is added to that one.
func (c consequences) report() error {
	found := slices.DeleteFunc(slices.Clone(c.d.issues), func(i survey.Issue) bool { return !isReport(i) })
	if len(found) == 0 {
		return nil
	}
	var reported priorReports
	if c.exists || !c.d.fresh {
		var err error
		if reported, err = reportsOf(c.db, c.d.op.ID, c.d.op.instance(), c.d.held); err != nil {
			return err
		}
	}
	names := rowNames(readRow(c.d.form.Whole, c.d.inst.Root, c.d.rec.Rows), c.d.op.ID)
	reported.name(names)
	fresh, causes := reported.tell(found, func(i survey.Issue) []string { return causesOf(c.db, c.d.op.ID, i, names) })
	if err := reported.keep(c.storing, collections.Row{{Column: "collection", Value: c.table()}, {Column: "record", Value: c.d.op.ID},
		{Column: "household", Value: c.d.rec.Household}, {Column: "area", Value: c.d.rec.Area}}); err != nil || len(fresh) == 0 {
		return err
	}
	gravest := slices.IndexFunc(reports, func(r reportKind) bool {
		return slices.ContainsFunc(fresh, func(i survey.Issue) bool { return i.Code == r.code })
	})
	return c.openReport(reportSubject{c.table(), c.d.op.ID, reports[gravest].title, reports[gravest].code}, fresh, causes)
}

// rowNames writes the places of rows in field paths as their ids, which rows keep when others come or go.
func rowNames(r *row, record string) *strings.Replacer {
	var pairs []string
	r.eachBelow(record, "", func(path, id string) { pairs = append([]string{path, id + "/"}, pairs...) }) // the first that fits is taken
	return strings.NewReplacer(pairs...)
}

// eachBelow calls do for every row below, outer ones first, with its place in the record and its id.
func (r *row) eachBelow(record, id string, do func(path, id string)) {
	for table, rows := range r.below {
		for i, one := range rows {
			own := one.id
			if own == "" {
				own = collections.RowID(record, table, id, i+1)
			}
			do(one.path, own)
			one.eachBelow(record, own, do)
		}
	}
}

// reportSubject is what a report is about, what its task is called, and the kind of its notice.
type reportSubject struct{ collection, record, title, kind string }

// openReport makes the urgent task of a report and queues its notice.
func (c consequences) openReport(a reportSubject, issues []survey.Issue, causes []string) error {
	id, err := c.openTask(a.collection, a.record, collections.Row{
		{Column: "kind", Value: "follow_up"}, {Column: "priority", Value: "urgent"}, {Column: "title", Value: a.title},
		{Column: "issues", Value: collections.JSON(issues)}, {Column: "causes", Value: collections.JSONList(causes)},
	})
	if err != nil {
		return err
	}
	return collections.Enqueue(c.db, a.kind, id, map[string]string{"collection": a.collection, "record": a.record, "area": c.d.rec.Area,
		"task": id}, c.now)
}

// openTask makes a task about a record, or a submission, for the supervisors of its area, and returns its id.
func (c consequences) openTask(collection, record string, row collections.Row) (string, error) {
	id, at := collections.NewID(), collections.Stamp(c.now)
	return id, collections.Insert(c.db, collections.Tasks, append(collections.Row{
		{Column: "id", Value: id}, {Column: "household", Value: c.d.rec.Household}, {Column: "collection", Value: collection},
		{Column: "record", Value: record},
		{Column: "form", Value: c.d.op.Form}, {Column: "area", Value: c.d.rec.Area}, {Column: "status", Value: "open"}, {Column: "rev", Value: 1},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
	}, row...))
}
