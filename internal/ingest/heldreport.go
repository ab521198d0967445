package ingest

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
)

// glimpse reads of a submission that cannot become a record what its form says must be acted on: by the version that it
// names, else by the newest of the form, whose questions mostly have the same names.
func (d *draft) glimpse(st *Stages) {
	in := d.form
	if in == nil {
		var known bool
		if in, known = st.Instruments.Get(d.op.Form, d.op.Version); !known {
			if in, known = st.Instruments.Newest(d.op.Form); !known {
				return
			}
		}
	}
	inst := d.inst
	if inst == nil {
		if len(d.op.Answers) == 0 || d.op.Answers[0] != '{' {
			return
		}
		root, _, _ := xform.FromJSON(in.Form, d.op.Answers)
		inst = &survey.Instance{FormID: in.Form.ID, Root: root}
	}
	if inst.Root == nil || in.Form.Work(inst.Root) > survey.MostWork {
		return
	}
	d.issues = slices.DeleteFunc(in.Glimpse(inst, st.Now()), func(i survey.Issue) bool { return !isReport(i) })
}

// heldTitle names the task about a submission in quarantine.
const heldTitle = "隔离中的记录提到危险（请主管判断） · danger in a quarantined record: for a supervisor to judge"

// reportHeld opens a task for the supervisors of an area about what a submission in quarantine discloses. What an earlier
// submission of the same instance, or its record, was reported for is not reported again.
func reportHeld(db collections.DB, d *draft, submission, area string, now time.Time) error {
	found := slices.DeleteFunc(slices.Clone(d.issues), func(i survey.Issue) bool { return !isReport(i) })
	if len(found) == 0 {
		return nil
	}
	told, err := reportsOf(db, d.op.ID, d.op.instance(), "")
	if err != nil {
		return err
	}
	var fresh []survey.Issue
	var causes []string
	for _, i := range found {
		if cause := i.Code + " " + i.Field; !told.has(cause) {
			fresh, causes = append(fresh, i), append(causes, cause)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	s := &settling{db: db, d: d, now: now}
	s.d.rec.Area = area
	return s.openReport(about{collections.Submissions, submission, heldTitle, SuspectedReport}, fresh, causes)
}

// priorReports are the reports that a record has had, and those about submissions of it that were in quarantine.
type priorReports struct {
	causes []string
	held   []heldReport
}

// heldReport is the task about a submission in quarantine. Its causes name the places of the questions as they were sent.
type heldReport struct {
	id     string
	causes []string
}

func (r priorReports) has(cause string) bool {
	return slices.Contains(r.causes, cause) || slices.ContainsFunc(r.held, func(h heldReport) bool { return slices.Contains(h.causes, cause) })
}

// reportsOf finds the reports about a record, and about the submissions of an instance.
// Those of a submission that a supervisor has closed count only where from, which is being released, is that submission:
// anybody may send something in another's name, and what it said must not silence the author.
func reportsOf(db collections.DB, record, instance, from string) (r priorReports, err error) {
	err = collections.Each(db, `SELECT id, collection, record, status, COALESCE(causes,'[]') FROM tasks WHERE kind='follow_up' AND (record=? OR record IN (SELECT id FROM submissions WHERE instance=? AND instance!=''))`,
		[]any{record, instance}, func(rows *sql.Rows) error {
			var h heldReport
			var collection, about, status, list string
			if err := rows.Scan(&h.id, &collection, &about, &status, &list); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(orNone(list)), &h.causes); err != nil {
				return err
			}
			switch {
			case collection != collections.Submissions:
				r.causes = append(r.causes, h.causes...)
			case status == "open" || about == from:
				r.held = append(r.held, h)
			}
			return nil
		})
	return r, err
}

// takeOver makes the tasks about submissions that this record came from tasks about the record, whose rows have ids now.
func (s *settling) takeOver(held []heldReport, names *strings.Replacer) error {
	for _, h := range held {
		causes := make([]string, len(h.causes))
		for i, cause := range h.causes {
			causes[i] = names.Replace(cause)
		}
		list, err := json.Marshal(causes)
		if err != nil {
			return err
		}
		if err := changeTask(s.db, h.id, s.now, collections.Row{
			{Column: "collection", Value: s.table()}, {Column: "record", Value: s.d.op.ID}, {Column: "household", Value: s.d.rec.Household}, {Column: "area", Value: s.d.rec.Area},
			{Column: "causes", Value: string(list)},
		}); err != nil {
			return err
		}
	}
	return nil
}
