package openrosa

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"doorstep/internal/ingest"
)

const auditLog = `event,node,start,end,latitude,longitude,accuracy,old-value,new-value
form start,,1763863200000,,22.5431,114.0579,5
location tracking enabled,,1763863200100,,,,
question,/data/visit/attempt,1763863200000,1763863203500,22.5431,114.0579,5,,1
question,/data/visit/attempt,1763863203500,1763863204000,22.5440,114.0579,8,1,2
question,/data/children[2]/child_name,1763863204000,1763863214000,,,,,"王,小明"
question,/data/visit/outcome,1763867214000,1763867210000,,,,
end screen,,1763867215000,1763867216000,91,114,5
nonsense
,,,
`

func TestReadAudit(t *testing.T) {
	p, err := ReadAudit(strings.NewReader("\ufeff" + auditLog))
	if err != nil {
		t.Fatal(err)
	}
	if p.Count != 7 || p.Unreadable != 2 || p.Events["question"] != 4 || p.Pauses != 1 || p.ClockBack != 1 {
		t.Errorf("%+v", p)
	}
	attempt, name := p.Questions["/data/visit/attempt"], p.Questions["/data/children[2]/child_name"]
	if attempt.Seconds != 4 || attempt.Visits != 2 || attempt.Changes != 1 || name.Seconds != 10 || name.Changes != 0 {
		t.Errorf("attempt %+v, name %+v", attempt, name)
	}
	if p.ActiveS != 14 || len(p.Track) != 2 || p.Track[1].Lat != 22.544 || p.Track[1].AccuracyM != 8 {
		t.Errorf("active %v, track %+v", p.ActiveS, p.Track)
	}
}

func TestReadAuditOfNonsense(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "header only": "event,node,start,end\n", "no columns": "a,b\n1,2\n", "binary": "\x00\xff\n\"\x00", "quotes": "event,node,start,end\n\"question,/a,1,2\n"} {
		if p, err := ReadAudit(strings.NewReader(text)); err != nil || p.Count != 0 {
			t.Errorf("%s: %+v %v", name, p, err)
		}
	}
}

// TestEachLineOfAnAuditCounts has one line after another under a header of its own, and all that they come to.
func TestEachLineOfAnAuditCounts(t *testing.T) {
	type q = ingest.QuestionTime
	type at = ingest.TrackPoint
	questions := func(of ...q) map[string]q { return map[string]q{"/a": of[0]} }
	for name, c := range map[string]struct {
		lines string // event,node,start,end,latitude,longitude,accuracy,old-value,new-value
		want  ingest.Paradata
	}{
		"a moment":                     {"x,,1000,", ingest.Paradata{Count: 1}},
		"no time":                      {"x,,,5", ingest.Paradata{Unreadable: 1}},
		"no event":                     {",,5,6", ingest.Paradata{Unreadable: 1}},
		"a short line":                 {"x", ingest.Paradata{Unreadable: 1}},
		"a question":                   {"question,/a,1000,1001", ingest.Paradata{Count: 1, ActiveS: .001, Questions: questions(q{Seconds: .001, Visits: 1})}},
		"of no time":                   {"question,/a,1000,1000", ingest.Paradata{Count: 1, Questions: questions(q{Visits: 1})}},
		"without an end":               {"question,/a,1000,", ingest.Paradata{Count: 1, Questions: questions(q{Visits: 1})}},
		"another event at its place":   {"group,/a,1000,2000", ingest.Paradata{Count: 1}},
		"a question of no place":       {"question,,1000,2000", ingest.Paradata{Count: 1}},
		"a first answer":               {"question,/a,1,1,,,,,new", ingest.Paradata{Count: 1, Questions: questions(q{Visits: 1})}},
		"the same answer":              {"question,/a,1,1,,,,old,old", ingest.Paradata{Count: 1, Questions: questions(q{Visits: 1})}},
		"another answer":               {"question,/a,1,1,,,,old,new", ingest.Paradata{Count: 1, Questions: questions(q{Visits: 1, Changes: 1})}},
		"no answer any more":           {"question,/a,1,1,,,,old,", ingest.Paradata{Count: 1, Questions: questions(q{Visits: 1, Changes: 1})}},
		"it ends before it began":      {"x,,1000,999", ingest.Paradata{Count: 1, ClockBack: 1}},
		"a second before the last one": {"x,,5000,5000\nx,,4000,4000", ingest.Paradata{Count: 2}},
		"and a bit":                    {"x,,5000,5000\nx,,3999,3999", ingest.Paradata{Count: 2, ClockBack: 1}},
		"half an hour":                 {"x,,1,1\nx,,1800001,1800001", ingest.Paradata{Count: 2}},
		"more than half an hour":       {"x,,1,1\nx,,1800002,1800002", ingest.Paradata{Count: 2, Pauses: 1}},
		"since the end":                {"x,,1,1800000\nx,,1800002,1800002", ingest.Paradata{Count: 2}},
		"nothing was before":           {"x,,9999999,9999999", ingest.Paradata{Count: 1}},
		"a place":                      {"x,,7,8,1.5,2.5,3.5", ingest.Paradata{Count: 1, Track: []at{{At: 7, Lat: 1.5, Lon: 2.5, AccuracyM: 3.5}}}},
		"the ends of the world": {"x,,1,1,90,180,0\nx,,1,1,-90,-180,9999999", ingest.Paradata{Count: 2,
			Track: []at{{At: 1, Lat: 90, Lon: 180}, {At: 1, Lat: -90, Lon: -180, AccuracyM: 9999999}}}},
		"beyond them":           {"x,,1,1,90.1,0\nx,,1,1,-90.1,0\nx,,1,1,0,180.1\nx,,1,1,0,-180.1\nx,,1,1,NaN,0\nx,,1,1,0,NaN", ingest.Paradata{Count: 6}},
		"half a place":          {"x,,1,1,1,\nx,,1,1,,1\nx,,1,1,a,1\nx,,1,1,1,a", ingest.Paradata{Count: 4}},
		"as exact as nobody is": {"x,,1,1,1,2,-1\nx,,1,1,1,3,10000000\nx,,1,1,1,4,NaN\nx,,1,1,1,5,a", ingest.Paradata{Count: 4, Track: []at{{At: 1, Lat: 1, Lon: 2}, {At: 1, Lat: 1, Lon: 3}, {At: 1, Lat: 1, Lon: 4}, {At: 1, Lat: 1, Lon: 5}}}},
		"it stays, goes and returns": {"x,,1,1,1,1\nx,,2,2,1,1\nx,,3,3,1,2\nx,,4,4,1,1", ingest.Paradata{Count: 4,
			Track: []at{{At: 1, Lat: 1, Lon: 1}, {At: 3, Lat: 1, Lon: 2}, {At: 4, Lat: 1, Lon: 1}}}},
	} {
		got, err := ReadAudit(strings.NewReader(" event , node,start,end,latitude,longitude,accuracy,old-value,new-value\n" + c.lines + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		c.want.Events = map[string]int{}
		if c.want.Count > 0 {
			c.want.Events[c.lines[:strings.Index(c.lines, ",")]] = c.want.Count
		}
		if c.want.Questions == nil {
			c.want.Questions = map[string]q{}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	broken := errors.New("broken")
	if _, err := ReadAudit(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

// TestAnAuditIsBounded has one kind of event, one place and one question more than are kept: those that are known count on.
func TestAnAuditIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("event,node,start,end,latitude,longitude\n")
	for i := range maxTrack + 1 {
		fmt.Fprintf(&b, "question,/a,1,1,%g,1\n", float64(i)/100)
	}
	for i := range maxNodes {
		fmt.Fprintf(&b, "question,/%d,1,1\nkind%d,,1,1\n", i, i)
	}
	b.WriteString("question,/a,1,1\nquestion,/b,1,1\n")
	p, err := ReadAudit(strings.NewReader(b.String()))
	if err != nil || p.Count != maxTrack+1+2*maxNodes+2 {
		t.Fatalf("%d: %v", p.Count, err)
	}
	if len(p.Track) != maxTrack || p.Track[maxTrack-1].Lat != float64(maxTrack-1)/100 {
		t.Errorf("%d places", len(p.Track))
	}
	if len(p.Questions) != maxNodes || p.Questions["/a"].Visits != maxTrack+2 || !slices.Contains(slices.Collect(maps.Keys(p.Questions)), fmt.Sprint("/", maxNodes-2)) {
		t.Errorf("%d questions, %+v", len(p.Questions), p.Questions["/a"])
	}
	if _, last := p.Events[fmt.Sprint("kind", maxNodes-2)]; len(p.Events) != maxNodes || !last {
		t.Errorf("%d kinds of events", len(p.Events))
	}
}
