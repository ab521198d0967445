package linkage

// pattern is the level of each aspect for a pair of records.
type pattern [maxAspects]level

// pair compares two records.
func (t *Table) pair(a, b int32) (p pattern) {
	rowA, rowB := t.row(a), t.row(b)
	for i := range t.aspects {
		f := &t.aspects[i]
		switch {
		case rowA[i] == 0 || rowB[i] == 0:
		case rowA[i] == rowB[i]:
			p[i] = 1
		default:
			p[i] = f.seen.level(f, rowA[i], rowB[i])
		}
	}
	t.exchanged(a, b, &p)
	return p
}

// exchanged looks whether what stands in one column of a record stands in another of the other one: surname and given
// name, or two lines of an address.
func (t *Table) exchanged(a, b int32, p *pattern) {
	for i := 1; i < len(t.aspects); i++ {
		f, g := &t.aspects[i-1], &t.aspects[i]
		names := f.role == GivenName && g.role == Surname
		if !names && (f.role != g.role || f.role == Exact) || p[i-1]+p[i] < 6 {
			continue
		}
		a1, a2, b1, b2 := t.at(a, i-1), t.at(a, i), t.at(b, i-1), t.at(b, i)
		if a1.text != b2.text && a2.text != b1.text {
			continue
		}
		x, y := f.compare(a1, b2), f.compare(a2, b1)
		switch {
		case x == missing && y == missing || x > 4 || y > 4:
		case names:
			p[i-1], p[i] = nameSwapped, nameSwapped
		case x+y < p[i-1]+p[i]:
			p[i-1], p[i] = max(x, 2), max(y, 2)
			if x == missing {
				p[i-1] = missing
			}
			if y == missing {
				p[i] = missing
			}
		}
	}
}

// given is the class of the aspects that another one depends on: one is unknown, all agree, or not.
func (t *Table) given(p *pattern, aspect int) int {
	class, within := 0, t.aspects[aspect].within
	for _, parent := range t.aspects[aspect].parents {
		switch {
		case p[parent] == missing:
			return 0
		case p[parent] > within:
			class = 2
		case class == 0:
			class = 1
		}
	}
	return class
}
