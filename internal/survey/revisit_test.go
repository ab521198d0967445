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
	for text, taken := range map[string]bool{
		"null": true, `{"attempts":1}`: false, `{"attempts":2}`: true, `{"attempts":20,"days":365}`: true, `{"attempts":21}`: false,
		`{"attempts":3,"days":-1}`: false, `{"attempts":3,"days":366}`: false, `[]`: false, `{`: false,
	} {
		if _, err := ParseRevisit(text); (err == nil) != taken {
			t.Errorf("%s: %v", text, err)
		}
	}
	if r := (Revisit{Attempts: 2}); !r.Again(NonContact) || r.Again(UnknownOther) {
		t.Error("a rule without classes is about those who were not met")
	}
}

func TestPartsOfTheWeek(t *testing.T) {
	for moment, want := range map[string]string{
		"2026-11-27T00:00:00+08:00": "morning", "2026-11-27T11:59:59+08:00": "morning", "2026-11-27T12:00:00+08:00": "afternoon",
		"2026-11-27T17:59:59+08:00": "afternoon", "2026-11-27T18:00:00+08:00": "evening", "2026-11-27T23:59:59+08:00": "evening",
		"2026-11-28T00:00:00+08:00": "weekend", "2026-11-29T23:59:59+08:00": "weekend", "2026-11-29T16:00:00Z": "morning",
	} {
		at, err := time.Parse(time.RFC3339, moment)
		if got := partOf(at); err != nil || got != want {
			t.Errorf("%s: %s, want %s", moment, got, want)
		}
	}
}
