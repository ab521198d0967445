package identity

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"doorstep/collections"
	"doorstep/internal/linkage"
)

// The model of intake, made by `go run ./bench/identity -model internal/identity/model.json`: learned without labels.
//
//go:embed model.json
var modelFile []byte

var model = sync.OnceValues(func() (*linkage.Trained, error) {
	var m linkage.Trained
	if err := json.Unmarshal(modelFile, &m); err != nil {
		return nil, fmt.Errorf("the model of intake: %w", err)
	}
	return &m, nil
})

// askFrom is the least probability of a pair that a person is asked about, mostAsked how many there are of one person.
const (
	askFrom   = 0.3
	mostAsked = 3
)

// Suggest finds who somebody new may be: pairs for supervisors to decide, the likeliest first, not yet recorded. Nobody is
// merged by weight alone. Brothers, sisters and twins are not asked about. The keys are those of p.
func Suggest(db collections.DB, p Person, keys Keys, now time.Time) ([]Pair, error) {
	ids, err := blocked(db, p.ID, keys, now)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	others, err := current(db, ids)
	if err != nil {
		return nil, err
	}
	others = slices.DeleteFunc(others, func(o Person) bool { return o.ID == p.ID || o.Erased || o.Damaged })
	if len(others) == 0 {
		return nil, nil
	}
	return weigh(p, others)
}

func weigh(p Person, others []Person) ([]Pair, error) {
	m, err := model()
	if err != nil {
		return nil, err
	}
	said := make([]linkage.Said, len(others))
	for i, o := range others {
		said[i] = o.said()
	}
	judged, err := m.Judge(p.said(), said, askFrom)
	if err != nil {
		return nil, err
	}
	var pairs []Pair
	for i, j := range judged {
		if !j.Sibling && j.Probability >= askFrom {
			pairs = append(pairs, Pair{Kind: KindPerson, Rule: Alike, Collection: collections.Persons, A: others[i].ID, B: p.ID,
				AreaA: others[i].Area, AreaB: p.Area,
				Score: j.Probability, Weight: math.Round(j.Bits*10) / 10, Model: modelName(m), Evidence: inWords(j.Evidence)})
		}
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int { return cmp.Compare(b.Score, a.Score) })
	return pairs[:min(len(pairs), mostAsked)], nil
}

func modelName(m *linkage.Trained) string {
	return fmt.Sprintf("intake-%d %s %d", m.Version, m.Made.Format(time.DateOnly), m.Records)
}

// inWords is the evidence as it is stored with a pair: how fields compare, without what they say.
func inWords(all []linkage.Evidence) (out []Evidence) {
	for _, e := range all {
		field := string(e.Role)
		switch {
		case field == "":
			field = e.Column
		case e.Role == linkage.HouseCode:
			field = "household"
		}
		level := "differs"
		switch {
		case !e.Given:
			level = "missing"
		case e.EN == "same":
			level = "equal"
		}
		out = append(out, Evidence{Field: field, Level: level, ZH: e.ZH, EN: e.EN, Bits: math.Round(e.Bits*10) / 10})
	}
	return out
}
