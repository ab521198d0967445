package simulate

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/demo"
)

// tally counts what one tablet saw.
type tally struct {
	sent       int
	unchanged  int
	outcomes   map[string]int // by Receipt.Outcome
	issues     map[string]int // by code
	codes      map[string]int // of quarantined operations
	decisions  map[string]int
	corrected  int
	duplicates int
	reassigned int
	pushes     []time.Duration
	unreturned []string
}

func newTally() tally {
	return tally{outcomes: map[string]int{}, issues: map[string]int{}, codes: map[string]int{}, decisions: map[string]int{}}
}

func (t *tally) receipt(r client.Receipt) {
	t.outcomes[r.Outcome()]++
	if r.Status == client.Unchanged {
		t.unchanged++
	}
	if r.Code != "" {
		t.codes[r.Code]++
	}
	if r.ReviewState == "edited" {
		t.corrected++
	}
	for _, i := range r.Issues {
		t.issues[i.Code]++
	}
	t.duplicates += len(r.Duplicates)
}

func (t *tally) add(o *tally) {
	t.sent, t.unchanged, t.corrected, t.duplicates = t.sent+o.sent, t.unchanged+o.unchanged, t.corrected+o.corrected, t.duplicates+o.duplicates
	t.reassigned += o.reassigned
	for _, pair := range [][2]map[string]int{{t.outcomes, o.outcomes}, {t.issues, o.issues}, {t.codes, o.codes}, {t.decisions, o.decisions}} {
		for k, n := range pair[1] {
			pair[0][k] += n
		}
	}
	t.pushes = append(t.pushes, o.pushes...)
}

// Share is how many of some.
type Share struct{ Some, Of int }

// Report is what a run came to.
type Report struct {
	Tablets, Visits        int // visits as planned; corrections come on top
	Sent                   int // operations
	Lost                   int // requests and answers that the network lost
	Unchanged              int // answered again, because the first answer was lost
	Outcomes               map[string]int
	Issues, Quarantine     map[string]int // by code
	Decisions              map[string]int
	Corrected              int
	Reassigned             int                    // territories given to somebody else
	Mistakes               map[demo.Mistake]Share // the server found, of those made
	TwinsHere, TwinsAway   Share
	Duplicates             int
	Areas                  Share // right, of those placed
	P50, P95, P99, Longest time.Duration
	Worked                 time.Duration
	Findings               Findings
}

// perSecond is how many operations the server took while tablets worked.
func (r *Report) perSecond() float64 { return float64(r.Sent) / r.Worked.Seconds() }

func (s *simulation) report() *Report {
	sum := newTally()
	r := &Report{Tablets: len(s.tablets), Worked: s.worked, Findings: s.findings, Mistakes: map[demo.Mistake]Share{}}
	for _, t := range s.tablets {
		sum.add(&t.tally)
		r.Visits += len(t.visits)
		r.Lost += int(t.line.lost.Load())
		for _, v := range t.visits {
			r.judge(v, t.mine(v.original))
		}
	}
	slices.Sort(sum.pushes)
	r.P50, r.P95, r.P99, r.Longest = percentile(sum.pushes, 50), percentile(sum.pushes, 95), percentile(sum.pushes, 99),
		percentile(sum.pushes, 100)
	r.Sent, r.Unchanged, r.Corrected, r.Duplicates, r.Reassigned = sum.sent, sum.unchanged, sum.corrected, sum.duplicates, sum.reassigned
	r.Outcomes, r.Issues, r.Quarantine, r.Decisions = sum.outcomes, sum.issues, sum.codes, sum.decisions
	return r
}

func (t *tablet) mine(v *visit) bool { return slices.Contains(t.visits, v) }

// judge compares what the server found in a visit with what was put there.
func (r *Report) judge(v *visit, sameTablet bool) {
	misplaced := false
	for _, p := range v.written.Planted {
		found := slices.ContainsFunc(v.receipt.Issues, func(i client.Issue) bool { return tells(i.Code, p.Mistake) })
		r.Mistakes[p.Mistake] = r.Mistakes[p.Mistake].and(found)
		misplaced = misplaced || p.Mistake == demo.WrongDatum || p.Mistake == demo.OutsideArea
	}
	if v.receipt.AreaMethod != "" && !misplaced {
		r.Areas = r.Areas.and(v.receipt.Area == v.home.Area)
	}
	switch {
	case v.original == nil:
	case sameTablet:
		r.TwinsHere = r.TwinsHere.and(v.recognised())
	default:
		r.TwinsAway = r.TwinsAway.and(v.recognised())
	}
}

func (s Share) and(more bool) Share {
	if more {
		s.Some++
	}
	s.Of++
	return s
}

// tells names the findings that a mistake should lead to.
func tells(code string, m demo.Mistake) bool {
	switch m {
	case demo.WrongDatum, demo.OutsideArea:
		return strings.HasPrefix(code, "grid.")
	case demo.BirthDay:
		return code == "cn_id.birth_mismatch"
	}
	return code == "cn_id.checksum" || code == "cn_id.birth_date"
}

// recognised reports whether the server took the child of both visits for one person and said so to whichever came later,
// or said that the child is known outside of that tablet's territory, which tells no id.
func (v *visit) recognised() bool {
	if v.elsewhere() || v.original.elsewhere() {
		return true
	}
	one := slices.ContainsFunc(v.receipt.Persons, func(id string) bool { return slices.Contains(v.original.receipt.Persons, id) })
	return one && (v.noted() || v.original.noted())
}

func (v *visit) elsewhere() bool {
	return slices.ContainsFunc(v.receipt.Issues, func(i client.Issue) bool { return i.Code == "person.elsewhere" })
}

func (v *visit) noted() bool {
	return slices.ContainsFunc(v.receipt.Duplicates, func(d client.Duplicate) bool { return d.Kind == "person" })
}

// percentile reads one from sorted durations, by the nearest rank.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}
