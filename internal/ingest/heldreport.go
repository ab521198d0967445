package ingest

import (
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
)

// glimpse reads of a submission that cannot become a record what its form says must be acted on: by the version that it
// names, else by the newest of the form, whose questions mostly have the same names.
func (d *prepared) glimpse(intake *Intake) {
	in := d.form
	if in == nil {
		var known bool
		if in, known = intake.Instruments.Get(d.op.Form, d.op.Version); !known {
			if in, known = intake.Instruments.Newest(d.op.Form); !known {
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
	d.issues = slices.DeleteFunc(in.Glimpse(inst, intake.Now()), func(i survey.Issue) bool { return !isReport(i) })
}

// heldTitle names the task about a submission in quarantine.
const heldTitle = "隔离中的记录提到危险（请主管判断） · danger in a quarantined record: for a supervisor to judge"

// reportHeld opens a task for the supervisors of an area about what a submission in quarantine discloses. What an earlier
// submission of the same instance, or its record, was reported for is not reported again.
func (s *storing) reportHeld(submission, area string) error {
	db, d := s.db, s.d
	found := slices.DeleteFunc(slices.Clone(d.issues), func(i survey.Issue) bool { return !isReport(i) })
	if len(found) == 0 {
		return nil
	}
	reported, err := reportsOf(db, d.op.ID, d.op.instance(), "")
	if err != nil {
		return err
	}
	asSent := strings.NewReplacer()
	fresh, causes := reported.tell(found, func(i survey.Issue) []string { return causesOf(db, d.op.ID, i, asSent) })
	held := consequences{&storing{db: db, d: d, now: s.now}} // nobody said it to the register yet
	if err := reported.keep(held.storing, nil); err != nil {
		return err
	}
	if len(fresh) == 0 {
		return nil
	}
	d.rec.Area = area
	return held.openReport(reportSubject{collections.Submissions, submission, heldTitle, validate.SuspectedReport}, fresh, causes)
}
