package xform

import (
	"encoding/json"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// maxIssues bounds what a hostile or foreign record can make the server write down.
const maxIssues = 100

// FromJSON builds the instance tree of f from nested JSON: groups are objects, repeats arrays of objects, select
// multiple and rank arrays of names or one space-separated string, geopoints {"lat","lon","alt","accuracy"} or a string,
// everything else a string, number or boolean; null is no answer. The key meta holds an object of the form's metadata,
// whose keys that begin with @ are attributes. The tree has every element of f in form order, and as many
// repeat instances as the JSON. What does not fit becomes an issue answer.unknown or answer.shape, at most 100 of them.
// A record that would expand to more than survey.MostWork is not read to its end: the first issue is TooMany then.
// mended reports whether characters were dropped or replaced that no XML can hold.
func FromJSON(f *survey.Form, answers []byte) (root *survey.Node, issues []survey.Issue, mended bool) {
	root = survey.NewElement(f.Name)
	r := &answerReader{work: f.Root.Size(), sizes: map[*survey.Question]int{}}
	if json.Valid(answers) {
		r.cur.data = answers
		r.container(root, f.Root)
		return root, r.issues, r.cur.mended
	}
	r.shape("")
	r.assemble(root, f.Root, newSlots(f.Root))
	return root, r.issues, false
}

type answerReader struct {
	cur    cursor
	path   string // field path of the container with a slash behind it, "" for the root
	work   int    // as survey.Form.Work counts it
	sizes  map[*survey.Question]int
	issues []survey.Issue
}

// slots holds the nodes of a container while its JSON is read in any order.
type slots struct {
	nodes   []survey.Node          // one for each child that is not a repeat
	repeats map[int][]*survey.Node // instances by child index
	meta    *survey.Node
}

func newSlots(q *survey.Question) *slots {
	return &slots{nodes: make([]survey.Node, len(q.Children))}
}

// container reads the object of a group, of one repeat instance or of the form into n.
func (r *answerReader) container(n *survey.Node, q *survey.Question) {
	s := newSlots(q)
	switch r.cur.peek() {
	case '{':
		next := 0
		r.cur.object(func(key []byte) { next = r.member(q, s, key, next) + 1 })
	case 'n':
		r.cur.raw()
	default:
		r.cur.raw()
		r.shape("")
	}
	r.assemble(n, q, s)
}

// member reads one member of a container and returns the index of its question. Keys mostly come in form order, so the
// search begins at hint.
func (r *answerReader) member(q *survey.Question, s *slots, key []byte, hint int) int {
	if i := questionNamed(q.Children, key, hint); i >= 0 {
		r.answer(q.Children[i], s, i)
		return i
	}
	switch isMeta := string(key) == "meta"; {
	case isMeta && r.cur.peek() == '{':
		s.meta = r.metadata("meta")
	case isMeta:
		r.cur.raw()
		r.shape("meta")
	default:
		r.cur.raw()
		r.unknown(key)
	}
	return hint - 1
}

func questionNamed(qs []*survey.Question, name []byte, hint int) int {
	for k := range qs {
		i := (hint + k) % len(qs)
		if string(name) == qs[i].Name && stored(qs[i]) {
			return i
		}
	}
	return -1
}

func (r *answerReader) answer(q *survey.Question, s *slots, i int) {
	n := &s.nodes[i]
	switch q.Kind {
	case survey.KindRepeat:
		if s.repeats == nil {
			s.repeats = map[int][]*survey.Node{}
		}
		s.repeats[i] = r.instances(q)
	case survey.KindGroup:
		*n = survey.Node{Kind: survey.Element, Name: q.Name}
		r.within(q.Name+"/", func() { r.container(n, q) })
	default:
		n.SetValue(r.value(q))
	}
}

func (r *answerReader) instances(q *survey.Question) []*survey.Node {
	if r.cur.peek() != '[' {
		if r.cur.peek() != 'n' {
			r.shape(q.Name)
		}
		r.cur.raw()
		return nil
	}
	var all []*survey.Node
	r.cur.array(func() {
		if !r.spend(r.sizeOf(q), q.Name) {
			return
		}
		n := survey.NewElement(q.Name)
		all = append(all, n)
		r.within(q.Name+"["+strconv.Itoa(len(all))+"]/", func() { r.container(n, q) })
	})
	return all
}

// spend reports whether the record may still grow so much, and skips what comes where it may not.
func (r *answerReader) spend(work int, name string) bool {
	if r.work += work; r.work <= survey.MostWork {
		return true
	}
	r.cur.raw()
	r.tooMany(name)
	return false
}

// sizeOf remembers what a round of a repeat costs.
func (r *answerReader) sizeOf(q *survey.Question) int {
	if r.sizes[q] == 0 {
		r.sizes[q] = q.RoundSize()
	}
	return r.sizes[q]
}

// assemble gives n its children in form order, with empty elements where nothing was read.
func (r *answerReader) assemble(n *survey.Node, q *survey.Question, s *slots) {
	n.Children = make([]*survey.Node, 0, len(q.Children)+1)
	for i, c := range q.Children {
		if c.Kind == survey.KindRepeat {
			n.Add(s.repeats[i]...)
			continue
		}
		if !stored(c) {
			continue
		}
		node := &s.nodes[i]
		if node.Kind == survey.Document { // the zero value: not yet an element
			node.Kind, node.Name = survey.Element, c.Name
			if c.Kind == survey.KindGroup {
				r.assemble(node, c, newSlots(c))
			}
		}
		n.Add(node)
	}
	if s.meta != nil {
		n.Add(s.meta)
	}
}

func (r *answerReader) within(step string, read func()) {
	outer := r.path
	r.path = outer + step
	read()
	r.path = outer
}

// metadata reads an object as an element: members are children, or attributes where the key begins with @.
func (r *answerReader) metadata(name string) *survey.Node {
	n := survey.NewElement(name)
	r.cur.object(func(key []byte) {
		member := string(key)
		switch b := r.cur.peek(); {
		case !survey.IsName(strings.TrimPrefix(member, "@")):
			r.cur.raw()
			r.unknown(key)
		case b != '[' && !r.spend(1, member):
		case member[0] == '@':
			n.SetAttr(member[1:], r.scalar(member))
		case b == '{':
			r.within(name+"/", func() { n.Add(r.metadata(member)) })
		case b == '[':
			r.within(name+"/", func() {
				r.cur.array(func() {
					if r.spend(1, member) {
						n.Add(r.metadataItem(member))
					}
				})
			})
		default:
			n.Add(survey.NewElement(member).SetValue(r.scalar(member)))
		}
	})
	return n
}

func (r *answerReader) metadataItem(name string) *survey.Node {
	if r.cur.peek() == '{' {
		return r.metadata(name)
	}
	return survey.NewElement(name).SetValue(r.scalar(name))
}
