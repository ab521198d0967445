package survey

import "testing"

func TestNode(t *testing.T) {
	text := func(s string) *Node { return &Node{Kind: Text, Data: s} }
	for name, c := range map[string]struct {
		node *Node
		want string
	}{
		"nothing":         {NewElement("a"), ""},
		"one text":        {NewElement("a").Add(text("x")), "x"},
		"texts":           {NewElement("a").Add(text("x"), &Node{Kind: Comment, Data: "c"}, text("y")), "xy"},
		"one element":     {NewElement("a").Add(NewElement("b").Add(text("x"))), "x"},
		"texts around":    {NewElement("a").Add(text("x"), NewElement("b").Add(text("y")), text("z")), "xyz"},
		"a comment alone": {NewElement("a").Add(&Node{Kind: Comment, Data: "c"}), ""},
		"of a document":   {(&Node{Kind: Document}).Add(NewElement("b").Add(text("x"))), "x"},
		"a comment":       {&Node{Kind: Comment, Data: "c"}, "c"}, "an attribute": {&Node{Kind: Attribute, Data: "v"}, "v"},
	} {
		if got := c.node.Value(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if c.node.Kind != Element {
			continue
		}
		for _, s := range []string{"new", "newer", ""} {
			if c.node.SetValue(s); c.node.Value() != s || len(c.node.Children) > 1 {
				t.Errorf("%s: set to %q it is %q", name, s, c.node.Value())
			}
			for _, below := range c.node.Children {
				if below.Parent != c.node {
					t.Errorf("%s: its text hangs elsewhere", name)
				}
			}
		}
	}
	a, b := NewElement("b").Add(text("first")), NewElement("b")
	n := NewElement("a").Add(&Node{Kind: Comment, Name: "b"}, NewElement("c"), a, b)
	if n.Child("b") != a || n.Child("d") != nil || a.Parent != n || b.Parent != n {
		t.Error("the child of a name is the first element that has it")
	}
	n.Attrs = []*Node{{Kind: Attribute, Space: "urn:x", Name: "k", Data: "other"}}
	for _, v := range []string{"1", "2"} {
		if n.SetAttr("k", v); len(n.Attrs) != 2 || n.Attrs[0].Data != "other" || n.Attrs[1].Data != v || n.Attrs[1].Parent != n {
			t.Errorf("attributes after %s: %v", v, n.Attrs)
		}
	}
	if n.SetAttr("l", "3"); n.Attr("l") != "3" || n.Attr("k") != "other" || n.Attr("m") != "" {
		t.Error("an attribute is found by its name, in any namespace")
	}
}
