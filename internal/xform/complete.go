package xform

import "doorstep/internal/survey"

// Complete gives a tree every element of f in form order, as a client sends it; repeats stay as they are. What f does not
// know comes last.
func Complete(f *survey.Form, root *survey.Node) { complete(f.Root, root) }

func complete(q *survey.Question, n *survey.Node) {
	placed := map[*survey.Node]bool{}
	children := make([]*survey.Node, 0, len(n.Children)+len(q.Children))
	add := func(c *survey.Node) {
		placed[c] = true
		children = append(children, c)
	}
	for _, c := range q.Children {
		if !stored(c) {
			continue
		}
		found := sameNamed(n.Children, c.Name)
		if len(found) == 0 && c.Kind != survey.KindRepeat {
			found = []*survey.Node{survey.NewElement(c.Name)}
		}
		for _, one := range found {
			one.Parent = n
			if add(one); c.Kind == survey.KindGroup || c.Kind == survey.KindRepeat {
				complete(c, one)
			}
		}
	}
	for _, c := range n.Children {
		if !placed[c] {
			children = append(children, c)
		}
	}
	n.Children = children
}
