package linkage

import "math"

// scorer weighs pairs by what was learned.
type scorer struct {
	t         *Table
	match     [][3][maxLevels]float64 // ln of m over u
	household [][3][maxLevels]float64 // ln of h over u
	usual     [][3]float64            // ln u of the best level
	lnMatch   float64
	others    float64 // share of pairs of others
	house     float64 // and of those of one household
	given, id int
	birth     int
	namesake  [3]float64 // of two of one household, by kinship, how many are called alike on purpose
	n         float64    // records that counts of values are out of
	sex       int
	alone     bool // nothing but names and dates tells who somebody is
	numbers   bool // the list has id numbers
	asked     bool // a person decides of every pair: nothing is held
	brothers  bool // the list has brothers and sisters, so that there are twins among them
	careful   bool // the list has so many twins that mistakes make the names of some alike
	years     bool // only ages or years of birth are told, where names are not Chinese
}

// Bounds of how many of two people of one household have one birth date, three times the usual, and, where names are Chinese, of how many
// pairs of them there are for each pair of one person, before names that are only heard alike are no evidence: of two records that differ
// in them, many are of twins.
const manyOfOneDay, twinsToSame = 3 * usualTwins, 0.3

// manyTwins reports whether a list has so many.
func (t *Table) manyTwins(p *params) bool {
	return p.twins > manyOfOneDay && (!t.han || p.household*p.twins > twinsToSame*p.match)
}

func (t *Table) scorer(p *params) *scorer {
	s := &scorer{t: t, match: make([][3][maxLevels]float64, len(t.aspects)), household: make([][3][maxLevels]float64, len(t.aspects)),
		usual:   make([][3]float64, len(t.aspects)),
		lnMatch: math.Log(p.match), house: p.household, others: 1 - p.match - p.household, given: t.aspectOf(GivenName), id: t.aspectOf(IDNumber),
		birth: t.aspectOf(BirthDate), sex: t.aspectOf(Sex),
		alone: p.alone, brothers: t.brothers(p), careful: t.manyTwins(p), n: float64(t.Len())}
	s.years = s.birth >= 0 && !t.han && !t.dated(p, daysTell)
	s.numbers = s.id >= 0 && len(t.aspects[s.id].values) > 1
	for i, f := range t.aspects {
		for class := range 3 {
			for l := 1; l < len(*f.scale); l++ {
				s.match[i][class][l] = math.Log(p.m[i][class][l] / p.u[i][class][l])
				s.household[i][class][l] = math.Log(p.h[i][class][l] / p.u[i][class][l])
			}
			s.usual[i][class] = math.Log(p.u[i][class][1])
		}
	}
	if s.given >= 0 && !t.han {
		for class := range s.namesake {
			u := p.u[s.given][0][1]
			s.namesake[class] = max(0, (p.h[s.given][class][1]-u)/(1-u))
		}
	}
	return s
}

// kinship is the class that the levels of an aspect are counted in for two people of one household: for the given name, where it is not
// Chinese, whether a generation lies between them, since sons have the name of the father and brothers have not.
func (s *scorer) kinship(p *pattern, aspect int) int {
	switch {
	case aspect != s.given || s.t.han:
		return s.t.given(p, aspect)
	case s.birth < 0 || p[s.birth] == missing:
		return 0
	case p[s.birth] == dateGeneration:
		return 1
	}
	return 2
}

// posterior is how likely pairs of a pattern are one person, and others of one household, whatever their values.
func (s *scorer) posterior(p *pattern) (same, house float64) {
	m, h := 0.0, 0.0
	for i := range s.match {
		m += s.match[i][s.t.given(p, i)][p[i]]
		h += s.household[i][s.kinship(p, i)][p[i]]
	}
	em, eh := math.Exp(s.lnMatch+m), s.house*math.Exp(h)
	if near := eh > s.others; s.t.han && s.siblings(p, near) || s.ofOneDay(p, near) {
		em = 0
	}
	sum := em + eh + s.others
	return em / sum, eh / sum
}

const (
	rarest      = 1e-7 // share that is believed in: beyond it there is no evidence
	placeholder = 10   // records that have the same number or day before it is taken for a placeholder
)

// rarity is how much more, in natural logarithms, the agreement of a pair on a value tells than agreement does on average:
// few people share a rare name, many a placeholder.
func (s *scorer) rarity(p *pattern, aspect int, v *value) float64 {
	class := s.t.given(p, aspect)
	unique := s.t.aspects[aspect].unique
	if p[aspect] != 1 || class == 1 && !unique {
		return 0
	}
	n := s.n
	if unique {
		return min(0, s.usual[aspect][class]-math.Log(max(rarest, (float64(v.count)-placeholder)/n)))
	}
	f := float64(max(v.count-2, 0)+1) / n
	return min(4, max(-4, s.usual[aspect][class]-math.Log(f)))
}

// odds is the logarithm of the odds that two records are of one person, and whether they are likelier of one household than of strangers.
func (s *scorer) odds(a, b int32, p *pattern) (odds float64, near bool) {
	m, h := 0.0, 0.0
	for i := range s.match {
		if p[i] == missing {
			continue
		}
		class := s.t.given(p, i)
		r := 0.0
		if p[i] == 1 {
			r = s.rarity(p, i, s.t.at(a, i))
		}
		m += s.match[i][class][p[i]] + r
		h += s.ofKin(p, i, r)
	}
	eh := s.house * math.Exp(h)
	near = eh > s.others
	return min(s.lnMatch+m-math.Log(eh+s.others), s.most(p, near)), near
}

// ofKin is how much more often, in natural logarithms, two of one household agree so than strangers. A rarer value that they share tells
// them from strangers as it tells one person; a name that a child was given on purpose does as well, by chance it does not.
func (s *scorer) ofKin(p *pattern, aspect int, rarity float64) float64 {
	class := s.kinship(p, aspect)
	h := s.household[aspect][class][p[aspect]]
	switch {
	case s.t.aspects[aspect].shared:
		return h + rarity
	case aspect == s.given && p[aspect] == 1 && s.namesake[class] > 0:
		share := math.Exp(s.usual[aspect][0] - rarity)
		return math.Log(s.namesake[class]/share + 1 - s.namesake[class])
	case rarity < 0 && s.t.aspects[aspect].unique:
		usual := s.usual[aspect][class]
		on := math.Exp(h + usual) // how many of one household have it in common
		return math.Log(on/math.Exp(usual-rarity) + 1 - on)
	}
	return h
}

// most bounds the odds whatever else agrees, numbers too, which informants mix up: people of one household with different
// given names are brothers, sisters or twins; and a nickname without a number makes a candidate, no more.
func (s *scorer) most(p *pattern, near bool) float64 {
	switch {
	case s.siblings(p, near) || s.twinByEar(p, near):
		return siblingOdds
	case s.careful && near && s.t.han && !s.numbered(p) && (p[s.given] == missing || s.born(p) == missing || s.born(p) > dateLunar):
		return lookOdds
	case !s.nickname(p):
		return math.Inf(1)
	case (s.numbers || s.asked) && s.born(p) != missing && s.born(p) <= dateLunar && near && !s.careful:
		return nicknameAtHome
	}
	return lookOdds
}

// born is how birth dates agree.
func (s *scorer) born(p *pattern) level {
	if s.birth < 0 {
		return missing
	}
	return p[s.birth]
}

// numbered reports whether id numbers are the same, but for one mistake.
func (s *scorer) numbered(p *pattern) bool {
	return s.id >= 0 && (p[s.id] == numberSame || p[s.id] == numberDigit)
}

// nickname reports whether one given name may be a short form of the other, and no number says the same.
func (s *scorer) nickname(p *pattern) bool {
	return s.given >= 0 && p[s.given] == nameNick && !s.numbered(p)
}

// siblings reports whether two records may be of two children of one family: given names that differ by more than how they
// are heard, unless the number tells that one of them was misheard; in a list with many twins, where children are given
// each other's numbers, also then, and names that only sound alike.
func (s *scorer) siblings(p *pattern, near bool) bool {
	if s.given < 0 || s.house == 0 && !s.t.han {
		return false
	}
	number, born, numbered := missing, s.born(p), s.numbered(p)
	if s.id >= 0 {
		number = p[s.id]
	}
	switch given := p[s.given]; {
	case number == numberOneDay: // twins: the number of another in the family has another date
		return true
	case !s.t.han:
		return given == nameOther && near && (s.careful || born == missing) || s.ofOneDay(p, near)
	case given == namePart:
		return !numbered || born == missing || born > dateTwoParts || s.careful
	case given == nameOther:
		return true
	case given > nameWritten && s.careful && !numbered:
		return near || born <= dateLunar
	default:
		return given > nameWritten && number == numberBothValid && born != dateSame
	}
}

// ofOneDay reports whether two records may be of twins, where names are not Chinese: they are called otherwise, and no number says that
// they are one.
func (s *scorer) ofOneDay(p *pattern, near bool) bool {
	return s.brothers && near && p[s.given] == nameOther && s.born(p) != missing && s.born(p) <= dateDigit && !s.numbered(p)
}

// twinByEar reports whether given names sound alike but not the same, of two of one household: a name was heard otherwise, or is a
// brother's or a twin's. In a list with numbers weights decide, unless tone and sex both differ. Where nothing tells of a household, two of
// one day are looked at so, by the tone alone.
func (s *scorer) twinByEar(p *pattern, near bool) bool {
	switch {
	case s.given < 0 || p[s.given] <= nameNear || p[s.given] > nameSounds || !s.t.han || s.asked:
		return false
	case s.alone:
		return s.born(p) <= dateLunar
	case !near || s.numbered(p):
		return false
	}
	return p[s.given] == nameSounds && !s.numbers || s.sex >= 0 && p[s.sex] == sameOther
}

const (
	lookOdds       = -0.1 // below even odds: not the same until a person has looked
	siblingOdds    = -0.2
	nicknameAtHome = 3.4 // in the same household and born on the same day: 97 in a hundred; up to there a person looks all the same
)

// Probability is that of odds in natural logarithms.
func probability(odds float64) float64 { return 1 / (1 + math.Exp(-odds)) }

// held reports whether odds are those of a rule.
func held(odds float64) bool { return odds == lookOdds || odds == siblingOdds }
