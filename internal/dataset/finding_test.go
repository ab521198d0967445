package dataset_test

import (
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/dataset"
	"doorstep/internal/survey"
)

func TestFindings(t *testing.T) {
	o := newOffice(t)
	id := o.put(t, func(r *collections.Record) {
		r.Issues = []survey.Issue{
			{Code: "logic.required", Field: "carers[2]/hours", Severity: survey.Error, ZH: "没有回答。", EN: "Not answered."},
			{Code: "logic.unknown_element", Field: "carers[1]/金丝雀", Severity: survey.Warning, ZH: "多出的题。", EN: "An extra element."},
			{Code: "time.clock_off", Severity: survey.Warning, ZH: "时钟不准。", EN: "The clock was off."},
		}
	}, "crop", "rice")
	o.put(t, nil, "crop", "wheat")
	o.put(t, func(r *collections.Record) {
		r.ReviewState, r.Issues = collections.Returned, []survey.Issue{{Code: "of another state", Severity: survey.Error}}
	}, "crop", "returned")
	out, report := o.export(t, dataset.Selection{Everywhere: true})
	rows := out.rows(t, "findings.csv")
	if len(rows) != 3 || report.Tables[3].Rows != 3 {
		t.Fatalf("%d findings, report %+v", len(rows), report.Tables)
	}
	same(t, rows[0], map[string]string{"position": "1", "code": "logic.required", "severity": "error", "question": "hours", "place": "carers[2]/hours", "zh": "没有回答。", "en": "Not answered."})
	same(t, rows[1], map[string]string{"code": "logic.unknown_element", "question": "carers", "place": "carers[1]"})
	same(t, rows[2], map[string]string{"code": "time.clock_off", "question": "", "severity": "warning"})
	if visit := out.rows(t, "sample_visits.csv")[0]; rows[0]["visit"] == "" || rows[0]["visit"] != visit["id"] && rows[0]["visit"] != out.rows(t, "sample_visits.csv")[1]["id"] {
		t.Errorf("the findings of %q join no record: %v", rows[0]["visit"], visit)
	}
	if all := out["findings.csv"].String(); strings.Contains(all, id) || strings.Contains(all, "金丝雀") {
		t.Error("the findings tell the id of a record or what a tablet made up")
	}
	out, _ = o.export(t, dataset.Selection{Everywhere: true, Identified: true, Labels: "zh"})
	same(t, out.rows(t, "findings.csv")[0], map[string]string{"visit": id, "severity": "错误"})
}
