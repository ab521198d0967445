package survey

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Names of columns hold the data of years: the same form has the same ones.
func TestTables(t *testing.T) {
	q := func(kind Kind, name string, children ...*Question) *Question {
		one := &Question{Name: name, Kind: kind, Children: children}
		for _, c := range children {
			c.Parent = one
		}
		return one
	}
	text := func(name string) *Question { return q(KindText, name) }
	f := &Form{ID: "F", Root: q(KindGroup, "",
		text("age"), q(KindNote, "n"), q(KindNone, "m"), q(KindSelectOne, "outcome"), text("outcome"), text("Worker"),
		q(KindGroup, "a", text("age"), q(KindGroup, "b", text("age"), text("age"), text("age"), text("age"), text("age"))),
		q(KindRepeat, "r", text("age"), text("outcome"), q(KindSelectOne, "outcome"), text("parent_row"),
			q(KindGroup, "g", q(KindRepeat, "r", text("x"), q(KindRepeat, "r"), q(KindRepeat, "r")))),
		text("last"))}
	var got []string
	for _, table := range f.Tables() {
		parent := ""
		if table.Parent != nil {
			parent = table.Parent.Name + "/" + strings.Join(table.Path, "/") + "=" + table.Repeat.Name
		}
		got = append(got, table.Name+" "+parent)
		for _, c := range table.Columns {
			got = append(got, fmt.Sprintf("- %s %s", c.Name, strings.Join(c.Path, "/")))
			if c.Question.Name != c.Path[len(c.Path)-1] {
				t.Errorf("%s is of %s", c.Name, c.Question.Name)
			}
		}
	}
	want := []string{
		"f ", "- age age", "- outcome outcome", "- q_outcome outcome", "- q_worker Worker", "- a_age a/age", "- b_age a/b/age", "- a_b_age a/b/age",
		"- q_age a/b/age", "- q_age_2 a/b/age", "- q_age_3 a/b/age", "- last last",
		"f_r f/r=r", "- age age", "- outcome outcome", "- q_outcome outcome", "- q_parent_row parent_row",
		"f_r_g_r f_r/g/r=r", "- x x", "f_r_g_r_r f_r_g_r/r=r", "f_r_g_r_r_2 f_r_g_r/r=r",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestColumnNames(t *testing.T) {
	long := strings.Repeat("x", longestName)
	for in, want := range map[string]string{
		"Abc_z09": "abc_z09", "a-b c.d": "a_b_c_d", "年": "u5e74", "1a": "q_1a", "9": "q_9", "0": "q_0", "": "q_", "a_via_via_b": "a_viavia_b",
		"_via_": "_via", "/:`{@[": "______", long: long, long + "x": long[:91] + "_aa53ee57", "\x7f\u0080": "_u0080",
	} {
		if got := columnName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := (&Form{ID: "a", Table: "B"}).TableName(); got != "b" {
		t.Error(got)
	}
}
