package linkage

// holdTwins holds, in a list with many twins, the pairs of anybody who has a brother or sister of the same birth date and
// nearly the same name, unless a number speaks for the pair: one mistake makes the name of one twin that of the other,
// and nothing else tells them apart.
func (r *Result) holdTwins() {
	s := r.scorer
	if !s.careful || s.given < 0 || s.birth < 0 {
		return
	}
	twin := map[int32]bool{}
	for _, p := range r.Pairs {
		if p.Odds != siblingOdds {
			continue
		}
		levels := r.t.pair(p.A, p.B)
		born, given := levels[s.birth], levels[s.given]
		if born != missing && born <= dateDigit && given <= namePart {
			twin[p.A], twin[p.B] = true, true
		}
	}
	for i := range r.Pairs {
		p := &r.Pairs[i]
		if p.Odds <= 0 || !twin[p.A] && !twin[p.B] {
			continue
		}
		levels := r.t.pair(p.A, p.B)
		if n := s.id; n < 0 || levels[n] != numberSame && levels[n] != numberDigit {
			p.Odds, p.Held = siblingOdds, true
		}
	}
}
