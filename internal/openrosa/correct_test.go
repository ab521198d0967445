package openrosa

import (
	"bytes"
	"os"
	"path/filepath"
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

// TestAReturnedRecordIsAFormWithItsAnswers writes what a tablet gets: the answers in their places and rounds, the template of a repeat as it
// was, files and what the app fills in left blank, and what the supervisor and the rules say in front of the first question.
func TestAReturnedRecordIsAFormWithItsAnswers(t *testing.T) {
	f, err := xlsform.Read("f.md", strings.NewReader(`| survey |
| | type | name | label | default |
| | start | begun | | |
| | today | day | | |
| | note | hint | Hint | |
| | text | memo | Memo | first |
| | text | none | None | second |
| | text | moment | Moment | now() |
| | image | photo | Photo | |
| | begin group | home | Home | |
| | integer | rooms | Rooms | |
| | end group | | | |
| | begin repeat | room | Room | |
| | text | what | What | bed |
| | text | since | Since | now() |
| | image | shot | Shot | |
| | end repeat | | | |
| | begin repeat | pet | Pet | |
| | text | kind | Kind | cat |
| | end repeat | | | |
| settings |
| | form_id | version |
| | f | 1 |
`), xlsform.Options{})
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
	in.XML = xml.Bytes()
	answers := survey.NewElement("data")
	say := func(parent *survey.Node, name, value string) *survey.Node {
		n := survey.NewElement(name).SetValue(value)
		parent.Add(n)
		return n
	}
	for name, value := range map[string]string{"begun": "2026", "day": "2026", "hint": "x", "memo": "said", "photo": "a.jpg", "gone": "y"} {
		say(answers, name, value)
	}
	say(say(answers, "home", ""), "rooms", "3")
	for _, what := range []string{"table", "chair"} {
		round := say(answers, "room", "")
		say(round, "what", what)
		say(round, "shot", "b.jpg")
	}
	r := returned{Correction: ingest.Correction{Form: "f", Record: "r", Rev: 2}, comment: "look\u000b again", title: "f & look", answers: answers,
		issues: []survey.Issue{{Severity: survey.Warning, ZH: "太大"}, {Severity: survey.Notice, ZH: "没关系"}, {Severity: survey.Error, ZH: "缺"}}}
	raw, err := r.xml(in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "returned.xml"))
	if err != nil || string(raw) != string(want) {
		t.Errorf("%s\n%v", raw, err)
	}
	for _, wrong := range []string{`<html><head>`, `<a/>`, `<html/>`, `<html><head><title/></head><body/></html>`,
		`<html><head><title/><model><instance/></model></head><body/></html>`, `<html><head><model><instance><data/></instance></model></head><body/></html>`,
		`<html><head><title/><model><instance><data/></instance></model></head></html>`} {
		in.XML = []byte(wrong)
		if _, err := r.xml(in); err == nil {
			t.Errorf("%s is a form", wrong)
		}
	}
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
