package demo

import (
	"bytes"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections/forms"
	"doorstep/internal/grid"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

func shipped(t testing.TB, name string) (*survey.Form, *Filler) {
	t.Helper()
	src, err := forms.Files.Open(name + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	f, err := xlsform.Read(name+".csv", src.(io.Reader), xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fl, err := NewFiller(f)
	if err != nil {
		t.Fatal(err)
	}
	return f, fl
}

var visitTime = time.Date(2026, 11, 2, 15, 30, 0, 0, time.FixedZone("CST", 8*3600))

// records makes the visits of both forms to the households of a few grids.
func records(t testing.TB, c *City, seed uint64, form string) []Record {
	t.Helper()
	r := newLandSource(seed)
	var out []Record
	for _, a := range c.Areas {
		if a.Level != grid.Grid || a.Code > "990101001001012" {
			continue
		}
		for i, h := range c.Households(a.Code) {
			if form == "child_visit" {
				out = append(out, c.ChildVisit(r, h, visitTime, i%2 == 0))
				continue
			}
			for _, p := range h.Elders(visitTime) {
				out = append(out, c.ElderSurvey(r, h, p, visitTime, i%2 == 0))
			}
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d records", len(out))
	}
	return out
}

// TestFilledFormsAreRight checks that what is made without mistakes is complete by the form's own logic, passes the
// server's rules and survives JSON and XML.
func TestFilledFormsAreRight(t *testing.T) {
	for _, name := range []string{"child_visit", "elderly_baseline"} {
		t.Run(name, func(t *testing.T) {
			f, fl := shipped(t, name)
			rules, err := validate.For(f)
			if err != nil {
				t.Fatal(err)
			}
			answered, interviews := 0, 0
			for i, rec := range records(t, town(t, Small(today)), 5, name) {
				root, err := fl.Fill(newLandSource(uint64(i)), visitTime, rec.Given)
				if err != nil {
					t.Fatal(err)
				}
				answered += checkLogic(t, fl, root, f.Root.Children)
				if interviewed(rec.Given.Answers["outcome"]) {
					interviews++
				}
				inst := &survey.Instance{FormID: f.ID, Version: f.Version, ID: rec.Household, Root: root}
				for _, issue := range rules.Check(inst, validate.Visit{At: visitTime, Sure: true}) {
					if issue.Severity == survey.Error {
						t.Errorf("record %d: %s at %s: %s", i, issue.Code, issue.Field, issue.EN)
					}
				}
				checkRoundTrip(t, f, root)
				if t.Failed() {
					return
				}
			}
			t.Logf("%d interviews, %d answers", interviews, answered)
		})
	}
}

// checkLogic counts the answers and fails on any that is not relevant, missing or against its constraint.
func checkLogic(t *testing.T, fl *Filler, parent *survey.Node, qs []*survey.Question) int {
	t.Helper()
	v := &visit{Filler: fl, r: newLandSource(1), now: visitTime}
	answered := 0
	for _, q := range qs {
		for _, n := range occurrences(parent, q) {
			l := fl.logic[q]
			relevant, value := v.truth(l.relevant, n, true), n.Value()
			switch {
			case !relevant && value != "":
				t.Errorf("%s is not relevant but %q", fl.form.Path(q), value)
			case relevant && len(q.Children) > 0:
				answered += checkLogic(t, fl, n, q.Children)
			case relevant && value == "" && v.truth(l.required, n, false):
				t.Errorf("%s is required", fl.form.Path(q))
			case value != "" && !v.truth(l.constraint, n, true):
				t.Errorf("%s: %q is against the constraint", fl.form.Path(q), value)
			case q.Kind == survey.KindSelectOne && q.ItemsFile == "" && value != "" && !fl.form.Lists[q.List].Has(value):
				t.Errorf("%s: no choice %q", fl.form.Path(q), value)
			case value != "":
				answered++
			}
			if v.err != nil {
				t.Fatal(v.err)
			}
		}
	}
	return answered
}

func checkRoundTrip(t *testing.T, f *survey.Form, root *survey.Node) {
	t.Helper()
	first, err := xform.ToJSON(f, root)
	if err != nil {
		t.Fatal(err)
	}
	back, issues, _ := xform.FromJSON(f, first)
	if len(issues) > 0 {
		t.Fatalf("issues %v", issues)
	}
	if again, err := xform.ToJSON(f, back); err != nil || !bytes.Equal(first, again) {
		t.Errorf("%v: JSON came back as %s, was %s", err, again, first)
	}
}

func TestFillIsAFunctionOfItsRandomness(t *testing.T) {
	_, fl := shipped(t, "child_visit")
	rec := records(t, town(t, Small(today)), 5, "child_visit")[3]
	one, err := fl.Fill(newLandSource(1), visitTime, rec.Given)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := fl.Fill(newLandSource(1), visitTime, rec.Given)
	other, _ := fl.Fill(newLandSource(2), visitTime, rec.Given)
	if !reflect.DeepEqual(one, two) || reflect.DeepEqual(one, other) {
		t.Error("answers do not follow the randomness")
	}
}

func TestFillTakesAnyForm(t *testing.T) {
	f, err := xlsform.ReadMarkdown(`
| survey | | | | | | | |
| | type | name | label | relevant | constraint | repeat_count | calculation |
| | integer | n | N | | . >= 2 and . <= 3 | | |
| | begin repeat | item | Item | | | ${n} | |
| | decimal | price | Price | | . >= 10 and . <= 20 | | |
| | date | on | On | | . > today() | | |
| | calculate | double | | | | | ${price} * 2 |
| | end repeat | item | | | | | |
| | time | at | At | | | | |
| | select_multiple ab | both | Both | ${n} > 1 | | | |
| choices | | | | | | |
| | list_name | name | label | | | |
| | ab | a | A | | | |
| | ab | b | B | | | |
`, xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fl, err := NewFiller(f)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(30) {
		root, err := fl.Fill(newLandSource(seed), visitTime, Given{Answers: map[string]string{"n": "2"}})
		if err != nil {
			t.Fatal(err)
		}
		checkLogic(t, fl, root, f.Root.Children)
		if got := len(occurrences(root, &survey.Question{Name: "item"})); got != 2 {
			t.Fatalf("%d occurrences", got)
		}
	}
}

func TestPlantedMistakesAreFound(t *testing.T) {
	c := town(t, Small(today))
	idx := grid.NewIndex(c.Areas)
	caught := map[Mistake]int{}
	planted := map[Mistake]int{}
	for _, name := range []string{"child_visit", "elderly_baseline"} {
		f, fl := shipped(t, name)
		rules, err := validate.For(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range Mistakes {
			for i, rec := range records(t, c, 6, name) {
				r := newLandSource(uint64(i))
				before := rec.Given.Answers["location"]
				if !rec.Plant(r, m) {
					if len(rec.Planted) > 0 || rec.Given.Answers["location"] != before {
						t.Fatalf("%s left a mark although it did not fit", m)
					}
					continue
				}
				planted[m]++
				root, err := fl.Fill(r, visitTime, rec.Given)
				if err != nil {
					t.Fatal(err)
				}
				if noticed(rules, idx, f, root, rec) {
					caught[m]++
				}
			}
		}
	}
	t.Logf("planted %v, caught %v", planted, caught)
	for _, m := range Mistakes {
		share := float64(caught[m]) / float64(max(1, planted[m]))
		if m == Homophone {
			continue // found by comparing with other records only
		}
		if planted[m] < 20 || share < 0.5 {
			t.Errorf("%s: %d of %d caught", m, caught[m], planted[m])
		}
	}
}

// noticed reports whether the server finds the planted mistake where it is.
func noticed(rules *validate.Bound, idx *grid.Index, f *survey.Form, root *survey.Node, rec Record) bool {
	if rec.Planted[0].Field == "location" {
		home, _ := idx.HouseCodeArea(rec.Given.Answers["house_code"])
		a := grid.Assign(idx, grid.Input{HasPoint: true, Lon: rec.lon, Lat: rec.lat, AccuracyM: rec.accuracy, HouseholdArea: home})
		return slices.Contains(a.Warnings, map[Mistake]string{WrongDatum: grid.DatumSuspect, OutsideArea: grid.HouseholdMismatch}[rec.Planted[0].Mistake])
	}
	occurrence, _, nested := strings.Cut(rec.Planted[0].Field, "/")
	inst := &survey.Instance{FormID: f.ID, Version: f.Version, ID: rec.Household, Root: root}
	for _, issue := range rules.Check(inst, validate.Visit{At: visitTime, Sure: true}) {
		if strings.HasSuffix(issue.Field, "_id_number") && (!nested || strings.HasPrefix(issue.Field, occurrence+"/")) {
			return true
		}
	}
	return false
}

func BenchmarkFill(b *testing.B) {
	c := town(b, Small(today))
	for _, name := range []string{"child_visit", "elderly_baseline"} {
		_, fl := shipped(b, name)
		recs := records(b, c, 5, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := fl.Fill(newLandSource(1), visitTime, recs[i%len(recs)].Given); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
