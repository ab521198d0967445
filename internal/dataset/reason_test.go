package dataset_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"doorstep/collections"
	"doorstep/internal/dataset"
	"doorstep/internal/instrument"
)

// whyForm asks in every way that the reasons look at: by an answer of the record, of the row, by a sealed one, by other rows.
const whyForm = `survey
,type,name,label,relevant,calculation,bind::doorstep:sensitivity
,today,today,,,,
,select_one yn,consent,Consent,,,
,text,note,Note,,,
,begin_group,body,Body,${consent} = 'y',,
,select_one yn,smokes,Smokes,,,
,integer,packs,Packs,${smokes} = 'y',,none
,select_multiple ill,ills,Illnesses,,,
,text,told,Told,${note} != '',,none
,date,due,Due,today() > date('2026-01-01'),,
,select_one yn,chance,By chance,random() < 2,,
,select_one yn,many,Many,count(${kid}) > 1,,
,end_group,,,,,
,begin_repeat,kid,Child,,,
,select_one yn,school,At school,,,
,select_one yn,grade,Grade,${school} = 'y',,
,select_one yn,home,Home,${consent} = 'y',,
,end_repeat,,,,,
,begin_repeat,trip,Trip,,,
,select_one yn,far,Far,,,
,select_one yn,again,Again,position(..) > 1,,
,end_repeat,,,,,
choices
,list_name,name,label,missing
,yn,y,Yes,
,yn,n,No,
,yn,9,Refused,refused
,yn,8,Does not know,dont_know
,ill,a,A,
,ill,none_said,Does not say,refused
settings
,form_id,version,table,namespaces
,why,1,whys,"doorstep=""urn:doorstep:form"""
`

func newWhy(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	o.publish(t, whyForm, now)
	return o
}

func (o *office) publish(t *testing.T, text string, at time.Time) {
	t.Helper()
	in, err := o.Doorstep.Library.Publish(o.TestApp, instrument.Workbook{Name: "why.csv", Raw: []byte(text)}, instrument.Published, "", at)
	if err != nil {
		t.Fatal(err)
	}
	o.in = in
}

func TestWhyThereIsNoAnswer(t *testing.T) {
	o := newWhy(t)
	o.put(t, nil, "today", "2026-11-23", "consent", "y", "note", "x", "body/smokes", "n", "kid/school", "y", "kid/home", "8", "kid/school", "n", "kid/home", "y",
		"trip/far", "y", "trip/far", "n")
	o.put(t, nil, "today", "2026-11-23", "consent", "9", "kid/school", "n")
	o.put(t, nil, "consent", "y", "body/smokes", "y", "body/packs", "99999999", "body/ills", "none_said", "trip/far", "y", "trip/far", "n")
	o.put(t, nil, "today", "2026-11-23", "consent", "y", "body/smokes", "8", "body/ills", "a none_said", "body/due", "2026-11-24")
	out, report := o.export(t, dataset.Selection{Everywhere: true})
	want := []map[string]string{
		{"consent/missing": "", "body": "-", "smokes/missing": "", "packs": "", "packs/missing": "skipped", "ills/missing": "unanswered", "told/missing": "unanswered", "due/missing": "unanswered", "chance/missing": "", "many/missing": "unanswered"},
		{"consent": "9", "consent/missing": "refused", "smokes/missing": "skipped", "packs/missing": "skipped", "ills/missing": "skipped", "told/missing": "skipped", "due/missing": "skipped", "chance/missing": "skipped", "many/missing": "skipped"},
		{"packs": "", "packs/missing": "withheld", "ills/missing": "refused", "told/missing": "skipped", "due/missing": "", "many/missing": "skipped"},
		{"smokes/missing": "dont_know", "packs/missing": "skipped", "ills/missing": "", "ills/a": "1", "due/missing": ""},
	}
	rows := out.rows(t, "whys.csv")
	for i, w := range want {
		delete(w, "body")
		same(t, rows[i], w)
	}
	for i, w := range []map[string]string{
		{"school/missing": "", "grade/missing": "unanswered", "home/missing": "dont_know"},
		{"grade/missing": "skipped", "home/missing": ""},
		{"grade/missing": "skipped", "home/missing": "skipped"},
	} {
		same(t, out.rows(t, "why_kid.csv")[i], w)
	}
	for i, w := range []map[string]string{{"again/missing": "skipped"}, {"again/missing": "unanswered"}, {"again/missing": "skipped"}, {"again/missing": "unanswered"}} {
		same(t, out.rows(t, "why_trip.csv")[i], w)
	}
	for _, name := range []string{"note/missing", "today/missing"} {
		if _, there := rows[0][name]; there {
			t.Errorf("there is a column %s", name)
		}
	}
	labelled, _ := o.export(t, dataset.Selection{Everywhere: true, Labels: "zh"})
	same(t, labelled.rows(t, "whys.csv")[1], map[string]string{"smokes/missing": "按跳转规则没有问"})
	bare, short := o.export(t, dataset.Selection{Everywhere: true, NoReasons: true})
	for name := range bare.rows(t, "whys.csv")[0] {
		if strings.HasSuffix(name, "/missing") {
			t.Errorf("without reasons there is %s", name)
		}
	}
	if short.Tables[0].Columns >= report.Tables[0].Columns {
		t.Errorf("%d and %d columns", short.Tables[0].Columns, report.Tables[0].Columns)
	}
}

// The same cells in a workbook; an identified export withholds nothing.
func TestWhyInOtherFormats(t *testing.T) {
	o := newWhy(t)
	o.put(t, nil, "consent", "y", "note", "x", "body/smokes", "y", "body/packs", "99999999")
	plain, _ := o.export(t, dataset.Selection{Everywhere: true})
	book, _ := o.export(t, dataset.Selection{Everywhere: true, Format: dataset.XLSX})
	f, err := excelize.OpenReader(bytes.NewReader(book["whys.xlsx"].Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	cells, err := f.GetRows("whys")
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for i, name := range cells[0] {
		if !strings.HasSuffix(name, "/missing") {
			continue
		}
		got := ""
		if i < len(cells[1]) {
			got = cells[1][i]
		}
		if want := plain.rows(t, "whys.csv")[0][name]; got != want {
			t.Errorf("%s is %q in the workbook, %q as text", name, got, want)
		}
		if got != "" {
			told++
		}
	}
	if told < 3 {
		t.Errorf("%d reasons in the workbook", told)
	}
	whole, _ := o.export(t, dataset.Selection{Everywhere: true, Identified: true})
	same(t, whole.rows(t, "whys.csv")[0], map[string]string{"packs": "99999999", "packs/missing": "", "note/missing": "", "told/missing": "unanswered"})
}

func TestWhyByVersion(t *testing.T) {
	o := newWhy(t)
	o.put(t, nil, "consent", "y", "body/smokes", "n")
	o.publish(t, strings.NewReplacer("${smokes} = 'y'", "${smokes} = 'n'", ",today,today,,,,\n", ",today,today,,,,\n,select_one yn,later,Later,,,\n", ",why,1,", ",why,2,").Replace(whyForm), now.Add(time.Hour))
	o.put(t, nil, "consent", "y", "body/smokes", "n")
	o.put(t, func(r *collections.Record) { r.FormVersion = "lost" }, "consent", "y", "body/smokes", "n")
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	for i, w := range []map[string]string{
		{"packs/missing": "skipped", "later/missing": "not_in_form"}, {"packs/missing": "unanswered", "later/missing": "unanswered"}, {"packs/missing": "", "later/missing": ""},
	} {
		same(t, out.rows(t, "whys.csv")[i], w)
	}
}

// What small cells blank is not told by the reasons beside it either.
func TestWhyOfSmallCells(t *testing.T) {
	o := newWhy(t)
	o.put(t, nil, "consent", "y", "body/smokes", "n")
	out, _ := o.export(t, dataset.Selection{Everywhere: true, Quasi: []string{"smokes"}, Suppress: true})
	same(t, out.rows(t, "whys.csv")[0], map[string]string{"smokes": "", "smokes/missing": "", "packs/missing": "", "ills/missing": ""})
}

func TestCodebookDeclaresMissingValues(t *testing.T) {
	o := newWhy(t)
	out, _ := o.export(t, dataset.Selection{Everywhere: true})
	ddi := out["codebook.xml"].String()
	for _, want := range []string{`<catgry missing="Y">` + "\n    <catValu>9</catValu>", "<catgry>\n    <catValu>y</catValu>", `name="smokes/missing"`, "<catValu>not_in_form</catValu>"} {
		if !strings.Contains(ddi, want) {
			t.Errorf("the codebook lacks %s", want)
		}
	}
	if codes := out["codebook.csv"].String(); !strings.Contains(codes, "9=Refused [refused]") || strings.Contains(codes, "y=Yes [") {
		t.Error("the table of variables does not tell which choices are no answer")
	}
}
