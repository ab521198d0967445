package openrosa

import (
	"bytes"
	"strings"
	"testing"

	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

// returnable compiles a form with a question and a repeat.
func returnable(t *testing.T, version, label string) *instrument.Instrument {
	t.Helper()
	text := "| survey |\n| | type | name | label |\n| | text | memo | " + label + " |\n| | begin repeat | room | Room |\n" +
		"| | text | what | What |\n" +
		"| | end repeat | | |\n| settings |\n| | form_id | version |\n| | f | " + version + " |\n"
	f, err := xlsform.Read("f.md", strings.NewReader(text), xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in, err := instrument.Compile(f, validate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var xml bytes.Buffer
	if err := xform.Write(&xml, f); err != nil {
		t.Fatal(err)
	}
	in.XML, in.MD5 = xml.Bytes(), md5Hex(xml.Bytes())
	return in
}

// What is listed of a returned record is the hash of what is downloaded, whatever the record, its remarks or its form became since it was
// listed; nothing but these writes it anew.
func TestTheHashOfAReturnedRecordFollowsIt(t *testing.T) {
	in := returnable(t, "1", "Memo")
	record := func() returned {
		answers := survey.NewElement("data")
		answers.Add(survey.NewElement("memo").SetValue("a"))
		answers.Add(survey.NewElement("room")).Child("room").Add(survey.NewElement("what").SetValue("bed"))
		return returned{Correction: ingest.Correction{Form: "f", Record: "r", Rev: 2}, comment: "look again", title: "f look again",
			answers: answers, issues: []survey.Issue{{Severity: survey.Warning, ZH: "太大"}}}
	}
	hashes := NewHashes()
	seen := map[string]string{}
	check := func(what string, r returned, in *instrument.Instrument) {
		t.Helper()
		hash, err := hashes.ofReturned(r, in)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := r.xml(in)
		if err != nil {
			t.Fatal(err)
		}
		if hash != md5Hex(raw) {
			t.Errorf("%s: the hash is not that of the form", what)
		}
		if before := seen[hash]; before != "" {
			t.Errorf("%s is told to be %s", what, before)
		}
		seen[hash] = what
	}
	check("the record", record(), in)
	for what, change := range map[string]func(*returned){
		"another revision":           func(r *returned) { r.Rev++ },
		"another record":             func(r *returned) { r.Record = "s" },
		"another title":              func(r *returned) { r.title += "!" },
		"another comment":            func(r *returned) { r.comment += "!" },
		"another finding":            func(r *returned) { r.issues[0].ZH += "！" },
		"a finding more":             func(r *returned) { r.issues = append(r.issues, survey.Issue{Severity: survey.Error, ZH: "缺"}) },
		"another answer":             func(r *returned) { r.answers.Child("memo").SetValue("b") },
		"another answer in a round":  func(r *returned) { r.answers.Child("room").Child("what").SetValue("table") },
		"a round more":               func(r *returned) { r.answers.Add(clone(r.answers.Child("room"))) },
		"no answers":                 func(r *returned) { r.answers = nil },
		"an answer XML cannot hold":  func(r *returned) { r.answers.Child("memo").SetValue("c\u000b") },
		"a comment XML cannot hold":  func(r *returned) { r.comment = "a\uffffb" },
		"an answer in another place": func(r *returned) { r.answers.Child("room").Child("what").Name = "memo" },
	} {
		r := record()
		change(&r)
		check(what, r, in)
	}
	check("another version", record(), returnable(t, "2", "Memo"))
	kept, err := hashes.ofReturned(record(), &instrument.Instrument{MD5: in.MD5})
	if err != nil || seen[kept] != "the record" {
		t.Errorf("the record is written again though nothing changed: %v", err)
	}
}
