package quality

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// usual is the work of some workers with nothing odd in it.
func usual() (all []Interview) {
	r := rand.New(rand.NewPCG(5, 5))
	for w := range 12 {
		at := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
		for i := range 12 {
			one := Interview{ID: fmt.Sprintf("%02d-%02d", w, i), Worker: fmt.Sprintf("w%02d", w), Start: at, End: at.Add(time.Duration(20+r.IntN(10)) * time.Minute),
				Placed: true, Lat: 22.5 + float64(i)/5000, Lon: 114, HomeM: 10 + 10*r.Float64(), Numbers: 5, Rounded: r.IntN(3)}
			for range 40 {
				one.Answers = append(one.Answers, Valued+uint32(r.IntN(3)))
			}
			for q := range 2 {
				if r.IntN(2) == 0 {
					one.Answers[q] = Blank
				}
			}
			all = append(all, one)
			at = one.End.Add(15 * time.Minute)
		}
	}
	return all
}

func TestEachFlagHasItsEvidence(t *testing.T) {
	for kind, odd := range map[Kind]func(one *Interview, all []Interview){
		kindShort: func(one *Interview, _ []Interview) { one.End = one.Start.Add(2 * time.Minute) },
		kindNight: func(one *Interview, _ []Interview) {
			one.Start, one.End = one.Start.Add(15*time.Hour), one.End.Add(15*time.Hour)
		},
		kindSpeed: func(one *Interview, _ []Interview) { one.Lat += 1 },
		kindFar:   func(one *Interview, _ []Interview) { one.HomeM = 4000 },
		kindSame:  func(one *Interview, all []Interview) { one.Answers = slices.Clone(all[3].Answers) },
		kindMissing: func(one *Interview, _ []Interview) {
			for q := range 20 {
				one.Answers[q] = Blank
			}
		},
		kindFew: func(one *Interview, _ []Interview) {
			for q := range 20 {
				one.Answers[q] = NotAsked
			}
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			all := usual()
			odd(&all[7], all)
			result := Look(all)
			if result.Interviews[0].ID != all[7].ID {
				t.Fatalf("%+v comes first", result.Interviews[0])
			}
			i := slices.IndexFunc(result.Interviews[0].Flags, func(f Flag) bool { return f.Kind == kind })
			if i < 0 {
				t.Fatalf("no flag: %+v", result.Interviews[0])
			}
			if f := result.Interviews[0].Flags[i]; kind == kindSame && f.Other != all[3].ID || kind == kindShort && (f.Value != 2 || f.Usual < 20 || f.Usual > 30) {
				t.Errorf("%+v", f)
			}
		})
	}
}

// Equal answers that nearly everybody gives are no evidence.
func TestPercentMatchAloneSaysNothing(t *testing.T) {
	all := usual()
	for i := range all {
		for q := range 36 {
			all[i].Answers[q] = Valued
		}
	}
	for _, one := range Look(all).Interviews {
		if slices.ContainsFunc(one.Flags, func(f Flag) bool { return f.Kind == kindSame }) {
			t.Fatalf("%+v", one)
		}
	}
}

func TestTheConsoleHasWordsForEachKind(t *testing.T) {
	text, err := os.ReadFile("../../web/kit/src/texts.ts")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		if !strings.Contains(string(text), fmt.Sprintf("  'flag.%s': [", kind)) {
			t.Errorf("no words for %s", kind)
		}
	}
}
