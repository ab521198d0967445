package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestLinesBelongToAPerson: rows that name an id of the person, and exports that may have held the person; no others.
func TestLinesBelongToAPerson(t *testing.T) {
	const person, household = "plain-person", "plain-household"
	for name, c := range map[string]struct {
		area string
		row  Row
		want string // what the line concerns, whether that is certain, and its detail; "" for none
	}{
		"about the person":       {"990101", Row{Action: "read", Record: person, Detail: `{"a":1}`}, `[plain-person] true {"a":1}`},
		"about the household":    {"990101", Row{Action: "read", Record: household, Detail: `{}`}, `[plain-household] true {}`},
		"of another":             {"990101", Row{Action: "read", Record: "plain-other", Subjects: `["plain-neighbour"]`, Detail: `{}`}, ""},
		"damaged detail":         {"990101", Row{Action: "read", Record: person, Detail: `{`}, `[plain-person] true {}`},
		"no detail":              {"990101", Row{Action: "read", Record: person}, `[plain-person] true {}`},
		"an export of all":       {"990101", Row{Action: Exported, Detail: `{"territory":null}`}, `[] false {"territory":null}`},
		"an export, damaged":     {"990101", Row{Action: Exported, Detail: `{`}, `[] false {}`},
		"an export of the place": {"990101", Row{Action: Exported, Detail: `{"territory":["8801","9901"]}`}, `[] false {"territory":["8801","9901"]}`},
		"an export of a part":    {"990101", Row{Action: Exported, Detail: `{"territory":["99010101"]}`}, ""},
		"an export of elsewhere": {"990101", Row{Action: Exported, Detail: `{"territory":[]}`}, ""},
		"an export, no place":    {"", Row{Action: Exported, Detail: `{}`}, ""},
		"an export that names":   {"", Row{Action: Exported, Record: person, Detail: `{"territory":[]}`}, `[plain-person] true {"territory":[]}`},
	} {
		trace := Trace{Area: c.area}
		l, ok := trace.line(&c.row, seek([]string{person, household}))
		if got := fmt.Sprint(l.Concerns, " ", l.Certain, " ", string(l.Detail)); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s: %v %s, not %s", name, ok, got, c.want)
		}
	}
	r := Row{Seq: 7, At: "at", Action: "read", Purpose: "review", Actor: "a", Role: "field", Device: "d", Collection: "persons", Record: person, Detail: `{}`}
	trace := Trace{}
	l, _ := trace.line(&r, seek([]string{person}))
	got, err := json.Marshal(l)
	const want = `{"seq":7,"at":"at","action":"read","purpose":"review","actor":"a","name":"","staff_no":"","role":"field","device":"d","collection":"persons","record":"plain-person","concerns":["plain-person"],"certain":true,"detail":{}}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s, not\n%s", err, got, want)
	}
}

// TestPagesOfATrace goes through five lines, from both ends: each comes once, and only the last page has no cursor.
func TestPagesOfATrace(t *testing.T) {
	for _, c := range []struct {
		limit  int
		newest bool
		want   string
	}{
		{2, false, "1 2|3 4|5"}, {2, true, "5 4|3 2|1"}, {5, false, "1 2 3 4 5"}, {4, true, "5 4 3 2|1"}, {6, true, "5 4 3 2 1"},
	} {
		var pages []string
		for cursor := ""; ; {
			trace := Trace{}
			for seq := range int64(5) {
				trace.Lines = append(trace.Lines, Line{Seq: seq + 1})
			}
			if !trace.Page(cursor, c.limit, c.newest) {
				t.Fatalf("the cursor %q is none", cursor)
			}
			var seqs []string
			for _, l := range trace.Lines {
				seqs = append(seqs, fmt.Sprint(l.Seq))
			}
			pages = append(pages, strings.Join(seqs, " "))
			if trace.Next == nil {
				break
			}
			cursor = *trace.Next
		}
		if got := strings.Join(pages, "|"); got != c.want {
			t.Errorf("%d at once, newest first %v: %s, not %s", c.limit, c.newest, got, c.want)
		}
	}
	empty := Trace{}
	if empty.Page("x", 1, false) || !empty.Page("3", 1, false) || empty.Next != nil {
		t.Errorf("%+v", empty)
	}
}

// TestSeersAreCounted by who they are and in what role, those with most lines first, and at equal numbers whoever came first.
func TestSeersAreCounted(t *testing.T) {
	trace := Trace{Lines: []Line{{Actor: "a", Role: "field", Name: "王"}, {Actor: "b", Role: "field"}, {Actor: "a", Role: "manager", Name: "王"},
		{Actor: "b", Role: "field"}}}
	trace.count()
	if got := fmt.Sprint(trace.Count, trace.People); got != "4 [{b  field 2} {a 王 field 1} {a 王 manager 1}]" {
		t.Error(got)
	}
}

// TestWhatIsStoredStaysTheSame: a row's hash and a slot of the index are compared with those that earlier versions wrote.
func TestWhatIsStoredStaysTheSame(t *testing.T) {
	r := Row{Seq: 123, ID: "i", At: "t", Actor: "a", Role: "r", Device: "d", Action: "x", Collection: "c", Record: "p", Area: "9901", Purpose: "review",
		Subjects: " =s ", Detail: "{}", Prev: "00"}
	if got := r.digest(); got != "0bece40ebdaaccd7194d2c0aff51542976c086d761cf373a20ae05976508807e" {
		t.Error(got)
	}
	p := piece{}
	p.add(7, "person-1", "")
	slot, print := place("person-1")
	p.slots[slot] = append(p.slots[slot], 1)
	if got := fmt.Sprintf("%d %06x %x", slot, print, p.packed(slot)); got != "1396 96249f 000000000000000196249f0000000007" {
		t.Error(got)
	}
}

// TestPurposesThatAClientStates are those that there are; else it is the usual one of the door.
func TestPurposesThatAClientStates(t *testing.T) {
	for said, want := range map[string]Purpose{"": Review, "curiosity": Review, "Emergency": Review, "capture": Capture, "review": Review, "deduplication": Deduplication,
		"follow_up": FollowUp, "guardian_request": GuardianRequest, "quality": Quality, "statistics": Statistics, "emergency": Emergency, "administration": Administration} {
		if got := Stated(said, Review); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}
