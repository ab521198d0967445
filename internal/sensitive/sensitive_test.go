package sensitive_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
	"doorstep/internal/xlsform"
)

func readForm(t *testing.T, csv string) *survey.Form {
	t.Helper()
	f, err := xlsform.Read("form.csv", strings.NewReader(csv), xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const judgedForm = `survey
,type,name,label,calculation,default,save_to,bind::doorstep:rule,bind::doorstep:sensitivity,appearance,constraint
,start,start,,,,,,,
,today,today,,,,,,,
,deviceid,deviceid,,,,,,,
,phonenumber,sim,,,,,,,
,text,remarks,Remarks,,,,,,
,text,crop,Crop,,,,,none,
,text,full_name,Name,,,persons#full_name,,,
,text,declared_harmless,Number,,,persons#id_number,,none,
,select_one yn,sex,Sex,,,persons#sex,,,
,date,born,Born,,,persons#birth_date,,,
,date,mother_birth,Born,,,,,,
,date,child_date,Born,,,,age_under(18),,
,date,school_since,Since,,,,,,
,dateTime,seen_at,Seen,,,,,,
,text,plate,Code,,,,cn_phone,none,
,integer,residents,How many,,,,,,,. <= 30
,integer,mobile_number,Mobile,,,,,,
,integer,cards,How many cards,,,,,,,. >= 0 and 10 >= .
,integer,copied,Copied,,${mobile_number},,,,
,text,offered,Offered,,"concat(${residents}, ' people')",,,,
,text,offered_harmless,Offered,,"concat(${residents}, ' people')",,,none,
,select_one yn,income,Income,,,,,sensitive,
,select_one yn,phone_owned,Owns a phone,,,,,,
,select_one found,picked,Picked,,,,,,search('persons')
,select_one_from_file people.csv,who,Who,,,,,,
,select_multiple yn,several,Several,,,,,,
,geopoint,spot,Spot,,,,,none,
,image,photo,Photo,,,,,,
,calculate,clean,,"if(${residents} > 3, 'large', 'small')",,,,,
,calculate,chained,,"concat(${clean}, '-')",,,,,
,calculate,leaks,,"concat(${full_name}, '')",,,,,
,calculate,leaks_on,,${leaks},,,,,
,calculate,by_path,,../full_name,,,,,
,calculate,age,,int((today() - ${born}) div 365),,,,,
,date,day_one,Day,,,,,,
,calculate,first_age,,int((today() - ${day_one}) div 365),,,,,
,calculate,fresh,,once(uuid()),,,,,
,calculate,looked_up,,instance('people')/root/item[name=${residents}]/label,,,,,
,calculate,from_list,,instance('yn')/root/item[name='y']/label,,,,,
,calculate,counted,,count(${kids}),,,,,
,calculate,all_text,,string(${kids}),,,,,
,calculate,wild,,string(/data/*),,,,,
,calculate,named_none,,"concat(${remarks}, '!')",,,,none,
,begin_repeat,kids,Kids,,,,,,
,text,kid_note,Note,,,,,,
,calculate,place,,position(..),,,,,
,calculate,parent_text,,string(..),,,,,
,end_repeat,,,,,,,,
choices
,list_name,name,label
,yn,y,Yes
,yn,n,No
,found,id,name
entities
,list_name,label
,persons,${full_name}
settings
,form_id,version,namespaces
,judged,1,"doorstep=""urn:doorstep:form"""
`

func TestJudge(t *testing.T) {
	want := map[string]sensitive.Treatment{
		"start": sensitive.AsDay, "today": sensitive.Keep, "deviceid": sensitive.LeftOut, "sim": sensitive.LeftOut,
		"remarks": sensitive.MayTell, "crop": sensitive.Keep, "full_name": sensitive.LeftOut, "declared_harmless": sensitive.LeftOut, "sex": sensitive.Keep,
		"born": sensitive.AsYear, "mother_birth": sensitive.AsYear, "child_date": sensitive.AsYear, "school_since": sensitive.AsMonth, "seen_at": sensitive.AsMonth,
		"plate": sensitive.LeftOut, "residents": sensitive.Keep, "mobile_number": sensitive.MayTell, "cards": sensitive.Keep, "copied": sensitive.MayTell, "offered": sensitive.MayTell, "offered_harmless": sensitive.Keep,
		"income": sensitive.LeftOut, "phone_owned": sensitive.Keep, "picked": sensitive.MayTell, "who": sensitive.MayTell, "several": sensitive.Keep, "spot": sensitive.LeftOut, "photo": sensitive.LeftOut,
		"clean": sensitive.Keep, "chained": sensitive.Keep, "leaks": sensitive.MayTell, "leaks_on": sensitive.MayTell, "by_path": sensitive.MayTell, "age": sensitive.AsAge, "fresh": sensitive.MayTell,
		"looked_up": sensitive.MayTell, "from_list": sensitive.Keep, "counted": sensitive.Keep, "all_text": sensitive.MayTell, "wild": sensitive.MayTell, "named_none": sensitive.Keep,
		"kid_note": sensitive.MayTell, "day_one": sensitive.AsYear, "first_age": sensitive.AsAge, "place": sensitive.Keep, "parent_text": sensitive.MayTell,
	}
	f := readForm(t, judgedForm)
	judge := sensitive.New(f)
	seen := 0
	for _, table := range f.Tables() {
		for _, c := range table.Columns {
			t.Run(c.Question.Name, func(t *testing.T) {
				got := judge.Judge(c.Question)
				if w, ok := want[c.Question.Name]; !ok || got.Treatment != w {
					t.Errorf("treatment %d (%s), want %d", got.Treatment, got.Why.EN, w)
				}
				if got.Treatment != sensitive.Keep && (got.Why.ZH == "" || got.Why.EN == "") {
					t.Error("no reason given")
				}
			})
			seen++
		}
	}
	if seen != len(want) {
		t.Errorf("%d columns judged, want %d", seen, len(want))
	}
}

// A text that stays in the de-identified data of a shipped form is listed here by hand, so that a new question cannot
// slip in unseen.
func TestShippedForms(t *testing.T) {
	want := map[string][]string{
		"child_visit":      {"info_only", "notice_version", "outcome_proposed", "outcome_words", "interviewed", "must_answer", "children_listed", "risk_pending"},
		"elderly_baseline": {"survey_round", "notice_version", "interviewed", "must_answer", "seen", "wording_checked", "ability_result", "services_needed_count", "basic_services_needed", "basic_services_unmet"},
	}
	for name, texts := range want {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile("../../collections/forms/" + name + ".csv")
			if err != nil {
				t.Fatal(err)
			}
			f := readForm(t, string(raw))
			judge := sensitive.New(f)
			var kept []string
			for _, table := range f.Tables() {
				for _, c := range table.Columns {
					if c.Question.Kind == survey.KindText && judge.Judge(c.Question).Treatment == sensitive.Keep {
						kept = append(kept, c.Name)
					}
				}
			}
			if !slices.Equal(kept, texts) {
				t.Errorf("kept %q, want %q", kept, texts)
			}
		})
	}
}
