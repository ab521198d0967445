package linkage

import (
	"math"
)

// Evidence is what one column says of a pair.
type Evidence struct {
	Column string
	Role   Role
	ZH, EN string  // the level
	Bits   float64 // weight, in bits
	Given  bool    // there is something to compare
}

// Explain gives the evidence of each column for a pair, and last what speaks for another member of the household.
func (r *Result) Explain(a, b int32) []Evidence {
	p := r.t.pair(a, b)
	s := r.scorer
	out := make([]Evidence, 0, len(r.t.aspects)+1)
	h := 0.0
	for i, f := range r.t.aspects {
		e := Evidence{Column: f.column, Role: f.role, ZH: "缺", EN: "missing"}
		if l := p[i]; l != missing {
			class := r.t.given(&p, i)
			rare := s.rarity(&p, i, r.t.at(a, i))
			e.ZH, e.EN, e.Given = (*f.scale)[l].zh, (*f.scale)[l].en, true
			e.Bits = (s.match[i][class][l] + rare) / math.Ln2
			h += s.ofKin(&p, i, rare)
		}
		out = append(out, e)
	}
	bits := -math.Log(s.house*math.Exp(h)+s.others) / math.Ln2
	return append(out, Evidence{Column: "household", ZH: "同户他人", EN: "others of one household", Bits: bits, Given: bits < -0.05})
}
