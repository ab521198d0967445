package validate

import (
	"strings"
	"time"
	_ "time/tzdata" // the machine may lack zone files

	"doorstep/internal/survey"
)

// shanghai is the zone of tablets in China. It differs from chinaTime in the summers of 1986 to 1991, which matters to
// differences between dates.
var shanghai = zoneOf("Asia/Shanghai")

func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return chinaTime
	}
	return zone
}

// noteMoment remembers the questions that say when the visit was, outside of repeats.
func (l *Logic) noteMoment(p *part) {
	for i, name := range [...]string{"end", "start", "today"} {
		if p.q.Type == name && p.q.Repeat() == nil && l.moments[i] == nil {
			l.moments[i] = p
		}
	}
}

// moment is what now() means to a record: its end, else its start, else noon of its day, else now. The time zone is that
// of the tablet as these tell, else that of China.
func (l *Logic) moment(root *survey.Node, now time.Time) time.Time {
	for _, p := range l.moments {
		if p == nil {
			continue
		}
		text := strings.TrimSpace(answerOf(p, root))
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return inItsZone(t)
		}
		if day, err := time.ParseInLocation(time.DateOnly, text, shanghai); err == nil {
			return day.Add(12 * time.Hour)
		}
	}
	return now.In(shanghai)
}

// inItsZone keeps the offset that was written, also where it is that of the server's own zone, which may change by season.
func inItsZone(t time.Time) time.Time {
	_, offset := t.Zone()
	if offset == 8*60*60 {
		return t.In(shanghai)
	}
	return t.In(time.FixedZone("", offset))
}

// answerOf finds the answer to a question outside of repeats.
func answerOf(p *part, root *survey.Node) string {
	n := elementOf(p, root)
	if n == nil {
		return ""
	}
	return n.Value()
}

func elementOf(p *part, root *survey.Node) *survey.Node {
	if p.parent == nil {
		return root
	}
	above := elementOf(p.parent, root)
	if above == nil {
		return nil
	}
	return above.Child(p.q.Name)
}
