package hooks_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections/forms"
	"doorstep/internal/testapp"
	"doorstep/internal/xlsform"
)

// version is the fall-risk form under another version, with some of its text replaced.
func version(t *testing.T, number string, changes ...string) string {
	t.Helper()
	md := strings.Replace(fallRisk(t), "| fall_risk | 1 |", "| fall_risk | "+number+" |", 1)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(md, changes[i]) {
			t.Fatalf("the form has no %q", changes[i])
		}
		md = strings.Replace(md, changes[i], changes[i+1], 1)
	}
	return md
}

// second adds a required question and a choice, and asks no phone any more.
func second(t *testing.T) string {
	t.Helper()
	return version(t, "2",
		"| | decimal | tug_seconds |", "| | select_one yes_no | alone | 是否独居 | Living alone? | yes | | | | | | | | | |\n| | decimal | tug_seconds |",
		"| | text | phone | 手机 | Mobile phone | | | | | | | | persons#phone | cn_mobile | |\n", "",
		"| | hazard | wet_floor |", "| | hazard | carpet | 地毯 | Carpet | |\n| | hazard | wet_floor |")
}

func TestVersionsLiveSideBySide(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	if status, got := upload(t, c.manager, "fall_risk.xlsx", workbook(t, fallRisk(t)), ""); status != http.StatusOK {
		t.Fatalf("version 1: %d %+v", status, got)
	}
	person := check(testapp.Inside(gridA), "示例路 1 号 101", "赵示例", elder1, "1945-05-01")
	person["home"].(map[string]any)["hazards"] = []string{"no_rail", "carpet"}
	id := uuid.NewString()
	if r := send(t, c.tablet, submit(1, id, "1", person)); r.says("logic.choice", "home/hazards") == "" {
		t.Errorf("version 1 takes a choice that it does not have: %+v", r.Issues)
	}
	if status, got := upload(t, c.manager, "fall_risk.xlsx", workbook(t, second(t)), ""); status != http.StatusOK || got.Version != "2" {
		t.Fatalf("version 2: %d %+v", status, got)
	}
	fields, err := c.app.FindCollectionByNameOrId("fall_risks")
	if err != nil {
		t.Fatal(err)
	}
	hazards := fields.Fields.GetByName("hazards").(*core.SelectField)
	if fields.Fields.GetByName("alone") == nil || !slices.Contains(hazards.Values, "carpet") || hazards.MaxSelect != 4 {
		t.Errorf("version 2 did not extend the collection: %+v", hazards)
	}
	for i, want := range []struct{ version, choice, required string }{{"1", "答案不在可选项之内，不能存入此题；原答案保存在修改记录中。", ""}, {"2", "", "此题必填，但没有答案。"}} {
		r := send(t, c.tablet, submit(2+i, uuid.NewString(), want.version, person))
		if r.Status != "stored" || r.says("logic.choice", "home/hazards") != want.choice || r.says("logic.required", "home/alone") != want.required {
			t.Errorf("a record of version %s: %+v", want.version, r.Issues)
		}
	}
	record := "/api/doorstep/v1/records/fall_risks/" + id
	c.boss.Want(http.StatusOK, http.MethodPost, record+"/review", map[string]any{"decision": "return", "comment": "请核对"}, nil)
	for _, ch := range pull(t, c.tablet, "").Changes {
		if ch.ID == id && (!strings.Contains(string(ch.Data), `"version":"1"`) || !strings.Contains(string(ch.Data), `"phone":"13800000000"`)) {
			t.Errorf("a record of version 1 came back as %s", ch.Data)
		}
	}
	worker, err := c.app.FindFirstRecordByData("workers", "staff_no", "F1")
	if err != nil {
		t.Fatal(err)
	}
	phone := newCollect(t, c.app, c.app.Serve(t), worker.Id)
	for form, entry := range phone.forms() {
		if strings.HasPrefix(form, "correct.") && (entry.Version != "1" || !strings.Contains(string(phone.get(entry.DownloadURL).Body), "13800000000")) {
			t.Errorf("a record of version 1 reaches an ODK app as version %s", entry.Version)
		}
	}
}

func TestVersionsThatAreRefused(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	if status, got := upload(t, c.manager, "fall_risk.xlsx", workbook(t, fallRisk(t)), ""); status != http.StatusOK {
		t.Fatalf("version 1: %d %+v", status, got)
	}
	before := rowsIn(t, c.app, "changes")
	cases := map[string]struct{ md, code, sheet, column, question string }{
		"another type":                 {version(t, "2", "| | integer | medicines |", "| | text | medicines |"), "form.type_changed", "survey", "type", "medicines"},
		"another type in a repeat":     {version(t, "2", "| | decimal | days_in_bed |", "| | integer | days_in_bed |"), "form.type_changed", "survey", "type", "days_in_bed"},
		"one choice becomes several":   {version(t, "2", "| | select_one room | room |", "| | select_multiple room | room |"), "form.type_changed", "survey", "type", "room"},
		"a namesake takes the column":  {version(t, "2", "| | begin group | elder |", "| | begin group | other | 其他 | Other | | | | | | | | | | |\n| | text | phone | 电话 | Phone | | | | | | | | | | |\n| | end group | other | | | | | | | | | | | | |\n| | begin group | elder |"), "form.column_moved", "survey", "name", "phone"},
		"another table":                {version(t, "2", "| fall_risks |", "| fall_checks |"), "form.table_changed", "settings", "table", ""},
		"the version was used already": {version(t, "1", "每天服几种药", "服药种数"), "form.version_taken", "settings", "version", ""},
	}
	for name, tt := range cases {
		for _, status := range []string{"published", "draft"} {
			t.Run(name+" "+status, func(t *testing.T) {
				got, answer := upload(t, c.manager, "fall_risk.xlsx", workbook(t, tt.md), status)
				if got != http.StatusBadRequest || answer.Code != "form.workbook" || len(answer.Data) != 1 {
					t.Fatalf("%d %+v", got, answer)
				}
				p := answer.Data[0]
				row := 0
				if tt.question != "" {
					row = lastRowOf(tt.md, tt.question)
				}
				if p.Code != tt.code || p.Sheet != tt.sheet || p.Column != tt.column || p.Row != row || p.ZH == "" || p.EN == "" {
					t.Errorf("%+v, want %s at %s row %d", p, tt.code, tt.sheet, row)
				}
			})
		}
	}
	if n := rowsIn(t, c.app, "changes"); n != before {
		t.Errorf("refused versions announced %d changes", n-before)
	}
	if _, err := c.app.FindCollectionByNameOrId("fall_checks"); err == nil {
		t.Error("a refused version made a collection")
	}
}

// lastRowOf is the row in the survey sheet of the last question of that name.
func lastRowOf(md, question string) int {
	row, last := 0, 0
	for line := range strings.Lines(md[strings.Index(md, "| survey |"):strings.Index(md, "| choices |")]) {
		if cells := strings.Split(line, "|"); len(cells) > 4 && strings.TrimSpace(cells[3]) == question {
			last = row
		}
		row++
	}
	return last
}

func TestTheSameWorkbookAgainChangesNothing(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	noVersion := strings.Replace(fallRisk(t), "| fall_risk | 1 |", "| fall_risk | |", 1)
	for name, md := range map[string]string{"with a version": version(t, "1"), "without a version": strings.Replace(noVersion, "| fall_risk | |", "| fall_risk_b | |", 1)} {
		t.Run(name, func(t *testing.T) {
			md = strings.Replace(md, "| fall_risks |", "| t"+uuid.NewString()[:8]+" |", 1)
			_, first := upload(t, c.manager, "f.xlsx", workbook(t, md), "")
			forms, changes, audit := rowsIn(t, c.app, "forms"), rowsIn(t, c.app, "changes"), rowsIn(t, c.app, "audit")
			for _, status := range []string{"published", "draft"} {
				c.app.Advance(1e9)
				got, again := upload(t, c.manager, "f.xlsx", workbook(t, md), status)
				if got != http.StatusOK || again.Version != first.Version || again.MD5 != first.MD5 || again.Status != "published" {
					t.Errorf("again as %s: %d %+v, first %+v", status, got, again, first)
				}
			}
			if rowsIn(t, c.app, "forms") != forms || rowsIn(t, c.app, "changes") != changes || rowsIn(t, c.app, "audit") != audit {
				t.Error("the same workbook left traces")
			}
		})
	}
}

func TestLifeOfAVersion(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	upload(t, c.manager, "fall_risk.xlsx", workbook(t, fallRisk(t)), "draft")
	for _, step := range []struct {
		to   string
		want int
	}{
		{"closing", 409}, {"closed", 409}, {"draft", 409}, {"nonsense", 409}, {"", 409},
		{"published", 204}, {"published", 409}, {"draft", 409},
		{"closing", 204}, {"draft", 409}, {"published", 204}, {"closed", 204}, {"published", 409}, {"closing", 204},
	} {
		if got := setStatus(t, c.manager, "fall_risk", "1", step.to); got != step.want {
			t.Errorf("to %q: %d, want %d", step.to, got, step.want)
		}
	}
	if got := setStatus(t, c.manager, "fall_risk", "9", "closed"); got != http.StatusNotFound {
		t.Errorf("an unknown version: %d", got)
	}
	if got := setStatus(t, c.boss, "fall_risk", "1", "closed"); got != http.StatusForbidden {
		t.Errorf("a supervisor: %d", got)
	}
}

func TestClosingFormsLeaveTheTabletsAndStillTakeRecords(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	upload(t, c.manager, "fall_risk.xlsx", workbook(t, fallRisk(t)), "")
	cursor := pull(t, c.tablet, "").Cursor
	id := uuid.NewString()
	person := check(testapp.Inside(gridA), "示例路 1 号 101", "赵示例", elder1, "1945-05-01")
	send(t, c.tablet, submit(1, id, "1", person))
	for i, status := range []string{"closing", "closed"} {
		setStatus(t, c.manager, "fall_risk", "1", status)
		if status == "closing" {
			if delta := pull(t, c.tablet, cursor); !announced(delta, "leave") || announced(delta, "upsert") {
				t.Errorf("%s: tablets get %+v", status, delta.Changes)
			}
		}
		all := pull(t, c.tablet, "")
		if announced(all, "upsert") {
			t.Errorf("%s: a first pull brings the form", status)
		}
		if !holds(all, id) {
			t.Errorf("%s: a first pull lacks the worker's own record", status)
		}
		if r := send(t, c.tablet, submit(2+i, uuid.NewString(), "1", person)); r.Status != "stored" || r.ReviewState == "draft" {
			t.Errorf("%s: %+v", status, r)
		}
	}
}

func holds(p page, id string) bool {
	for _, ch := range p.Changes {
		if ch.ID == id && ch.Op == "upsert" {
			return true
		}
	}
	return false
}

// shippedVersion is the version of a form as it comes with the program.
func shippedVersion(t *testing.T, form string) string {
	t.Helper()
	raw, err := forms.Files.ReadFile(form + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	f, err := xlsform.Read(form+".csv", bytes.NewReader(raw), xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f.Version
}
