package coverage

import (
	"testing"

	"doorstep/internal/survey"
)

// TestTheAttemptThatCounts: the most final class counts, of several of it the one that came last, in whichever order they are added.
func TestTheAttemptThatCounts(t *testing.T) {
	at := func(class survey.Class, received string) Attempt {
		return Attempt{Code: string(class) + received, Disposition: survey.Disposition{Class: class}, Received: received}
	}
	for _, c := range []struct {
		a, b Attempt
		want string
	}{
		{at(survey.Interview, "1"), at(survey.Interview, "2"), string(survey.Interview) + "2"},
		{at(survey.Interview, "1"), at(survey.Partial, "2"), string(survey.Interview) + "1"},
		{at(survey.Partial, "1"), at(survey.Refusal, "2"), string(survey.Partial) + "1"},
		{at(survey.Refusal, "1"), at(survey.NonContact, "2"), string(survey.Refusal) + "1"},
		{at(survey.NonContact, "1"), at(survey.Other, "2"), string(survey.Other) + "2"},
	} {
		for _, order := range [][]Attempt{{c.a, c.b}, {c.b, c.a}} {
			var one Case
			for _, a := range order {
				one.Add("", a)
			}
			n := 0
			one.Each(func(a Attempt) {
				if n++; a.Code != c.want {
					t.Errorf("of %s and %s counts %s", order[0].Code, order[1].Code, a.Code)
				}
			})
			if n != 1 {
				t.Errorf("%d attempts count", n)
			}
		}
	}
}

// TestVisitsThatMetNobody belong to the persons of the household, where there are any.
func TestVisitsThatMetNobody(t *testing.T) {
	for _, c := range []struct {
		met  []string
		want int
	}{{nil, 0}, {[]string{""}, 1}, {[]string{"a"}, 1}, {[]string{"", "a"}, 1}, {[]string{"a", "", "b"}, 2}} {
		var one Case
		for _, person := range c.met {
			one.Add(person, Attempt{})
		}
		n := 0
		if one.Each(func(Attempt) { n++ }); n != c.want {
			t.Errorf("%q make %d cases, want %d", c.met, n, c.want)
		}
	}
}

// TestRanksAreOfAVersionAndACode: how final an outcome is depends on what the version of its record means by it.
func TestRanksAreOfAVersionAndACode(t *testing.T) {
	v := Visits{Meaning: func(version, code string) (survey.Disposition, bool) {
		if version == "2" && code == "done" {
			return survey.Disposition{Class: survey.Interview}, true
		}
		return survey.Disposition{}, false
	}}
	if a, b := v.rank("2", "done"), v.rank("1", "done"); a != 3 || b != 0 {
		t.Errorf("%d and %d", a, b)
	}
}
