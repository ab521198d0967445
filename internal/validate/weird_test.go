package validate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xmltree"
)

// xml reads a record as a tablet sends it.
func xml(t testing.TB, text string) *survey.Instance {
	t.Helper()
	doc, err := xmltree.ParseXML(strings.NewReader(text), xmltree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	root := doc
	if root.Kind == survey.Document {
		root = root.Children[0]
	}
	return &survey.Instance{Root: root}
}

func TestOddTrees(t *testing.T) {
	for _, test := range []struct {
		name, form, xml string
		want            []string
	}{
		{"empty", adult, `<data/>`, []string{"logic.required age"}},
		{"absent elements", adult, `<data><age>20</age><months>240</months></data>`, nil},
		{"unknown elements once per name", adult, `<data><age>20</age><x/><x>1</x><work><x/><y/></work><meta><z/></meta></data>`, []string{"logic.unknown_element x", "logic.unknown_element work/y"}},
		{"element twice", adult, `<data><age>20</age><age>21</age></data>`, []string{"logic.unknown_element age"}},
		{"group with text", adult, `<data><age>20</age><work>x</work></data>`, nil},
		{"answer with elements", adult, `<data><age><a>2</a><b>0</b></age></data>`, nil},
		{"other namespace", adult, `<data xmlns="urn:x"><age>20</age></data>`, nil},
		{"rounds between other answers", family, `<data><child><name>a</name></child><count>2</count><child><age>3</age></child></data>`, []string{"logic.required child[2]/name"}},
		{"deep below an answer", adult, `<data><age>20<a><a><a/></a></a></age></data>`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			logic := compiled(t, markdown(t, test.form))
			if got := sums(logic.Check(context.Background(), xml(t, test.xml), validate.TakeOut).Issues); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := compiled(t, markdown(t, adult)).Check(context.Background(), &survey.Instance{}, validate.TakeOut).Issues; got != nil {
		t.Errorf("no tree: %v", got)
	}
}

func TestManyRounds(t *testing.T) {
	const form = `
| survey |
| | type | name | label | relevant | constraint | calculation |
| | begin repeat | r | R | | | |
| | integer | a | A | | . >= 0 | |
| | text | b | B | ${a} > 3 | ${a} < 6 | |
| | calculate | c | | | | ${a} * 2 |
| | end repeat | | | | | |
| | calculate | total | | | | sum(${c}) |
`
	var b strings.Builder
	for i := range 8000 {
		fmt.Fprintf(&b, "<r><a>%d</a></r>", i%9)
	}
	inst := xml(t, "<data>"+b.String()+"<r><a>5</a><b>x</b></r><r><a>3</a><b>x</b></r></data>")
	got := sums(compiled(t, markdown(t, form)).Check(context.Background(), inst, validate.TakeOut).Issues)
	if !slices.Equal(got, []string{"logic.irrelevant r[8002]/b"}) {
		t.Errorf("got %q", got)
	}
	if total := inst.Root.Child("total").Value(); total != "64008" {
		t.Errorf("total %s", total)
	}
}

// endless asks for work with the cube of its rounds.
const endless = `
| survey |
| | type | name | label | calculation |
| | begin repeat | r | R | |
| | text | a | A | |
| | calculate | b | | count(/data/r[a = /data/r/a]) |
| | end repeat | | | |
`

func TestTooLong(t *testing.T) {
	logic := compiled(t, markdown(t, endless))
	inst := func() *survey.Instance {
		return xml(t, "<data>"+strings.Repeat("<r><a>x</a></r>", 3)+strings.Repeat("<r/>", 20000)+"</data>")
	}
	if got := sums(logic.Check(context.Background(), inst(), validate.TakeOut).Issues); !slices.Equal(got, []string{"logic.too_long "}) {
		t.Errorf("too much work: %q", got)
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if got := sums(logic.Check(done, inst(), validate.TakeOut).Issues); !slices.Equal(got, []string{"logic.too_long "}) {
		t.Errorf("no time left: %q", got)
	}
	if got := logic.Check(context.Background(), xml(t, "<data><r><a>x</a></r></data>"), validate.TakeOut).Issues; got != nil {
		t.Errorf("the next check: %v", got)
	}
}

const clock = `
| survey |
| | type | name | label | constraint | relevant |
| | start | start | | | |
| | end | end | | | |
| | today | today | | | |
| | date | day | Day | . <= today() | |
| | text | late | Late | | format-date-time(now(), '%H') > 20 |
`

func TestMoment(t *testing.T) {
	const bad = "logic.constraint day"
	for _, test := range []struct {
		name, xml string
		want      []string
		at        string // when the visit was, "" where nobody says
	}{
		{"by the end", `<start>2026-01-05T09:00:00.000+08:00</start><end>2026-01-05T10:00:00.000+08:00</end><day>2026-01-05</day>`, nil, "2026-01-05T10:00:00+08:00"},
		{"after the end", `<end>2026-01-05T10:00:00.000+08:00</end><day>2026-01-06</day>`, []string{bad}, "2026-01-05T10:00:00+08:00"},
		{"by the start", `<start>2026-01-05T09:00:00.000+08:00</start><day>2026-01-06</day>`, []string{bad}, "2026-01-05T09:00:00+08:00"},
		{"by the day", `<today>2026-01-05</today><day>2026-01-06</day>`, []string{bad}, "2026-01-05T12:00:00+08:00"},
		{"by nobody", `<day>2099-11-24</day><late>x</late>`, []string{"logic.no_moment "}, ""},
		{"by nobody who can be read", `<end>soon</end><day>2099-11-23</day>`, []string{"logic.no_moment "}, ""},
		{"an offset of hours", `<end>2026-01-05T23:30:00.000+08</end><late>x</late>`, nil, "2026-01-05T23:30:00+08:00"},
		{"hour of the tablet", `<end>2026-01-05T13:30:00.000Z</end><late>x</late>`, []string{"logic.irrelevant late"}, "2026-01-05T13:30:00Z"},
		{"late hour of the tablet", `<end>2026-01-05T23:30:00.000+08:00</end><late>x</late>`, nil, "2026-01-05T23:30:00+08:00"},
		{"midnight passed in its zone", `<end>2026-01-05T17:30:00.000Z</end><day>2026-01-06</day>`, []string{bad}, "2026-01-05T17:30:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			logic := compiled(t, markdown(t, clock))
			visit := xml(t, "<data>"+test.xml+"</data>")
			if got := sums(logic.Check(context.Background(), visit, validate.TakeOut).Issues); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			at, known := logic.Moment(visit.Root)
			if want, err := time.Parse(time.RFC3339, test.at); !at.Equal(want) || known != (err == nil) {
				t.Errorf("it was at %v (%v), want %q", at, known, test.at)
			}
		})
	}
}

const circle = `
| survey |
| | type | name | label | choice_filter |
| | select_one l | a | A | ${b} = '' or x = ${b} |
| | select_one l | b | B | ${c} = '' or x = ${c} |
| | select_one l | c | C | ${a} = '' or x != ${a} |
| choices |
| | list_name | name | label | x |
| | l | u | U | v |
| | l | v | V | u |
| | l | w | W | w |
`

// forms whose random answers a second check must leave alone.
var steady = []string{adult, family, kinds, circle}

// randomTree fills a form with answers that are right, wrong and absent.
func randomTree(r *rand.Rand, q *survey.Question, name string) *survey.Node {
	n := survey.NewElement(name)
	for _, c := range q.Children {
		switch {
		case r.IntN(8) == 0:
		case c.Kind == survey.KindRepeat:
			for range r.IntN(4) {
				n.Add(randomTree(r, c, c.Name))
			}
		case c.Kind == survey.KindGroup:
			n.Add(randomTree(r, c, c.Name))
		default:
			values := []string{"", "1", "7", "12", "20", "x", "a b", "p", "s", "p1", "s1", "y", "y n", "y q", "u", "v", "w", "2026-01-01", "22 114"}
			n.Add(survey.NewElement(c.Name).SetValue(values[r.IntN(len(values))]))
		}
	}
	r.Shuffle(len(n.Children), func(i, j int) { n.Children[i], n.Children[j] = n.Children[j], n.Children[i] })
	return n
}

// TestNothingSentIsLost looks for every answer of random records: after a check it is where it was or among the changes.
func TestNothingSentIsLost(t *testing.T) {
	for _, md := range steady {
		f := markdown(t, md)
		logic := compiled(t, f)
		for seed := range uint64(200) {
			root := randomTree(rand.New(rand.NewPCG(seed, 2)), f.Root, "data")
			sent := leaves(root, map[string]int{})
			checked := logic.Check(context.Background(), &survey.Instance{Root: root}, validate.TakeOut)
			kept := leaves(root, map[string]int{})
			for _, c := range checked.Changes {
				if !c.Kept {
					kept[c.Field[strings.LastIndexByte(c.Field, '/')+1:]+" "+c.Sent]++
				}
			}
			for answer, n := range sent {
				if kept[answer] < n {
					t.Fatalf("seed %d: %q was sent %d times and is kept %d times; %+v", seed, answer, n, kept[answer], checked.Changes)
				}
			}
		}
	}
}

// leaves counts the answers of a tree as "name answer".
func leaves(n *survey.Node, into map[string]int) map[string]int {
	below := false
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			below = true
			leaves(c, into)
		}
	}
	if s := n.Value(); !below && s != "" {
		into[n.Name+" "+s]++
	}
	return into
}

func TestSecondCheckBlanksNothing(t *testing.T) {
	logics := make([]*validate.Logic, len(steady))
	questions := make([]*survey.Question, len(steady))
	for i, md := range steady {
		f := markdown(t, md)
		logics[i], questions[i] = compiled(t, f), f.Root
	}
	rapid.Check(t, func(rt *rapid.T) {
		i := rapid.IntRange(0, len(steady)-1).Draw(rt, "form")
		seed := rapid.Uint64().Draw(rt, "seed")
		check := func() (*survey.Instance, []survey.Issue) {
			inst := &survey.Instance{Root: randomTree(rand.New(rand.NewPCG(seed, 1)), questions[i], "data")}
			return inst, logics[i].Check(context.Background(), inst, validate.TakeOut).Issues
		}
		first, found := check()
		again, foundAgain := check()
		if !reflect.DeepEqual(found, foundAgain) || sketch(first.Root) != sketch(again.Root) {
			rt.Fatalf("not the same twice:\n%v\n%v", found, foundAgain)
		}
		before := sketch(first.Root)
		for _, issue := range logics[i].Check(context.Background(), first, validate.TakeOut).Issues {
			switch issue.Code {
			case "logic.irrelevant", "logic.choice", "logic.type":
				rt.Errorf("second check: %v", issue)
			}
		}
		if after := sketch(first.Root); after != before {
			rt.Errorf("second check changed\n%s\n%s", before, after)
		}
	})
}

// sketch writes a tree without its empty leaves.
func sketch(n *survey.Node) string {
	var b strings.Builder
	b.WriteString(n.Name)
	for _, c := range n.Children {
		if c.Kind == survey.Text {
			b.WriteString("=" + c.Data)
		} else {
			b.WriteString("(" + sketch(c) + ")")
		}
	}
	return b.String()
}

func TestConcurrentChecks(t *testing.T) {
	f := markdown(t, family)
	logic := compiled(t, f)
	done := make(chan []string)
	for i := range 8 {
		go func() {
			var got []string
			for range 50 {
				inst := &survey.Instance{Root: survey.NewElement("data").Add(survey.NewElement("count").SetValue(fmt.Sprint(i)))}
				got = sums(logic.Check(context.Background(), inst, validate.TakeOut).Issues)
			}
			done <- got
		}()
	}
	for range 8 {
		got := <-done
		if len(got) > 0 && !slices.Equal(got, []string{"logic.repeat_count child"}) {
			t.Errorf("got %q", got)
		}
	}
}
