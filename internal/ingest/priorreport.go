package ingest

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// priorReport is a report that a record has had, or one about a submission of it that was in quarantine (held), whose causes
// name the places of the questions as they were sent.
type priorReport struct {
	id         string
	open, held bool
	causes     []string
	wider      bool // causes were added
}

type priorReports []*priorReport

// causesOf are what an issue reports: for each choice the code, the question, and a keyed hash of the choice. The hash is of
// this record's alone, so that causes tell nobody what was said; a change of its key reports once more.
func causesOf(db collections.DB, record string, i survey.Issue, names *strings.Replacer) (all []string) {
	about := i.Code + " " + names.Replace(i.Field)
	question := i.Field[strings.LastIndex(i.Field, "/")+1:]
	for choice := range strings.FieldsSeq(i.Said.Choices) {
		all = append(all, about+" "+db.Keys().Index("report", record+"/"+question+"/"+choice))
	}
	return all
}

// reportsOf finds the reports about a record, and about the submissions of an instance.
// Those of a submission that a supervisor has closed count only where from, which is being released, is that submission:
// anybody may send something in another's name, and what it said must not silence the author.
func reportsOf(db collections.DB, record, instance, from string) (all priorReports, err error) {
	err = collections.Each(db, `SELECT id, collection, record, status, COALESCE(causes,'[]') FROM tasks
		WHERE kind='follow_up' AND (record=? OR record IN (SELECT id FROM submissions WHERE instance=? AND instance!=''))`,
		[]any{record, instance}, func(rows *sql.Rows) error {
			var r priorReport
			var collection, about, status, list string
			if err := rows.Scan(&r.id, &collection, &about, &status, &list); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(orNone(list)), &r.causes); err != nil {
				return err
			}
			r.open, r.held = status == "open", collection == collections.Submissions
			if !r.held || r.open || about == from {
				all = append(all, &r)
			}
			return nil
		})
	return all, err
}

// name writes the places of rows as their ids in the reports about submissions.
func (all priorReports) name(names *strings.Replacer) {
	for _, r := range all {
		for k := range r.causes {
			if r.held {
				r.causes[k] = names.Replace(r.causes[k])
			}
		}
	}
}

// tell lists the issues that need a report of their own, with their causes, and adds what is more of an open one to that. An
// answer of one choice that is suspected where a certain one was reported says less, not more.
func (all priorReports) tell(found []survey.Issue, of func(survey.Issue) []string) (fresh []survey.Issue, causes []string) {
	for _, i := range found {
		said := of(i)
		if !slices.ContainsFunc(said, func(cause string) bool { return !all.has(cause) }) {
			continue
		}
		about := said[0][:strings.LastIndex(said[0], " ")+1]
		if i.Said.Single && i.Code == validate.SuspectedReport &&
			all.about(validate.MandatoryReport+strings.TrimPrefix(about, validate.SuspectedReport), false) != nil {
			continue
		}
		if open := all.about(about, true); open != nil {
			open.add(said)
			continue
		}
		fresh, causes = append(fresh, i), append(causes, said...)
	}
	return fresh, causes
}

func (all priorReports) has(cause string) bool {
	return slices.ContainsFunc(all, func(r *priorReport) bool { return slices.Contains(r.causes, cause) })
}

// about finds a report with a cause that begins so; nil when there is none.
func (all priorReports) about(prefix string, open bool) *priorReport {
	for _, r := range all {
		if (r.open || !open) && slices.ContainsFunc(r.causes, func(cause string) bool { return strings.HasPrefix(cause+" ", prefix) }) {
			return r
		}
	}
	return nil
}

func (r *priorReport) add(causes []string) {
	for _, cause := range causes {
		if !slices.Contains(r.causes, cause) {
			r.causes, r.wider = append(r.causes, cause), true
		}
	}
}

// keep stores what was added to reports that are open. With columns of a record, those about submissions that it came from become reports
// about it: its rows have ids now.
func (all priorReports) keep(s *storing, record collections.Row) error {
	for _, r := range all {
		row := collections.Row{{Column: "causes", Value: collections.JSONList(r.causes)}}
		switch {
		case r.held && record != nil:
			row = append(row, record...)
		case !r.wider:
			continue
		}
		if err := changeTask(s.db, r.id, s.now, row); err != nil {
			return err
		}
	}
	return nil
}
