package openrosa

import (
	"strings"
	"testing"
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
