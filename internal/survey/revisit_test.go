package survey

import (
	"testing"
	"time"
)

func TestNextAttemptIsAtAnotherTime(t *testing.T) {
	at := func(s string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", s, Zone)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	r := Revisit{Attempts: 4, Days: 2}
	for _, c := range []struct {
		name  string
		tried []string
		due   string
		part  string
	}{
		{"after a Monday morning", []string{"2026-11-23 10:00"}, "2026-11-25", "evening"},
		{"after morning and evening", []string{"2026-11-23 10:00", "2026-11-25 19:00"}, "2026-11-28", "weekend"},
		{"no evening on a weekend", []string{"2026-11-26 10:00"}, "2026-11-30", "evening"},
		{"all but one", []string{"2026-11-23 10:00", "2026-11-25 19:00", "2026-11-28 09:00"}, "2026-11-30", "afternoon"},
		{"enough", []string{"2026-11-23 10:00", "2026-11-25 19:00", "2026-11-28 09:00", "2026-11-30 15:00"}, "", ""},
		{"none yet", nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var made []time.Time
			for _, s := range c.tried {
				made = append(made, at(s))
			}
			due, part, ok := r.Next(made)
			if ok != (c.due != "") || ok && (due.Format(time.DateOnly) != c.due || part.Code != c.part) {
				t.Errorf("%s %s %v, want %s %s", due.Format(time.DateOnly), part.Code, ok, c.due, c.part)
			}
		})
	}
}

func TestRevisitRules(t *testing.T) {
	if r, err := ParseRevisit(""); err != nil || r.Again(NonContact) {
		t.Errorf("no rule asks for another attempt: %+v %v", r, err)
	}
	r, err := ParseRevisit(`{"attempts":3,"days":2,"classes":["NC","UO"]}`)
	if err != nil || !r.Again(UnknownOther) || r.Again(Refusal) || r.Again(Interview) {
		t.Errorf("%+v %v", r, err)
	}
	for _, bad := range []string{`{"attempts":1}`, `{"attempts":3,"days":-1}`, `[]`, `{`} {
		if _, err := ParseRevisit(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
