package ingest

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// Issues that must be acted on at once, whatever the review state (Law on the Protection of Minors, article 11). A suspected
// one is for a supervisor to judge.
const (
	MandatoryReport = "report.mandatory"
	SuspectedReport = "report.suspected"
	UrgentFollowUp  = "report.urgent"
)

type reportKind struct{ code, title string }

// reports are the titles of the tasks that these issues open, the gravest first.
var reports = []reportKind{
	{MandatoryReport, "强制报告 · mandatory report"},
	{UrgentFollowUp, "紧急跟进 · urgent follow-up"},
	{SuspectedReport, "强制报告（疑似，请主管判断） · suspected: for a supervisor to judge"},
}

func isReport(i survey.Issue) bool {
	return slices.ContainsFunc(reports, func(r reportKind) bool { return r.code == i.Code })
}

// announce tells the worker's tablets.
func (s *settling) announce() error {
	return collections.Announce(s.db, s.table(), s.d.op.ID, collections.ToWorker(s.d.rec.Worker), collections.Upsert, s.d.rec.Rev, s.now)
}

// report opens an urgent follow-up for the territory's supervisors and queues the notice, for what no earlier report of the
// record was about: an earlier one may be closed already.
func (s *settling) report() error {
	found := slices.DeleteFunc(slices.Clone(s.d.issues), func(i survey.Issue) bool { return !isReport(i) })
	if len(found) == 0 {
		return nil
	}
	told, err := s.reported()
	if err != nil {
		return err
	}
	names := rowNames(readRow(s.d.form.Whole, s.d.inst.Root, s.d.rec.Rows), s.d.op.ID)
	var fresh []survey.Issue
	var causes []string
	for _, i := range found {
		if cause := i.Code + " " + names.Replace(i.Field); !slices.Contains(told, cause) {
			fresh, causes = append(fresh, i), append(causes, cause)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return s.openReport(fresh, causes)
}

// reported lists the causes of the reports that the record has had.
func (s *settling) reported() (causes []string, err error) {
	if !s.exists {
		return nil, nil
	}
	err = collections.Each(s.db, `SELECT COALESCE(causes,'[]') FROM tasks WHERE record=? AND kind='follow_up'`, []any{s.d.op.ID}, func(scan *sql.Rows) error {
		var list string
		if err := scan.Scan(&list); err != nil {
			return err
		}
		var some []string
		if err := json.Unmarshal([]byte(orNone(list)), &some); err != nil {
			return err
		}
		causes = append(causes, some...)
		return nil
	})
	return causes, err
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

// openReport makes the task of a report, named after the gravest of its issues.
func (s *settling) openReport(issues []survey.Issue, causes []string) error {
	gravest := slices.IndexFunc(reports, func(r reportKind) bool {
		return slices.ContainsFunc(issues, func(i survey.Issue) bool { return i.Code == r.code })
	})
	kind, title := reports[gravest].code, reports[gravest].title
	about, err := json.Marshal(issues)
	if err != nil {
		return err
	}
	list, err := json.Marshal(causes)
	if err != nil {
		return err
	}
	id, err := s.openTask(collections.Row{
		{Column: "kind", Value: "follow_up"}, {Column: "priority", Value: "urgent"}, {Column: "title", Value: title},
		{Column: "issues", Value: string(about)}, {Column: "causes", Value: string(list)},
	})
	if err != nil {
		return err
	}
	return collections.Enqueue(s.db, kind, id, map[string]string{"collection": s.table(), "record": s.d.op.ID, "area": s.d.rec.Area, "task": id}, s.now)
}

// openTask makes a task about the record for the supervisors of its area, and returns its id.
func (s *settling) openTask(row collections.Row) (string, error) {
	id, err := collections.NewID()
	if err != nil {
		return "", err
	}
	at := collections.Stamp(s.now)
	return id, collections.Insert(s.db, collections.Tasks, append(collections.Row{
		{Column: "id", Value: id}, {Column: "household", Value: s.d.rec.Household}, {Column: "collection", Value: s.table()}, {Column: "record", Value: s.d.op.ID},
		{Column: "form", Value: s.d.rec.Form}, {Column: "area", Value: s.d.rec.Area}, {Column: "status", Value: "open"}, {Column: "rev", Value: 1},
		{Column: "created", Value: at}, {Column: "updated", Value: at},
	}, row...))
}
