package dataset

import (
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

func TestStrictestVersionWins(t *testing.T) {
	const head = "survey\n,type,name,label,bind::doorstep:sensitivity\n"
	const settings = "settings\n,form_id,version,namespaces\n,f,1,\"doorstep=\"\"urn:doorstep:form\"\"\"\n"
	newer := readForm(t, head+",text,note,Note,none\n,select_one a,pick,Pick,\nchoices\n,list_name,name,label\n,a,1,One new\n,a,3,Three\n"+settings)
	older := readForm(t, head+",text,note,Note,\n,select_one a,pick,Pick,\n,integer,dropped,Dropped,\nchoices\n,list_name,name,label\n,a,1,One\n,a,2,Two\n"+settings)
	tables := mergeVersions([]*survey.Form{newer, older})
	if len(tables) != 1 || len(tables[0].columns) != 3 {
		t.Fatalf("merged into %+v", tables)
	}
	note, pick, dropped := tables[0].columns[0], tables[0].columns[1], tables[0].columns[2]
	if note.treatment.Treatment != sensitive.MayTell {
		t.Errorf("a text that was free once is treated as %d", note.treatment.Treatment)
	}
	if got := choiceList(choicesOf(pick.choices), nil); got != "1=One new; 3=Three; 2=Two" {
		t.Errorf("choices %q", got)
	}
	if dropped.name != "dropped" {
		t.Errorf("the question of the older version is %q", dropped.name)
	}
}

// An export with labels says of no answer that it was the other choice of the same name.
func TestChoicesThatShareAName(t *testing.T) {
	f := readForm(t, "survey\n,type,name,label,choice_filter\n,text,d,D,\n,select_one v,pick,Pick,d=${d}\nchoices\n,list_name,name,label,d\n,v,1,East,e\n,v,2,Two,e\n,v,1,West,w\nsettings\n,form_id,version,allow_choice_duplicates\n,f,1,yes\n")
	pick := mergeVersions([]*survey.Form{f})[0].columns[1]
	if got := choiceList(choicesOf(pick.choices), nil); got != "1=East / West; 2=Two" {
		t.Errorf("choices %q", got)
	}
}
