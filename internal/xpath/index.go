package xpath

import (
	"sync"

	"doorstep/internal/survey"
)

// Index finds the items of secondary instances by the value of a child, so that choice filters and look-ups over
// thousands of choices do not read them all. The trees must not change any more. It may be shared by many goroutines.
type Index struct {
	roots map[*survey.Node]bool
	mu    sync.RWMutex
	made  map[indexKey]map[string][]*survey.Node
}

type indexKey struct {
	root      *survey.Node
	item, key string
}

// NewIndex covers the children of the root elements of the given instances, as Context.Instance returns these.
func NewIndex(instances ...*survey.Node) *Index {
	x := &Index{roots: map[*survey.Node]bool{}, made: map[indexKey]map[string][]*survey.Node{}}
	for _, inst := range instances {
		for _, root := range inst.Children {
			x.roots[root] = true
		}
	}
	return x
}

func (x *Index) find(k indexKey, value string) []*survey.Node {
	x.mu.RLock()
	byValue, known := x.made[k]
	x.mu.RUnlock()
	if !known {
		byValue = build(k)
		x.mu.Lock()
		x.made[k] = byValue
		x.mu.Unlock()
	}
	return byValue[value]
}

func build(k indexKey) map[string][]*survey.Node {
	byValue := map[string][]*survey.Node{}
	for _, item := range k.root.Children {
		if item.Kind != survey.Element || item.Name != k.item {
			continue
		}
		for _, c := range item.Children {
			if c.Kind != survey.Element || c.Name != k.key {
				continue
			}
			same := byValue[c.Value()]
			if len(same) == 0 || same[len(same)-1] != item {
				byValue[c.Value()] = append(same, item)
			}
		}
	}
	return byValue
}

// lookUp takes the children of n that a step and its first predicate keep, if the index knows them. The predicates
// are applied all the same: the index only narrows the candidates.
func (f *frame) lookUp(n *survey.Node, s *step) bool {
	x := f.ctx.Index
	if x == nil || s.axis != Child || s.test.kind != testName || len(s.preds) == 0 || s.preds[0].key == nil ||
		!x.roots[n] {
		return false
	}
	mark := len(f.arena)
	want := s.preds[0].want.value(f)
	f.arena = f.arena[:mark]
	if want.Kind == Nodes && len(want.Nodes) == 1 {
		want = textValue(f.valueOf(want.Nodes[0]))
	}
	if want.Kind != String {
		return false
	}
	f.spend(2)
	for _, item := range x.find(indexKey{n, s.test.name, s.preds[0].key.name}, want.Str) {
		f.take(item, s)
	}
	return true
}
