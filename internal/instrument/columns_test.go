package instrument_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/demo"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
)

// TestEveryQuestionHasItsColumn fills the shipped forms in at random and reads the answers back from their columns.
func TestEveryQuestionHasItsColumn(t *testing.T) {
	app := testapp.New(t)
	asked := demo.Given{Answers: map[string]string{"child_screen": "illness", "child_contact": "alone", "gate_harm": "some", "gate_care": "some", "gate_mind": "some", "disability": "yes"}}
	apart := demo.Given{Answers: map[string]string{"child_screen": "care", "child_parents_differ": "yes", "father_situation": "working_away", "guardianship_problem": "neglect", "school_status": "dropped_out"}}
	for id, repeats := range map[string]map[string][]demo.Given{"child_visit": {"children": {{}, asked, apart}}, "elderly_baseline": nil} {
		t.Run(id, func(t *testing.T) {
			in, ok := app.Doorstep.Library.Get(id, "")
			if !ok {
				t.Fatal("not published")
			}
			oneColumnEach(t, app, in)
			filler, err := demo.NewFiller(in.Form)
			if err != nil {
				t.Fatal(err)
			}
			answered := map[string]bool{}
			for seed := range uint64(40) {
				given := demo.Given{Answers: map[string]string{"outcome": []string{"1.1", "1.2", "2.11"}[seed%3], "consent": "oral",
					"contact": "elder_met", "eligible": "yes", "capacity": "yes", "consent_parts": "sensitive", "informant": []string{"self", "child"}[seed%2], "elder_seen": "yes",
					"assessment_kind": "formal", "household_listed": "new", "services_needed": "meals bathing cleaning escort day_care rehab emergency_call family_bed company culture legal devices respite other"}, Repeats: repeats}
				if seed%4 > 0 {
					given.Answers["contact_method"], given.Answers["contact_result"], given.Answers["parents_care"], given.Answers["assistance"], given.Answers["consent_scope"] = "household_visit", "met", "other", "marginal", "photo sensitive"
				}
				root, err := filler.Fill(rand.New(rand.NewPCG(seed, 7)), time.Date(2026, 11, 20, 9, 0, 0, 0, time.FixedZone("CST", 8*3600)), given)
				if err != nil {
					t.Fatal(err)
				}
				note(in.Layout, in.Layout.Main(), root, answered)
				everyAnswerComesBack(t, app, in, root)
			}
			total := 0
			for _, table := range in.Layout.Tables {
				total += len(table.Columns)
			}
			t.Logf("%d of %d columns held an answer", len(answered), total)
			if len(answered) < total*8/10 {
				t.Errorf("only %d of %d columns were tried", len(answered), total)
			}
		})
	}
}

// oneColumnEach checks that questions and columns are the same set, and that each is in the database.
func oneColumnEach(t *testing.T, app *testapp.App, in *instrument.Instrument) {
	t.Helper()
	columns := map[*survey.Question]string{}
	for _, table := range in.Layout.Tables {
		c, err := app.FindCollectionByNameOrId(table.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, col := range table.Columns {
			if columns[col.Question] != "" {
				t.Errorf("%s has two columns", col.Question.Name)
			}
			columns[col.Question] = col.Name
			if c.Fields.GetByName(col.Name) == nil {
				t.Errorf("%s has no field %s", table.Name, col.Name)
			}
		}
	}
	in.Form.Walk(func(q *survey.Question) bool {
		switch q.Kind {
		case survey.KindNone, survey.KindNote, survey.KindGroup, survey.KindRepeat:
			if columns[q] != "" {
				t.Errorf("%s needs no column", q.Name)
			}
		default:
			if columns[q] == "" {
				t.Errorf("%s has no column", q.Name)
			}
		}
		return true
	})
}

func note(l *collections.Layout, table *survey.Table, node *survey.Node, answered map[string]bool) {
	for _, c := range table.Columns {
		if strings.TrimSpace(collections.ValueAt(node, c.Path)) != "" {
			answered[table.Name+"."+c.Name] = true
		}
	}
	for _, child := range l.Tables[1:] {
		if child.Parent == table {
			for _, n := range collections.Instances(child, node) {
				note(l, child, n, answered)
			}
		}
	}
}

// kinds has a question of every kind that a column can hold.
const kinds = `| survey |
| | type | name | label | parameters |
| | text | text | A | |
| | integer | whole | A | |
| | decimal | part | A | |
| | date | day | A | |
| | time | clock | A | |
| | dateTime | moment | A | |
| | select_one l | one | A | |
| | select_multiple l | many | A | |
| | select_multiple single | lonely | A | |
| | rank l | ranked | A | |
| | geopoint | place | A | |
| | geotrace | way | A | |
| | geoshape | land | A | |
| | image | photo | A | |
| | barcode | code | A | |
| | acknowledge | seen | A | |
| | range | slide | A | start=0 end=1 step=0.1 |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| | l | c | C |
| | single | only | Only |
| settings |
| | form_id | version |
| | kinds | 1 |
`

func TestEveryKindComesBack(t *testing.T) {
	app := testapp.New(t)
	in := must(t, app, kinds)
	for name, answers := range map[string]map[string]string{
		"usual": {
			"text": "一 \"two\" 'three'\n四", "whole": "42", "part": "1.25", "day": "2026-02-28", "clock": "23:59:59.000+08:00", "moment": "2026-01-01T00:00:00.000+08:00",
			"one": "b", "many": "a c", "lonely": "only", "ranked": "c a b", "place": "22.5 114.05 0 5.1", "way": "22 114 0 0;23 114.5 0 0", "land": "22 114 0 0;23 114 0 0;22 115 0 0;22 114 0 0",
			"photo": "1700000000.jpg", "code": "0012", "seen": "OK", "slide": "0.3",
		},
		"edges": {
			"whole": "-9007199254740993", "part": "-0.000001", "clock": "00:00", "moment": "2026-01-01", "place": "-90 -180 -12.5 0", "text": " leading and trailing ", "code": "null",
		},
		"nothing": {},
		"zero":    {"whole": "0", "part": "0", "text": "0", "slide": "0"},
	} {
		t.Run(name, func(t *testing.T) {
			root := survey.NewElement(in.Form.Name)
			for _, q := range in.Form.Root.Children {
				root.Add(survey.NewElement(q.Name).SetValue(answers[q.Name]))
			}
			everyAnswerComesBack(t, app, in, root)
		})
	}
}

func TestMissingIsNotZeroInTheColumn(t *testing.T) {
	app := testapp.New(t)
	in := must(t, app, kinds)
	id := uuid.NewString()
	rec := collections.Record{ID: id, Form: in.Form.ID, FormVersion: in.Version, Rev: 1}
	err := collections.Write(t.Context(), app, func(db collections.DB) error {
		return in.Layout.Insert(db, &rec, survey.NewElement(in.Form.Name), app.Doorstep.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	var missing int
	if _, err := collections.One(collections.Read(app), `SELECT COUNT(*) FROM kinds WHERE whole IS NULL AND part IS NULL AND place IS NULL`, nil, &missing); err != nil || missing != 1 {
		t.Errorf("an unanswered number is not NULL (%v)", err)
	}
}
