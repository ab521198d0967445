package survey

import "testing"

func TestWork(t *testing.T) {
	f, by := family()
	e := func(name string, children ...*Node) *Node { return NewElement(name).Add(children...) }
	child := func(inside ...*Node) *Node { return e("child", e("school", inside...)) }
	const form, childRound, visitRound = 5, 4 + roundWork, 2 + roundWork // child, name, school, grade; visit, day
	if f.Root.Size() != form || by["child"].RoundSize() != childRound || by["visit"].RoundSize() != visitRound {
		t.Fatalf("%d, %d, %d", f.Root.Size(), by["child"].RoundSize(), by["visit"].RoundSize())
	}
	note := &Node{Kind: Comment, Name: "child"}
	for name, c := range map[string]struct {
		root *Node
		want int
	}{
		"nothing":                     {e("data"), form},
		"a round":                     {e("data", e("home", child())), form + childRound},
		"rounds in rounds":            {e("data", e("home", child(e("visit"), e("visit")), child(e("visit")))), form + 2*childRound + 3*visitRound},
		"what the form does not know": {e("data", child(), e("home", e("visit"), e("other"), note), e("home", child())), form},
	} {
		if got := f.Work(c.root); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
