package validate

import (
	"slices"

	"doorstep/internal/survey"
)

// place finds where the parts below p are answered. n is nil for a group that the record lacks.
func (r *run) place(p *part, at int32, n *survey.Node) {
	next := 0
	if n != nil {
		for _, c := range n.Children {
			if c.Kind == survey.Element {
				next = r.placeElement(p, at, c, next)
			}
		}
	}
	for _, child := range p.children {
		if !child.repeat() && !r.placed(child, at) {
			r.put(child, spot{up: at})
		}
	}
}

// placeElement returns where to look for the element after it.
func (r *run) placeElement(p *part, at int32, n *survey.Node, hint int) int {
	i := p.named(n.Name, hint)
	if i < 0 || !p.children[i].repeat() && r.placed(p.children[i], at) {
		r.unknownElement(p, at, n)
		return hint
	}
	child := p.children[i]
	s := spot{node: n, up: at}
	if child.repeat() {
		s.n = 1
		if before := r.spots[child.index]; r.placed(child, at) {
			s.n = before[len(before)-1].n + 1
		}
		r.put(child, s)
		return i
	}
	r.put(child, s)
	return i + 1
}

func (r *run) put(p *part, s spot) {
	if s.node != nil {
		s.node.Answer, s.node.Off = p.kind, false
	}
	r.spots[p.index] = append(r.spots[p.index], s)
	if p.container() {
		r.place(p, int32(len(r.spots[p.index])-1), s.node)
	}
}

// placed reports whether the part has a spot below the parent's one; they come in the order of the record.
func (r *run) placed(p *part, up int32) bool {
	spots := r.spots[p.index]
	return len(spots) > 0 && spots[len(spots)-1].up == up
}

const (
	maxStrange    = 20
	maxNameLength = 100
)

// unknownElement notices an element that the form does not have, once for each name. meta is not the form's.
func (r *run) unknownElement(p *part, at int32, n *survey.Node) {
	if n.Name == "meta" || len(r.strange) >= maxStrange || slices.Contains(r.strange, n.Name) {
		return
	}
	r.strange = append(r.strange, n.Name)
	field := n.Name[:min(len(n.Name), maxNameLength)]
	if up := r.path(p, int(at)); up != "" {
		field = up + "/" + field
	}
	r.add(finding{p.index, int(at), Found("logic.unknown_element", field)})
}

// node is the element of a spot. One that the record lacks is made, outside of the tree.
func (r *run) node(p *part, i int) *survey.Node {
	s := &r.spots[p.index][i]
	if s.node == nil {
		s.node = survey.NewElement(p.q.Name)
		s.node.Answer = p.kind
		s.node.Parent = r.node(p.parent, int(s.up))
		s.loose = true
	}
	return s.node
}

func (r *run) value(p *part, i int) string {
	if n := r.spots[p.index][i].node; n != nil {
		return n.Value()
	}
	return ""
}

// set changes an answer, and makes the elements that it needs.
func (r *run) set(p *part, i int, value string) {
	r.node(p, i).SetValue(value)
	for ; p.parent != nil; p = p.parent {
		s := &r.spots[p.index][i]
		if s.loose {
			s.node.Parent.Children = append(s.node.Parent.Children, s.node)
			s.loose = false
		}
		i = int(s.up)
	}
}
