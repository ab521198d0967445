package xform

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"doorstep/internal/survey"

	"pgregory.net/rapid"
)

func question(kind survey.Kind, name string, children ...*survey.Question) *survey.Question {
	q := &survey.Question{Kind: kind, Name: name, Children: children}
	for _, c := range children {
		c.Parent = q
	}
	return q
}

func visitForm() *survey.Form {
	return &survey.Form{ID: "visit", Name: "data", Version: "3", Root: question(survey.KindGroup, "",
		question(survey.KindText, "name"),
		question(survey.KindInteger, "age"),
		question(survey.KindNone, "silent"),
		question(survey.KindGroup, "home",
			question(survey.KindGeopoint, "place"),
			question(survey.KindSelectMultiple, "aids")),
		question(survey.KindRepeat, "child",
			question(survey.KindText, "id_number"),
			question(survey.KindDecimal, "weight"),
			question(survey.KindRepeat, "dose", question(survey.KindDate, "on"))),
		question(survey.KindBoolean, "agreed"))}
}

// sketch writes a tree on one line: name=value, or name(children).
func sketch(n *survey.Node) string {
	var b strings.Builder
	b.WriteString(n.Name)
	for _, a := range n.Attrs {
		fmt.Fprintf(&b, "@%s=%s", a.Name, a.Data)
	}
	if !hasElements(n) {
		if v := n.Value(); v != "" {
			b.WriteString("=" + v)
		}
		return b.String()
	}
	b.WriteString("(")
	for i, c := range n.Children {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(sketch(c))
	}
	return b.String() + ")"
}

func TestFromJSON(t *testing.T) {
	const empty = "data(name age home(place aids) agreed)"
	for name, c := range map[string]struct {
		in, tree string
		issues   []string
	}{
		"no answers":     {`{}`, empty, nil},
		"null is none":   {`{"name":null,"home":null,"child":null}`, empty, nil},
		"scalars":        {`{"name":"李\n\"雷\"","age":7,"agreed":true}`, "data(name=李\n\"雷\" age=7 home(place aids) agreed=true)", nil},
		"strings do too": {`{"age":"7","agreed":"false"}`, "data(name age=7 home(place aids) agreed=false)", nil},
		"exponent":       {`{"age":1.5e3}`, "data(name age=1500 home(place aids) agreed)", nil},
		"many digits":    {`{"age":-1.23456789012345678E+5}`, "data(name age=-123456.789012345678 home(place aids) agreed)", nil},
		"down":           {`{"age":12e-4}`, "data(name age=0.0012 home(place aids) agreed)", nil},
		"up":             {`{"age":0.012e4}`, "data(name age=120 home(place aids) agreed)", nil},
		"out of bounds":  {`{"age":1e-999999999}`, "data(name age=1e-999999999 home(place aids) agreed)", nil},
		"geopoint object": {`{"home":{"place":{"lon":114.06,"lat":22.54,"accuracy":5}}}`,
			"data(name age home(place=22.54 114.06 0 5 aids) agreed)", nil},
		"geopoint string": {`{"home":{"place":"22 114 0 0"}}`, "data(name age home(place=22 114 0 0 aids) agreed)", nil},
		"half a geopoint": {`{"home":{"place":{"lat":22}}}`, "data(name age home(place=22 0 aids) agreed)",
			[]string{"answer.shape home/place"}},
		"names as array":  {`{"home":{"aids":["cane","", "walker"]}}`, "data(name age home(place aids=cane walker) agreed)", nil},
		"names as string": {`{"home":{"aids":"cane walker"}}`, "data(name age home(place aids=cane walker) agreed)", nil},
		"repeats": {`{"agreed":false,"child":[{"weight":3.50},{"dose":[{"on":"2026-01-02"},{}]}]}`,
			"data(name age home(place aids) child(id_number weight=3.50) child(id_number weight dose(on=2026-01-02) dose(on)) agreed=false)", nil},
		"unknown keys": {`{"x":1,"silent":"s","child":[{},{"y":[{"z":2}]}]}`,
			"data(name age home(place aids) child(id_number weight) child(id_number weight) agreed)",
			[]string{"answer.unknown x", "answer.unknown silent", "answer.unknown child[2]/y"}},
		"wrong shapes": {`{"name":{"a":1},"age":[1],"home":"h","child":{"weight":1}}`, empty,
			[]string{"answer.shape name", "answer.shape age", "answer.shape home", "answer.shape child"}},
		"element of a repeat": {`{"child":[5]}`, "data(name age home(place aids) child(id_number weight) agreed)",
			[]string{"answer.shape child[1]"}},
		"not an object":   {`[1]`, empty, []string{"answer.shape "}},
		"not JSON":        {`{"name":`, empty, []string{"answer.shape "}},
		"nothing":         {``, empty, []string{"answer.shape "}},
		"last one counts": {`{"name":"a","name":"b"}`, "data(name=b age home(place aids) agreed)", nil},
		"unprintable":     {`{"name":"a\u0000b","age":"` + "7\xff" + `"}`, "data(name=ab age=7 home(place aids) agreed)", nil},
		"metadata": {`{"meta":{"instanceID":"uuid:1","entity":{"@dataset":"persons","label":"L"},"tag":["a","b"],"no good":1}}`,
			"data(name age home(place aids) agreed meta(instanceID=uuid:1 entity@dataset=persons(label=L) tag=a tag=b))",
			[]string{"answer.unknown no good"}},
		"metadata is no text": {`{"meta":"x"}`, empty, []string{"answer.shape meta"}},
		"white space":         {" {\n\"age\" : 7 , \"child\" : [ { } , { \"weight\" : 1 } ] } ", "data(name age=7 home(place aids) child(id_number weight) child(id_number weight=1) agreed)", nil},
	} {
		t.Run(name, func(t *testing.T) {
			root, issues, _ := FromJSON(visitForm(), []byte(c.in))
			if got := sketch(root); got != c.tree {
				t.Errorf("tree\n got %s\nwant %s", got, c.tree)
			}
			var found []string
			for _, i := range issues {
				found = append(found, i.Code+" "+i.Field)
			}
			if !reflect.DeepEqual(found, c.issues) {
				t.Errorf("issues %q, want %q", found, c.issues)
			}
		})
	}
}

func TestFromJSONBoundsIssues(t *testing.T) {
	_, issues, _ := FromJSON(visitForm(), []byte("{"+strings.Repeat(`"x":1,`, 5000)+`"y":1}`))
	if len(issues) != maxIssues {
		t.Errorf("%d issues, want %d", len(issues), maxIssues)
	}
}

// A few bytes for a round, or for an element of the metadata, do not become a tree without end, wherever they stand.
func TestFromJSONBoundsWork(t *testing.T) {
	many := func(item string) string { return strings.TrimSuffix(strings.Repeat(item+",", 2*survey.MostWork), ",") }
	for name, in := range map[string]string{
		"rounds":            `{"child":[` + many(`{}`) + `],"agreed":true}`,
		"metadata, objects": `{"meta":{"a":[` + many(`{}`) + `]},"agreed":true}`,
		"metadata, values":  `{"meta":{"a":[` + many(`0`) + `]},"agreed":true}`,
		"metadata, members": `{"meta":{` + many(`"a":1`) + `},"agreed":true}`,
		"after many issues": `{` + many(`"x":1`) + `,"child":[` + many(`{}`) + `],"agreed":true}`,
	} {
		t.Run(name, func(t *testing.T) {
			root, issues, _ := FromJSON(visitForm(), []byte(in))
			if n := nodesIn(root); n > 2*survey.MostWork+100 { // each with the text in it
				t.Errorf("%d nodes", n)
			}
			told := 0
			for _, i := range issues {
				if i.Code == TooMany {
					told++
				}
			}
			if len(issues) == 0 || issues[0].Code != TooMany || told != 1 || root.Child("agreed").Value() != "true" {
				t.Errorf("%d issues, %d of them TooMany, agreed %q", len(issues), told, root.Child("agreed").Value())
			}
		})
	}
	full := (survey.MostWork - visitForm().Root.Size()) / visitForm().Root.Children[childAt(t)].RoundSize()
	for rounds, want := range map[int]bool{full: false, full + 1: true} {
		_, issues, _ := FromJSON(visitForm(), []byte(`{"child":[`+strings.TrimSuffix(strings.Repeat(`{},`, rounds), ",")+`]}`))
		if got := len(issues) > 0 && issues[0].Code == TooMany; got != want {
			t.Errorf("%d rounds: too many %v", rounds, got)
		}
	}
}

func nodesIn(n *survey.Node) int {
	all := 1 + len(n.Attrs)
	for _, c := range n.Children {
		all += nodesIn(c)
	}
	return all
}

func childAt(t *testing.T) int {
	t.Helper()
	for i, c := range visitForm().Root.Children {
		if c.Name == "child" {
			return i
		}
	}
	t.Fatal("the form has no repeat child")
	return 0
}

func TestToJSON(t *testing.T) {
	for name, c := range map[string]struct{ in, out string }{
		"empty answers stay away": {`{"name":"","home":{"aids":[]},"child":[{}]}`, `{"child":[{}]}`},
		"typed values": {`{"name":"a<b","age":"7","home":{"place":"1 2 3","aids":"x y"},"agreed":"true"}`,
			`{"name":"a<b","age":7,"home":{"place":{"lat":1,"lon":2,"alt":3},"aids":["x","y"]},"agreed":true}`},
		"odd values stay strings": {`{"age":"007","home":{"place":"1 x","aids":"x  y"},"agreed":"yes"}`,
			`{"age":"007","home":{"place":"1 x","aids":"x  y"},"agreed":"yes"}`},
		"metadata": {`{"meta":{"instanceID":"uuid:1","entity":{"@id":"7"},"tag":["a","b"]}}`,
			`{"meta":{"instanceID":"uuid:1","entity":{"@id":"7"},"tag":["a","b"]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			root, _, _ := FromJSON(visitForm(), []byte(c.in))
			got, err := ToJSON(visitForm(), root)
			if err != nil || string(got) != c.out {
				t.Errorf("got %s, %v\nwant %s", got, err, c.out)
			}
		})
	}
	if _, err := ToJSON(visitForm(), nil); err == nil {
		t.Error("no error without a tree")
	}
}

var answerKinds = []survey.Kind{survey.KindText, survey.KindInteger, survey.KindDecimal, survey.KindBoolean,
	survey.KindDate, survey.KindSelectMultiple, survey.KindRank, survey.KindGeopoint, survey.KindNone,
	survey.KindGroup, survey.KindRepeat}

func drawForm(t *rapid.T) *survey.Form {
	var group func(depth int) []*survey.Question
	group = func(depth int) []*survey.Question {
		var qs []*survey.Question
		for i := range rapid.IntRange(0, 6).Draw(t, "size") {
			kind := rapid.SampledFrom(answerKinds).Draw(t, "kind")
			q := question(kind, fmt.Sprintf("q%d", i))
			if kind == survey.KindGroup || kind == survey.KindRepeat {
				if depth == 0 {
					continue
				}
				q = question(kind, q.Name, group(depth-1)...)
			}
			qs = append(qs, q)
		}
		return qs
	}
	return &survey.Form{ID: "f", Name: "data", Root: question(survey.KindGroup, "", group(3)...)}
}

func drawAnswers(t *rapid.T, n *survey.Node, q *survey.Question) *survey.Node {
	value := rapid.OneOf(rapid.StringMatching(`-?[0-9]{1,3}(\.[0-9]+)?( [0-9.]+){0,4}`),
		rapid.SampledFrom([]string{"", "true", "a b c", "1e5", "007", " a", "<&>\"'\\\r\n\t", "李雷 😀"}),
		rapid.Map(rapid.String(), func(s string) string { return xmlText([]byte(s)) }))
	for _, c := range q.Children {
		switch c.Kind {
		case survey.KindNone:
		case survey.KindGroup:
			n.Add(drawAnswers(t, survey.NewElement(c.Name), c))
		case survey.KindRepeat:
			for range rapid.IntRange(0, 3).Draw(t, "instances") {
				n.Add(drawAnswers(t, survey.NewElement(c.Name), c))
			}
		default:
			n.Add(survey.NewElement(c.Name).SetValue(value.Draw(t, "value")))
		}
	}
	return n
}

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawForm(t)
		want := drawAnswers(t, survey.NewElement("data"), f.Root)
		data, err := ToJSON(f, want)
		if err != nil {
			t.Fatal(err)
		}
		got, issues, _ := FromJSON(f, data)
		if len(issues) > 0 || sketch(got) != sketch(want) {
			t.Fatalf("%s\n got %q %v\nwant %q", data, sketch(got), issues, sketch(want))
		}
	})
}

// FuzzFromJSON: whatever a client sends, reading it does not fail, and what was read survives the way back.
func FuzzFromJSON(f *testing.F) {
	for _, in := range []string{`{}`, `{"name":"a","child":[{"dose":[{}]},{}]}`, `{"home":{"place":{"lat":1e2,"lon":2}}}`,
		`{"meta":{"a":["b",{"@c":"d"}]}}`, `[`, `{"name":"\u0000\ud800"}`, "{\"age\" : -0.5 }"} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		form := visitForm()
		tree, _, _ := FromJSON(form, in)
		out, err := ToJSON(form, tree)
		if err != nil {
			t.Fatal(err)
		}
		again, issues, _ := FromJSON(form, out)
		if len(issues) > 0 || sketch(again) != sketch(tree) {
			t.Fatalf("%s\n got %q %v\nwant %q", out, sketch(again), issues, sketch(tree))
		}
	})
}

func TestXMLRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawForm(t)
		want := drawAnswers(t, survey.NewElement("data"), f.Root)
		var b bytes.Buffer
		if err := WriteInstance(&b, f, &survey.Instance{FormID: "f", ID: "1", Root: want}); err != nil {
			t.Fatal(err)
		}
		got, err := ParseSubmission(parse(t, b.String()))
		if err != nil {
			t.Fatal(err)
		}
		got.Root.Attrs = nil
		got.Root.Children = got.Root.Children[:len(got.Root.Children)-1] // meta
		if sketch(got.Root) != sketch(want) {
			t.Fatalf("%s\n got %q\nwant %q", b.String(), sketch(got.Root), sketch(want))
		}
	})
}

func BenchmarkFromJSON(b *testing.B) {
	var qs []*survey.Question
	var data strings.Builder
	for i := range 200 {
		kind := []survey.Kind{survey.KindText, survey.KindInteger, survey.KindSelectMultiple}[i%3]
		qs = append(qs, question(kind, fmt.Sprintf("question_%d", i)))
		fmt.Fprintf(&data, `,"question_%d":%s`, i, []string{`"some words 文字"`, "42", `["a","b"]`}[i%3])
	}
	f := &survey.Form{Name: "data", Root: question(survey.KindGroup, "", qs...)}
	in := []byte("{" + data.String()[1:] + "}")
	b.ReportAllocs()
	for b.Loop() {
		FromJSON(f, in)
	}
}

func BenchmarkToJSON(b *testing.B) {
	f := &survey.Form{Name: "data", Root: question(survey.KindGroup, "")}
	root := survey.NewElement("data")
	for i := range 200 {
		q := question(survey.KindText, fmt.Sprintf("question_%d", i))
		f.Root.Children = append(f.Root.Children, q)
		root.Add(survey.NewElement(q.Name).SetValue("some words"))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ToJSON(f, root); err != nil {
			b.Fatal(err)
		}
	}
}
