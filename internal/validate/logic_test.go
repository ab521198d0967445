package validate_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"doorstep/collections/forms"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
	"doorstep/internal/xlsform"
)

// markdown reads a form whose tables have blanks at the beginning of each line.
func markdown(t testing.TB, md string) *survey.Form {
	t.Helper()
	f, err := xlsform.ReadMarkdown(md, xlsform.Options{ID: "f"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func compiled(t testing.TB, f *survey.Form) *validate.Logic {
	t.Helper()
	logic, err := validate.Compile(f)
	if err != nil {
		t.Fatal(err)
	}
	return logic
}

func filled(t testing.TB, f *survey.Form, answers string) *survey.Instance {
	t.Helper()
	root, issues, _ := xform.FromJSON(f, []byte(answers))
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	return &survey.Instance{FormID: f.ID, Root: root}
}

// sums are the issues as "code field".
func sums(issues []survey.Issue) []string {
	var out []string
	for _, i := range issues {
		out = append(out, i.Code+" "+i.Field)
	}
	return out
}

func answersOf(t testing.TB, f *survey.Form, inst *survey.Instance) string {
	t.Helper()
	b, err := xform.ToJSON(f, inst.Root)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const adult = `
| survey |
| | type | name | label | relevant | required | constraint | calculation | constraint_message::中文 (zh) | constraint_message::English (en) |
| | integer | age | Age | | yes | . >= 0 and . < 120 | | 年龄不对 | Wrong age for ${name} |
| | text | name | Name | | | | | | |
| | text | school | School | ${age} < 18 | true() | | | | |
| | begin group | work | Work | ${age} >= 18 | | | | | |
| | text | job | Job | | | | | | |
| | integer | hours | Hours | ${job} != '' | | | | | |
| | end group | | | | | | | | |
| | calculate | months | | | | | ${age} * 12 | | |
`

const family = `
| survey |
| | type | name | label | relevant | required | constraint | calculation | repeat_count | choice_filter |
| | integer | count | How many | | | | | | |
| | begin repeat | child | Child | ${count} > 0 | | | | ${count} | |
| | text | name | Name | | yes | | | | |
| | integer | age | Age | | | . < 18 | | | |
| | select_one level | level | Level | ${age} > 5 | | | | | |
| | select_one school | school | School | | | | | | level = ${level} |
| | calculate | nth | | | | | position(..) | | |
| | calculate | first | | | | | indexed-repeat(${name}, ${child}, 1) | | |
| | begin repeat | dose | Dose | ${age} < 10 | | | | | |
| | date | on | On | | | ../../age > 0 | | | |
| | calculate | who | | | | | concat(${name}, position(..), position(../..)) | | |
| | end repeat | | | | | | | | |
| | end repeat | | | | | | | | |
| | calculate | total | | | | | sum(${age}) | | |
| | calculate | doses | | | | | count(${dose}) | | |
| choices |
| | list_name | name | label | level |
| | level | p | Primary | |
| | level | s | Secondary | |
| | school | p1 | P1 | p |
| | school | s1 | S1 | s |
`

const kinds = `
| survey |
| | type | name | label | calculation | read_only |
| | integer | i | I | | |
| | decimal | d | D | | |
| | date | day | Day | | |
| | time | clock | Time | | |
| | dateTime | moment | Moment | | |
| | geopoint | place | Place | | |
| | geotrace | way | Way | | |
| | select_one yn | one | One | | |
| | select_multiple yn | many | Many | | |
| | rank yn | order | Order | | |
| | select_one yn or_other | other | Other | | |
| | select_one_from_file towns.csv | town | Town | | |
| | calculate | sum | | ${i} + 1 | |
| | calculate | again | | once(uuid()) | |
| | calculate | looked | | pulldata('towns', 'label', 'name', ${town}) | |
| | integer | shown | Shown | ${i} + 2 | yes |
| | integer | guess | Guess | ${i} + 3 | |
| | calculate | truth | | ${i} > 1 | |
| choices |
| | list_name | name | label |
| | yn | y | Yes |
| | yn | n | No |
`

const mutual = `
| survey |
| | type | name | label | choice_filter |
| | select_one l | a | A | ${c} != '' and ${b} = 'u' |
| | select_one l | b | B | |
| | select_one l | c | C | ${a} != '' |
| choices |
| | list_name | name | label |
| | l | u | U |
| | l | v | V |
`

const elsewhere = `
| survey |
| | type | name | label | relevant | required | constraint | calculation |
| | csv-external | towns | | | | | |
| | calculate | high | | | | | count(/data/r[v > 3]) |
| | begin repeat | r | R | | | | |
| | integer | n | N | | | | |
| | calculate | v | | | | | ${n} * 2 |
| | end repeat | | | | | | |
| | text | a | A | instance('towns')/root/item[name = 'x']/size > 3 | | | |
| | text | b | B | | | pulldata('towns', 'size', 'name', .) > 1 | |
| | text | c | C | | random() > 0 | | |
| | hidden | d | | | yes | . = 'x' | |
| | text | e | E | ${last-saved#a} = 'x' | | | |
| | select_one l | l | L | | | | |
| | calculate | said | | | | | instance('l')/root/item[name = ${l}]/label |
| | calculate | name | | | | | jr:choice-name(${l}, '${l}') |
| choices |
| | list_name | name | label |
| | l | u | U |
`

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name, form, answers string
		want                []string
		after               string // answers after the check; "" for the same
	}{
		{"nothing wrong", adult, `{"age":20,"work":{"job":"x","hours":3},"months":"240"}`, nil, ""},
		{"required", adult, `{"name":"x"}`, []string{"logic.required age"}, ``},
		{"required where relevant", adult, `{"age":9,"months":"108"}`, []string{"logic.required school"}, ``},
		{"constraint", adult, `{"age":130,"months":"1560"}`, []string{"logic.constraint age"}, ``},
		{"group that is not relevant", adult, `{"age":9,"school":"x","work":{"job":"x","hours":3},"months":"108"}`, []string{"logic.irrelevant work"}, `{"age":9,"school":"x","months":"108"}`},
		{"question that is not relevant", adult, `{"age":20,"work":{"hours":3},"months":"240"}`, []string{"logic.irrelevant work/hours"}, `{"age":20,"months":"240"}`},
		{"calculation that differs", adult, `{"age":20,"months":"241"}`, []string{"logic.calculate months"}, `{"age":20,"months":"241"}`},
		{"calculation that is written otherwise", adult, `{"age":20,"months":"240.0"}`, nil, ""},
		{"calculation that is absent", adult, `{"age":20}`, nil, `{"age":20,"months":"240"}`},
		{"type", adult, `{"age":"20 years","name":"x"}`, []string{"logic.type age", "logic.required age"}, `{"name":"x"}`},

		{"repeats", family, `{"count":2,"child":[{"name":"a","age":7,"level":"p","school":"p1","nth":"1","first":"a","dose":[{"on":"2026-01-01","who":"a11"},{"who":"a21"}]},{"name":"b","nth":"2","first":"a"}],"total":"7","doses":"2"}`, nil, ""},
		{"repeats computed", family, `{"count":2,"child":[{"name":"a","age":7,"dose":[{},{}]},{"name":"b","age":3,"dose":[{}]}]}`, nil,
			`{"count":2,"child":[{"name":"a","age":7,"nth":"1","first":"a","dose":[{"who":"a11"},{"who":"a21"}]},{"name":"b","age":3,"nth":"2","first":"a","dose":[{"who":"b12"}]}],"total":"10","doses":"3"}`},
		{"repeat that is not relevant", family, `{"count":0,"child":[{"name":"a"},{"age":3}]}`, []string{"logic.irrelevant child[1]", "logic.irrelevant child[2]"}, `{"count":0,"total":"0","doses":"0"}`},
		{"inner repeat that is not relevant", family, `{"count":2,"child":[{"name":"a","age":12,"dose":[{"on":"2026-01-01"},{}]},{"name":"b","age":1,"dose":[{}]}]}`, []string{"logic.irrelevant child[1]/dose[1]"},
			`{"count":2,"child":[{"name":"a","age":12,"nth":"1","first":"a"},{"name":"b","age":1,"nth":"2","first":"a","dose":[{"who":"b12"}]}],"total":"13","doses":"1"}`},
		{"required in a repeat", family, `{"count":2,"child":[{"name":"a","nth":"1","first":"a"},{"nth":"2","first":"a"}],"doses":"0"}`, []string{"logic.required child[2]/name"}, ``},
		{"constraint in a repeat", family, `{"count":1,"child":[{"name":"a","age":18,"nth":"1","first":"a"}],"total":"18","doses":"0"}`, []string{"logic.constraint child[1]/age"}, ``},
		{"constraint on an outer answer", family, `{"count":1,"child":[{"name":"a","age":0,"nth":"1","first":"a","dose":[{"on":"2026-01-01","who":"a11"}]}],"total":"0","doses":"1"}`, []string{"logic.constraint child[1]/dose[1]/on"}, ``},
		{"count of a repeat", family, `{"count":3,"child":[{"name":"a","nth":"1","first":"a"}],"doses":"0"}`, []string{"logic.repeat_count child"}, ``},
		{"choice filter in a repeat", family, `{"count":2,"child":[{"name":"a","age":8,"level":"p","school":"p1"},{"name":"b","age":9,"level":"p","school":"s1"}]}`, []string{"logic.choice_filtered child[2]/school"},
			`{"count":2,"child":[{"name":"a","age":8,"level":"p","school":"p1","nth":"1","first":"a"},{"name":"b","age":9,"level":"p","school":"s1","nth":"2","first":"a"}],"total":"17","doses":"0"}`},
		{"choice whose filter lost its ground", family, `{"count":1,"child":[{"name":"a","age":4,"level":"p","school":"p1"}]}`, []string{"logic.irrelevant child[1]/level", "logic.choice_filtered child[1]/school"},
			`{"count":1,"child":[{"name":"a","age":4,"school":"p1","nth":"1","first":"a"}],"total":"4","doses":"0"}`},

		{"types", kinds, `{"i":-3,"d":1.5,"day":"2026-02-28","clock":"23:59:59.000+08:00","moment":"2026-01-01T00:00:00.000+08:00","place":"22.5 114 0 5.1","way":"22 114;23 114 0 0","sum":"-2","shown":-1,"truth":"false"}`, nil, ""},
		{"wrong types", kinds, `{"i":"x","d":"1,5","day":"2026-02-30","clock":"25:00","moment":"yesterday","place":"95 114","way":"22","sum":"","shown":"","truth":"false"}`,
			[]string{"logic.type i", "logic.type d", "logic.type day", "logic.type clock", "logic.type moment", "logic.type place", "logic.type way"}, `{"truth":"false"}`},
		{"large decimal of a tablet", kinds, `{"i":1,"d":"1.25E7","sum":"2","shown":3,"truth":"false"}`, nil, ""},
		{"choices", kinds, `{"one":"y","many":["y","n"],"order":["n","y"],"other":"other","town":"anything","truth":"false"}`, nil, ""},
		{"no choices", kinds, `{"one":"x","many":["y","z"],"order":["q"],"other":"else","town":"anything","truth":"false"}`,
			[]string{"logic.choice one", "logic.choice many", "logic.choice order", "logic.choice other"}, `{"many":["y"],"town":"anything","truth":"false"}`},
		{"choices that allow each other", mutual, `{"a":"u","b":"u","c":"v"}`, nil, ""},
		{"choices that forbid each other", mutual, `{"a":"u","b":"v","c":"v"}`, []string{"logic.choice_filtered a"}, `{"a":"u","b":"v","c":"v"}`},
		{"calculation after one in a predicate", elsewhere, `{"r":[{"n":1},{"n":2}]}`, nil, `{"high":"1","r":[{"n":1,"v":"2"},{"n":2,"v":"4"}]}`},
		{"what only the tablet knows", elsewhere, `{"high":"0","a":"x","b":"y","d":"z","e":"x","l":"u","said":"乙","name":"乙"}`, nil, ""},
		{"what the server cannot compute", kinds, `{"i":1,"sum":"2","again":"y","looked":"z","shown":3,"guess":9,"truth":"0"}`, nil, ""},
		{"read-only calculation", kinds, `{"i":1,"sum":"2","shown":4,"truth":"false"}`, []string{"logic.calculate shown"}, `{"i":1,"sum":"2","shown":4,"truth":"false"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := markdown(t, test.form)
			inst := filled(t, f, test.answers)
			got := sums(compiled(t, f).Check(context.Background(), inst, validate.TakeOut).Issues)
			if !slices.Equal(got, test.want) {
				t.Errorf("issues %q, want %q", got, test.want)
			}
			if test.after == "" && len(test.want) > 0 && !strings.Contains(test.answers, "months") {
				return
			}
			if test.after == "" {
				test.after = answersOf(t, f, filled(t, f, test.answers))
			}
			if after := answersOf(t, f, inst); after != test.after {
				t.Errorf("answers %s\n   want %s", after, test.after)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	f := markdown(t, adult)
	issues := compiled(t, f).Check(context.Background(), filled(t, f, `{"age":130,"name":"Li","months":"1560"}`), validate.TakeOut).Issues
	want := survey.Issue{Code: "logic.constraint", Field: "age", Severity: survey.Error, ZH: "年龄不对", EN: "Wrong age for “name”"}
	if len(issues) != 1 || issues[0] != want {
		t.Errorf("got %+v", issues)
	}
}

func TestProblems(t *testing.T) {
	const head = "| survey |\n| | type | name | label | relevant | required | constraint | calculation | choice_filter | repeat_count | default | read_only |\n"
	for _, test := range []struct {
		name, rows string
		want       []string // code row column
	}{
		{"unknown names", "| | text | a | A | #{b} = #{c} or #{b} |", []string{"logic.unknown_reference 2 relevant b", "logic.unknown_reference 2 relevant c"}},
		{"several cells", "| | text | a | A | #{b} | frob() | . > | if(1) |", []string{"logic.unknown_reference 2 relevant b", "xpath.unknown_function 2 required", "xpath.syntax 2 constraint", "xpath.arity 2 calculation"}},
		{"ambiguous", "| | begin group | g | G |\n| | text | a | A |\n| | end group |\n| | begin group | h | H |\n| | text | a | A |\n| | end group |\n| | text | b | B | #{a} = 1 |", []string{"logic.ambiguous_reference 8 relevant a"}},
		{"nodes wanted", "| | calculate | a | | | | | count(1) |", []string{"xpath.needs_nodes 2 calculation"}},
		{"cycle of calculations", "| | calculate | a | | | | | ${b} + 1 |\n| | calculate | b | | | | | ${a} + 1 |", []string{"logic.cycle 2 calculation a → b → a"}},
		{"cycle of relevance and calculation", "| | text | a | A | ${b} = 1 |\n| | calculate | b | | | | | ${a} |", []string{"logic.cycle 2 relevant a → b → a"}},
		{"own answer", "| | text | a | A | . != '' |", []string{"logic.cycle 2 relevant a → a"}},
		{"required by itself", "| | text | a | A | | . = '' |", []string{"logic.cycle 2 required a → a"}},
		{"constraint on itself", "| | text | a | A | | | ${a} != 'x' |", nil},
		{"group by its question", "| | begin group | g | G | ${a} = 1 |\n| | text | a | A |\n| | end group |", []string{"logic.cycle 2 relevant g → a → g"}},
		{"running total", "| | begin repeat | r | R |\n| | calculate | a | | | | | indexed-repeat(${a}, ${r}, position(..) - 1) + 1 |\n| | end repeat |", []string{"logic.cycle 3 calculation a → a"}},
		{"once", "| | calculate | a | | | | | once(uuid()) |", nil},
		{"choices that filter each other", "| | select_one l | a | A | | | | | x = ${b} |\n| | select_one l | b | B | | | | | x = ${a} |", nil},
		{"default", "| | text | a | A | | | | | | | frob(1) |", []string{"xpath.unknown_function 2 default"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := markdown(t, head+test.rows+"\n| choices |\n| | list_name | name | label | x |\n| | l | a | A | a |\n")
			f.Walk(func(q *survey.Question) bool {
				q.Relevant = strings.ReplaceAll(q.Relevant, "#", "$") // reading already refuses such references
				return true
			})
			_, err := validate.Compile(f)
			var got []string
			if problems, ok := err.(survey.Problems); ok {
				for _, p := range problems {
					got = append(got, describe(p))
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], test.want[i]) {
					t.Errorf("got %q, want %q", got[i], test.want[i])
				}
			}
		})
	}
}

// describe is code, row, column and what the text is about.
func describe(p survey.Problem) string {
	detail := p.EN
	if _, quoted, ok := strings.Cut(detail, "“"); ok {
		detail, _, _ = strings.Cut(quoted, "”")
	} else if _, after, ok := strings.Cut(detail, ": "); ok {
		detail = strings.TrimSuffix(after, ".")
	}
	return p.Code + " " + string(rune('0'+p.Row)) + " " + p.Column + " " + detail
}

func shipped(t testing.TB, name string) *survey.Form {
	t.Helper()
	file, err := forms.Files.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, err := xlsform.Read(name, file, xlsform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestShippedForms(t *testing.T) {
	for _, name := range []string{"child_visit", "elderly_baseline"} {
		t.Run(name, func(t *testing.T) {
			f := shipped(t, name+".csv")
			answers, err := os.ReadFile("testdata/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			inst := filled(t, f, string(answers))
			for _, issue := range compiled(t, f).Check(context.Background(), inst, validate.TakeOut).Issues {
				t.Errorf("%+v", issue)
			}
		})
	}
}
