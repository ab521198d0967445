package identity

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"doorstep/collections"
)

// Rules of the deterministic tier, as they stand in a pair's rule column.
const (
	SameNumber    = "same_id_number"            // valid, equal numbers, and the rest agrees: one person
	NumberClash   = "id_number_conflict"        // valid, equal numbers, but another name and birth date: two persons
	SameInHouse   = "same_name_birth_household" // one person
	SecondVisit   = "second_visit"              // one household visited twice in one campaign
	SecondSurvey  = "second_survey"             // one person interviewed twice in one campaign
	SecondRecord  = "second_record"             // one person, named by the tablet, in records of two households in one campaign
	NamedByID     = "named_by_id"               // a record named somebody, or a household, who lies elsewhere
	SameHouseCode = "same_house_code"           // a household elsewhere has the house code
	SameAddress   = "same_address"              // a household elsewhere has the address
	Alike         = "alike"                     // weighed as likely one person
	KindPerson    = "person"
	KindHousehold = "household"
	KindVisit     = "visit"
)

// Evidence is how one field of two records compares: equal, differs, or missing on a side. It holds no values. Of pairs
// that were weighed it has the level in words, and its weight in bits: for one person above 0, against it below.
type Evidence struct {
	Field string  `json:"field"`
	Level string  `json:"level"`
	ZH    string  `json:"zh,omitempty"`
	EN    string  `json:"en,omitempty"`
	Bits  float64 `json:"bits,omitempty"`
}

// Pair is a candidate pair for a supervisor to decide; A was there first.
type Pair struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Rule       string     `json:"rule"`
	Collection string     `json:"collection"`
	A          string     `json:"a"`
	B          string     `json:"b"`
	AreaA      string     `json:"-"`
	AreaB      string     `json:"-"`
	Score      float64    `json:"score"`
	Weight     float64    `json:"weight,omitempty"` // of the evidence, in bits
	Model      string     `json:"-"`                // that weighed it: version, date and records
	Evidence   []Evidence `json:"evidence"`
}

// doubt is how much a decision on the pair teaches, from 0 to 1000: most where it is as likely one person as two, nothing
// where a rule is sure.
func (p *Pair) doubt() int { return int(1000 * (1 - math.Abs(2*p.Score-1))) }

// Record writes the pair unless the same two records are paired already; fresh tells which. The pair keeps its id.
func (p *Pair) Record(db collections.DB, now time.Time) (fresh bool, err error) {
	if known, err := collections.One(db, `SELECT id FROM duplicates WHERE collection=? AND ((a=? AND b=?) OR (a=? AND b=?))`,
		[]any{p.Collection, p.A, p.B, p.B, p.A}, &p.ID); known || err != nil {
		return false, err
	}
	p.ID = collections.NewID()
	evidence, err := json.Marshal(p.Evidence)
	if err != nil {
		return false, fmt.Errorf("pair evidence: %w", err)
	}
	at := collections.Stamp(now)
	return true, collections.Insert(db, collections.Duplicates, collections.Row{
		{Column: "id", Value: p.ID}, {Column: "kind", Value: p.Kind}, {Column: "rule", Value: p.Rule},
		{Column: "collection", Value: p.Collection},
		{Column: "a", Value: p.A}, {Column: "b", Value: p.B}, {Column: "area", Value: p.AreaA}, {Column: "area_b", Value: p.AreaB},
		{Column: "score", Value: p.Score}, {Column: "evidence", Value: string(evidence)},
		{Column: "weight", Value: p.Weight}, {Column: "model", Value: p.Model}, {Column: "doubt", Value: p.doubt()},
		{Column: "status", Value: "open"},
		{Column: "decided_at", Value: ""}, {Column: "created", Value: at}, {Column: "updated", Value: at},
	})
}

// InWords is evidence in both languages, with the weights.
func InWords(all []Evidence) string {
	var words []string
	for _, e := range all {
		switch {
		case e.Level == "missing":
		case e.ZH == "": // of a rule
			words = append(words, e.Field+": "+e.Level)
		default:
			words = append(words, e.Field+": "+e.ZH+" "+e.EN+" "+strconv.FormatFloat(e.Bits, 'f', 1, 64))
		}
	}
	return strings.Join(words, "; ")
}

func compare(field, a, b string) Evidence {
	switch {
	case a == "" || b == "":
		return Evidence{Field: field, Level: "missing"}
	case a == b:
		return Evidence{Field: field, Level: "equal"}
	default:
		return Evidence{Field: field, Level: "differs"}
	}
}
