package linkage

// twins reports whether two records may be of a brother and a sister of the same day: where names are Chinese or twins many, of nearly the
// same names, and where names are not Chinese, of other names.
func (s *scorer) twins(p *pattern, near bool) bool {
	if s.ofOneDay(p, near) {
		return true
	}
	if !near || s.given < 0 || p[s.given] > namePart || !s.t.han {
		return false
	}
	born := s.born(p)
	return born != missing && born <= dateDigit && (s.siblings(p, near) || s.twinByEar(p, near))
}

// mistakable reports whether one mistake may have made the name of a twin that of the other, and no number tells otherwise: names that
// differ, and in a list with many twins also those that are the same; where names are not Chinese, whether one is missing.
func (s *scorer) mistakable(p *pattern) bool {
	if s.brothers {
		return p[s.given] == missing && !s.numbered(p)
	}
	return (s.careful || p[s.given] > nameWritten) && !s.numbered(p)
}

// holdTwins holds the pairs of anybody who has a brother or sister of the same birth date and nearly the same name, where nothing tells
// them apart.
func (r *Result) holdTwins(records []int32) {
	if len(records) == 0 {
		return
	}
	r.twin = make([]bool, r.t.Len())
	for _, x := range records {
		r.twin[x] = true
	}
	for i, p := range r.Pairs {
		if p.Odds > 0 && (r.twin[p.A] || r.twin[p.B]) {
			r.Pairs[i] = r.pairOf(p.A, p.B)
		}
	}
}
