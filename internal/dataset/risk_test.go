package dataset_test

import (
	"encoding/json"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/dataset"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
)

const gridB = "990101001002001"

// village puts seven persons of one band into two communities of a street, and one old person elsewhere:
// community 1: lift y three times (one household twice), n once; community 2: y once, n once; another district: n once.
func (o *office) village(t *testing.T) {
	t.Helper()
	put := func(person, area, born, lift, crop string) {
		o.put(t, func(r *collections.Record) { r.Household, r.Person, r.Area = "home-"+person, person, area }, "born", born, "lift", lift, "crop", crop, "age", "76")
	}
	put("p1", gridA, "1950-01-01", "y", "rice")
	put("p2", gridA, "1951-01-01", "y", "corn")
	put("p2", gridA, "1951-01-01", "y", "corn")
	put("p3", gridA, "1950-01-01", "n", "rice")
	put("p4", gridB, "1950-01-01", "y", "rice")
	put("p5", gridB, "1950-01-01", "n", "rice")
	put("p6", gridC, "1930-01-01", "n", "rice")
}

func (f files) risk(t *testing.T) dataset.RiskReport {
	t.Helper()
	var r dataset.RiskReport
	if err := json.Unmarshal(f["disclosure.json"].Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

var byLift = dataset.Selection{Everywhere: true, Quasi: []string{"area", "lift", "born/age_band"}, K: 2, Sensitive: []string{"sample_visits.crop"}}

func TestSmallCells(t *testing.T) {
	o := newOffice(t)
	o.village(t)
	out, report := o.export(t, byLift)
	r := out.risk(t)
	visits := r.Tables[0]
	if visits.Rows != 7 || visits.Classes != 5 || visits.Smallest != 1 || visits.BelowK != (dataset.SmallCells{Classes: 4, Rows: 4}) || visits.Sensitive[0].BelowL != (dataset.SmallCells{Classes: 4, Rows: 4}) {
		t.Errorf("%+v", visits)
	}
	if report.Risk == nil || report.Risk.Small() != 8 {
		t.Errorf("report %+v", report.Risk)
	}
	list := out.rows(t, "disclosure.csv")
	same(t, list[0], map[string]string{"table": "sample_visits", "class": "area=990101001001; born/age_band=75; lift=n", "rows": "1", "persons": "1", "below": "k l:crop"})
	if len(list) != 4 {
		t.Errorf("%d small classes listed, want 4", len(list))
	}
	for _, want := range []string{"少于 2 人的 4 个，涉及 4 行", "4 of them below 2 persons, with 4 rows", "--suppress"} {
		if !strings.Contains(out["disclosure.txt"].String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out["disclosure.txt"])
		}
	}
	// One person who was visited twice is one person.
	if out, _ = o.export(t, dataset.Selection{Everywhere: true, Quasi: []string{"lift", "age/age_band", "born/age_band"}, K: 4}); out.risk(t).Tables[0].BelowK.Classes != 3 {
		t.Errorf("%+v", out.risk(t).Tables[0])
	}
}

func TestSmallCellsSuppressed(t *testing.T) {
	o := newOffice(t)
	o.village(t)
	sel := byLift
	sel.Suppress, sel.L = true, 1
	out, _ := o.export(t, sel)
	r := out.risk(t)
	if r.Small() != 0 || len(out.rows(t, "disclosure.csv")) != 0 {
		t.Errorf("small cells remain: %+v", r.Tables[0])
	}
	if r.Tables[0].BlankedOut != 2 || r.Tables[0].Area[1] != (dataset.AreaDetail{Level: "street", Rows: 2}) {
		t.Errorf("%+v", r.Tables[0])
	}
	rows := out.rows(t, "sample_visits.csv")
	same(t, rows[0], map[string]string{"area": "990101001001", "lift": "y", "born/age_band": "75"})
	same(t, rows[3], map[string]string{"area": "990101001", "area/community": "", "lift": "n", "born/age_band": "75"})
	same(t, rows[5], map[string]string{"area": "990101001", "area/community": "", "lift": "n", "born/age_band": "75"})
	for _, i := range []int{4, 6} {
		same(t, rows[i], map[string]string{"area": "", "area/city": "", "lift": "", "born/age_band": "", "crop": "rice"})
	}
	sel.Quasi = []string{"lift", "born/age_band"}
	beside, _ := o.export(t, sel)
	same(t, beside.rows(t, "sample_visits.csv")[6], map[string]string{"area": "990102001001", "area/city": "示例市", "lift": "", "born/age_band": ""})
	if text := out["disclosure.txt"].String(); !strings.Contains(text, "没有小组合") || !strings.Contains(text, "blanked: 2 rows") {
		t.Error(text)
	}
}

// Sex and age are quasi-identifiers by themselves; the form may name more, and ask for single years.
func TestDeclaredForDisclosure(t *testing.T) {
	o := newOffice(t)
	text := strings.NewReplacer("bind::doorstep:sensitivity,bind::doorstep:codes\n", "bind::doorstep:sensitivity,bind::doorstep:disclosure,bind::doorstep:age_band,bind::doorstep:codes\n", ",,,,load\n", ",,,,,,load\n",
		"persons#birth_date,\n", "persons#birth_date,,,1\n", "falls,跌倒次数,Falls,,,,none\n", "falls,跌倒次数,Falls,,,,none,quasi,\n,select_one yn,carer_sex,性别,Sex,,,,,,\n,integer,carer_age,年龄,Age,,,,,,\n",
		"lift,有电梯吗,Is there a lift,,,,\n", "lift,有电梯吗,Is there a lift,,,,,sensitive,\n", ",sample,1,", ",sample,2,").Replace(form)
	in, err := o.Doorstep.Library.Publish(o.TestApp, instrument.Workbook{Name: "sample.csv", Raw: []byte(text)}, instrument.Published, "", now)
	if err != nil {
		t.Fatal(err)
	}
	o.in = in
	o.put(t, nil, "born", "1950-06-07", "carer_age", "103", "falls", "3", "lift", "y")
	out, _ := o.export(t, dataset.Selection{Everywhere: true, Labels: "en"})
	same(t, out.rows(t, "sample_visits.csv")[0], map[string]string{"born/age": "76", "carer_age/age_band": "aged 90 and over"})
	r := out.risk(t).Tables[0]
	if got := strings.Join(r.Quasi, " "); got != "area born/age falls carer_sex carer_age/age_band age/age_band" || r.Sensitive[0].Variable != "lift" {
		t.Errorf("quasi-identifiers %s, sensitive %v", got, r.Sensitive)
	}
}

// What the form declares sealed is not readable in the database and goes out all the same, with what is calculated from it.
func TestSealedGoesOut(t *testing.T) {
	o := newOffice(t)
	text := strings.NewReplacer("lift,有电梯吗,Is there a lift,,,,\n", "lift,有电梯吗,Is there a lift,,,,sealed\n", ",sample,1,", ",sample,2,").Replace(form)
	in, err := o.Doorstep.Library.Publish(o.TestApp, instrument.Workbook{Name: "sample.csv", Raw: []byte(text)}, instrument.Published, "", now)
	if err != nil {
		t.Fatal(err)
	}
	o.in = in
	id := o.put(t, nil, "lift", "y", "load", "low", "crop", "稻")
	var lift, load, crop string
	if _, err := collections.One(collections.Read(o.TestApp), `SELECT lift, load, crop FROM sample_visits WHERE id=?`, []any{id}, &lift, &load, &crop); err != nil || lift+load != "" || crop != "稻" {
		t.Errorf("the database holds %q, %q, %q (%v)", lift, load, crop, err)
	}
	out, _ := o.export(t, dataset.Selection{Everywhere: true, Labels: "en"})
	same(t, out.rows(t, "sample_visits.csv")[0], map[string]string{"lift": "Yes", "load": "Low", "crop": "稻"})
}

func TestRiskRefusals(t *testing.T) {
	o := newOffice(t)
	for name, sel := range map[string]dataset.Selection{
		"quasi: nowhere":        {Quasi: []string{"nowhere"}},
		"quasi: elder_name":     {Quasi: []string{"elder_name"}},
		"sensitive: born":       {Sensitive: []string{"born"}},
		"k":                     {K: 1},
		"l":                     {L: 21},
		"suppress":              {Suppress: true, Identified: true},
		"sensitive: other.crop": {Sensitive: []string{"other.crop"}},
	} {
		t.Run(name, func(t *testing.T) {
			sel.Now = now
			if _, err := dataset.Write(t.Context(), o.TestApp, o.in, sel, files{}); problem.As(err).Code != problem.BadParameter || !strings.HasPrefix(problem.As(err).Detail, name) {
				t.Errorf("error %v", err)
			}
		})
	}
}
