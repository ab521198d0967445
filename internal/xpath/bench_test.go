package xpath_test

import (
	"fmt"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/xpath"
)

func text(name, value string) *survey.Node { return survey.NewElement(name).SetValue(value) }

// household is a record with n members.
func household(n int) *survey.Node {
	root := survey.NewElement("data").Add(text("a", "x"), text("b", "p y q"))
	for i := range n {
		root.Add(survey.NewElement("member").Add(text("name", fmt.Sprint("m", i)), text("age", fmt.Sprint(i%90))))
	}
	return root
}

// streets is a secondary instance of n choices.
func streets(n int) *survey.Node {
	root := survey.NewElement("root")
	for i := range n {
		root.Add(survey.NewElement("item").Add(text("name", fmt.Sprint("s", i)), text("label", fmt.Sprint("街道", i)),
			text("district", fmt.Sprint("d", i%10))))
	}
	return (&survey.Node{Kind: survey.Document}).Add(root)
}

func BenchmarkExpressions(b *testing.B) {
	record, choices := household(50), streets(5000)
	scan := &xpath.Context{Node: record.Children[0], Instance: func(string) *survey.Node { return choices }}
	indexed := *scan
	indexed.Index = xpath.NewIndex(choices)
	for _, bench := range []struct {
		name, source string
		ctx          *xpath.Context
	}{
		{"relevance", "/data/a = 'x' and selected(/data/b, 'y')", scan},
		{"constraint", ". > 0 and . < 120", scan},
		{"sum over 50", "sum(/data/member/age)", scan},
		{"count with a predicate over 50", "count(/data/member[age > 17])", scan},
		{"relative", "../b = 'x' or ../a = 'y'", scan},
		{"choice filter over 5000", "instance('streets')/root/item[district = /data/a]", scan},
		{"label lookup over 5000", "instance('streets')/root/item[name = 's4000']/label", scan},
		{"label lookup over 5000, indexed", "instance('streets')/root/item[name = 's4000']/label", &indexed},
		{"pulldata over 5000", "pulldata('streets', 'label', 'name', 's4000')", scan},
		{"indexed-repeat", "indexed-repeat(/data/member/age, /data/member, 30)", scan},
		{"union sorted", "/data/member/age | /data/member/name", scan},
	} {
		b.Run(bench.name, func(b *testing.B) {
			expr, err := xpath.Compile(bench.source, xpath.Env{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := expr.Text(bench.ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
