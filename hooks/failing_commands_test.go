package hooks_test

import (
	"bytes"
	"testing"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/audit"
	"doorstep/internal/campaign"
	"doorstep/internal/grid"
	"doorstep/internal/match"
	"doorstep/internal/roster"
	"doorstep/internal/survey"
	"doorstep/internal/tabular"
	"doorstep/internal/testapp"
	"doorstep/internal/work"
)

// What an operator's commands do fails whichever statement does, and writes nothing then; but rosters and house codes are written in
// steps, and imported once more.
func TestACommandThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	app.Worker(t, "F1", "field", "990101")
	shell, now, db := access.Act{Actor: access.Shell(), Now: app.Doorstep.Now()}, app.Doorstep.Now(), collections.Read(app.TestApp)
	csv := func(text string) tabular.File {
		return tabular.File{Name: "list.csv", In: bytes.NewReader([]byte(text))}
	}
	told := func(err error, wrong survey.Problems) error {
		if err == nil && len(wrong) > 0 {
			return wrong
		}
		return err
	}
	var sweep, person string
	for _, command := range []struct {
		name    string
		inSteps bool
		do      func() error
	}{
		{"areas import", false, func() error {
			list := grid.File{Name: "areas.csv", Data: []byte("code,name\n990101003,新街道\n990101002,示例街道\n")}
			r, err := grid.Import(t.Context(), app, list, grid.Options{By: audit.Operator, Now: now})
			return told(err, r.Mistakes)
		}},
		{"areas house-codes", true, func() error {
			list := grid.File{Name: "codes.csv", Data: []byte("house_code,code\nH-1,990101001001\nH-2,990102001001\n")}
			r, err := grid.ImportHouseCodes(t.Context(), app, list, grid.Options{By: audit.Operator, Now: now})
			return told(err, r.Mistakes)
		}},
		{"roster import", true, func() error {
			list := csv("区划代码,住址,姓名,出生日期\n990101001001,示例路1号,王小明,2015-03-01\n")
			_, err := roster.ImportFile(t.Context(), app, list, roster.Options{Actor: shell.Actor, Now: now})
			return err
		}},
		{"campaigns create", false, func() (err error) {
			sweep, err = campaign.Create(app, campaign.Campaign{Name: "n", Form: "child_visit", Territory: []string{"9901"}, Status: campaign.Open}, audit.Operator, now)
			return err
		}},
		{"campaigns assign", false, func() error {
			parts := []work.Part{{Area: "990101001001", Worker: "F1", Target: 1}, {Area: "990101001002", Worker: "F1"}, {Area: "990102001002"}}
			report, err := work.Assign(t.Context(), app, shell, work.Target{Campaign: sweep, Parts: parts})
			if err == nil && len(report.Wrong) > 0 {
				t.Errorf("%+v", report.Wrong)
			}
			return err
		}},
		{"campaigns assign, changed", false, func() error {
			parts := []work.Part{{Area: "990101001001", Worker: "F1", Target: 2}, {Area: "990101001002"}}
			_, err := work.Assign(t.Context(), app, shell, work.Target{Campaign: sweep, Parts: parts})
			return err
		}},
		{"campaigns close", false, func() error { return campaign.SetStatus(app, sweep, campaign.Closed, audit.Operator, now) }},
		{"match", false, func() error {
			o, tasks := match.Options{Actor: shell.Actor, Now: now}, match.NewTasks("list.csv", "9901", shell.Actor)
			n, err := match.Compare(t.Context(), db, csv("姓名,出生日期,区划代码\n王小明,2015-03-01,990101001001\n李无名,2014-01-01,990102001001\n"), o, tasks.Take)
			if err == nil {
				_, err = tasks.Write(t.Context(), app, now)
			}
			if err == nil {
				err = match.Record(t.Context(), app, o, n, []string{person})
			}
			return err
		}},
		{"audit who", false, func() error {
			_, found, err := audit.Who(db, person, nil)
			if err == nil && !found {
				t.Error("nobody is known by the id")
			}
			return err
		}},
		{"audit verify", false, func() error { _, err := audit.Verify(db, ""); return err }},
	} {
		if person == "" && sweep != "" {
			person = list(t, db, `SELECT id FROM persons`)[0]
		}
		for n := 1; ; n++ {
			before := app.Version(t)
			var err error
			failed := app.Failing(n, isSpared, func() { err = command.do() })
			if failed == "" {
				if err != nil || n < 3 {
					t.Errorf("%s: %v at statement %d", command.name, err, n/2)
				}
				break
			}
			if err == nil {
				t.Errorf("%s succeeds, though this failed: %s", command.name, failed)
			}
			if !command.inSteps && app.Version(t) != before {
				t.Errorf("%s writes, though this failed: %s", command.name, failed)
			}
		}
	}
}
