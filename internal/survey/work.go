package survey

// MostDepth is how many elements of a record may be nested, its root and the question included.
const MostDepth = 200

// MostNested is how many groups and repeats of a form may be nested: below them come the root, a question, and what an
// entity adds. MostQuestions is how many a form may have: a record with some rounds of its repeats stays below MostWork.
const (
	MostNested    = MostDepth - 10
	MostQuestions = MostWork / 3
)

// MostWork is how much one record may expand to: see Form.Work. Whoever sends more gets it kept as it came, to be looked at
// by a supervisor; the shipped child visit reaches it with some 240 children. Storing that much takes a fifth of a second,
// which is how long everybody else waits for it.
const MostWork = 30_000

// roundWork is what a round of a repeat costs beside its elements: a row of its own.
const roundWork = 10

// Work is what a record costs to check and to store: the elements of the form, and for every round of a repeat the elements
// of that repeat, whether they were sent or not, and roundWork. It does not look at what the form does not know.
func (f *Form) Work(root *Node) int { return f.Root.Size() + f.Root.rounds(root) }

// Size counts the elements of a group, a round or the form, without the rounds in it.
func (q *Question) Size() int {
	n := 1
	for _, c := range q.Children {
		if c.Kind != KindRepeat {
			n += c.Size()
		}
	}
	return n
}

// RoundSize is what one round of a repeat adds to Work.
func (q *Question) RoundSize() int { return q.Size() + roundWork }

func (q *Question) rounds(n *Node) (work int) {
	for _, c := range q.Children {
		switch c.Kind {
		case KindGroup:
			if g := n.Child(c.Name); g != nil {
				work += c.rounds(g)
			}
		case KindRepeat:
			each := c.RoundSize()
			for _, round := range n.Children {
				if round.Kind == Element && round.Name == c.Name {
					work += each + c.rounds(round)
				}
			}
		}
	}
	return work
}
