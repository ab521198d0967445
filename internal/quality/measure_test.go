package quality

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"
)

// same reports whether two measures agree to the ninth digit.
func same(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestMeasure(t *testing.T) {
	at := func(clock string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-11-23 "+clock, zone)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for name, c := range map[string]struct {
		one  Interview
		want map[Kind]float64
	}{
		"nothing":              {Interview{HomeM: -1}, map[Kind]float64{}},
		"no beginning":         {Interview{HomeM: -1, End: at("10:00:00")}, map[Kind]float64{}},
		"no length":            {Interview{HomeM: -1, Start: at("10:00:00"), End: at("10:00:00")}, map[Kind]float64{kindNight: 0}},
		"ten minutes":          {Interview{HomeM: -1, Start: at("06:30:00"), End: at("06:40:00")}, map[Kind]float64{kindNight: 0, kindShort: -math.Log(10)}},
		"too early":            {Interview{HomeM: -1, Start: at("06:29:59")}, map[Kind]float64{kindNight: 1}},
		"late":                 {Interview{HomeM: -1, Start: at("21:30:59")}, map[Kind]float64{kindNight: 0}},
		"too late":             {Interview{HomeM: -1, Start: at("21:31:00")}, map[Kind]float64{kindNight: 1}},
		"at home":              {Interview{Placed: true}, map[Kind]float64{kindFar: 0}},
		"450 m off":            {Interview{Placed: true, HomeM: 450}, map[Kind]float64{kindFar: 1}},
		"home not known":       {Interview{Placed: true, HomeM: -1}, map[Kind]float64{}},
		"place not known":      {Interview{HomeM: 450}, map[Kind]float64{}},
		"one number":           {Interview{HomeM: -1, Numbers: 1, Rounded: 1}, map[Kind]float64{}},
		"two numbers":          {Interview{HomeM: -1, Numbers: 2, Rounded: 1}, map[Kind]float64{kindDigits: .5}},
		"not asked":            {Interview{HomeM: -1, Answers: []uint32{NotAsked}}, map[Kind]float64{}},
		"one blank, one given": {Interview{HomeM: -1, Answers: []uint32{NotAsked, Blank, Valued}}, map[Kind]float64{kindMissing: .5, kindFew: -2}},
		"nine given":           {Interview{HomeM: -1, Answers: slices.Repeat([]uint32{Valued}, 9)}, map[Kind]float64{kindMissing: 0, kindFew: -9}},
		"ten given":            {Interview{HomeM: -1, Answers: slices.Repeat([]uint32{Valued}, 10)}, map[Kind]float64{kindMissing: 0, kindFew: -10, kindExpected: 0}},
	} {
		if got := measure([]Interview{c.one})[0].value; !maps.EqualFunc(got, c.want, same) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	// Of ten questions, the other interview answers one otherwise: the share of each answer to it is a half.
	ten := slices.Repeat([]uint32{Valued}, 10)
	other := append([]uint32{Valued + 1, Blank}, ten[2:]...)
	if got := measure([]Interview{{Answers: ten}, {Worker: "b", Answers: other}})[0].value[kindExpected]; !same(got, math.Log(.5)/10) {
		t.Errorf("answers of which one is given by half: %v", got)
	}
}

func TestSpeed(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, zone)
	north := func(metres float64, after time.Duration) Interview {
		return Interview{Placed: true, Lat: metres / 111_320, Start: noon.Add(after)}
	}
	here := Interview{Placed: true, End: noon}
	for name, c := range map[string]struct {
		before, after Interview
		want          float64 // km/h; negative where it is not told
	}{
		"walking":             {here, north(5000, time.Hour), 5},
		"by its end":          {Interview{Placed: true, Start: noon.Add(-time.Hour), End: noon}, north(10_000, time.Hour), 10},
		"four hours":          {here, north(4000, 4*time.Hour), 1},
		"more":                {here, north(4000, 4*time.Hour+1), -1},
		"half a minute":       {here, north(100, 30*time.Second), 12},
		"less":                {here, north(100, time.Second), 12},
		"before it ended":     {here, north(100, -time.Second), 12},
		"no place":            {here, Interview{Lat: 1, Start: noon.Add(time.Hour)}, -1},
		"no place before":     {Interview{End: noon}, north(5000, time.Hour), -1},
		"no end before":       {Interview{Placed: true}, north(5000, time.Hour), -1},
		"no beginning":        {here, Interview{Placed: true}, -1},
		"east, at 60° north":  {Interview{Placed: true, Lat: 60, End: noon}, Interview{Placed: true, Lat: 60, Lon: 10_000. / 111_320, Start: noon.Add(time.Hour)}, 5},
		"by somebody else":    {Interview{Worker: "a", Placed: true, End: noon}, north(5000, time.Hour), -1},
		"north and east: 3 4": {here, Interview{Placed: true, Lat: 3000. / 111_320, Lon: 4000. / 111_320, Start: noon.Add(time.Hour)}, 5},
	} {
		v, ok := measure([]Interview{c.before, c.after})[1].value[kindSpeed]
		if ok != (c.want >= 0) || ok && math.Abs(shown(kindSpeed, v)-c.want) > .01 {
			t.Errorf("%s: %v, %v, want %v", name, shown(kindSpeed, v), ok, c.want)
		}
	}
}

func TestLikeness(t *testing.T) {
	of := func(weight float64, answers ...uint32) answered {
		return answered{answers, slices.Repeat([]float64{weight}, len(answers))}
	}
	a := func(n int, v uint32) []uint32 { return slices.Repeat([]uint32{v}, n) }
	half := append(a(5, Valued), a(5, Valued+1)...)
	for name, c := range map[string]struct {
		a, b answered
		want float64 // negative where it is not told
	}{
		"ten of half weight":       {of(.5, a(10, Valued)...), of(.5, a(10, Valued)...), 1},
		"nine":                     {of(1, a(9, Valued)...), of(1, a(9, Valued)...), -1},
		"what many say":            {of(.49, a(10, Valued)...), of(.49, a(10, Valued)...), -1},
		"half":                     {of(.5, a(10, Valued)...), of(1, half...), 1. / 3},
		"half, the other way":      {of(1, half...), of(.5, a(10, Valued)...), .5},
		"as far as both go":        {of(.5, a(10, Valued)...), of(.5, a(20, Valued)...), 1},
		"what one did not answer":  {of(.5, append(a(10, Valued), Blank)...), of(.5, a(11, Valued)...), 1},
		"what the other did not":   {of(.5, a(11, Valued)...), of(.5, append(a(10, Valued), Blank)...), 1},
		"nothing that both answer": {of(1, a(20, Blank)...), of(1, a(20, Blank)...), -1},
	} {
		if got, ok := likeness(c.a, c.b); ok != (c.want >= 0) || ok && !same(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", name, got, ok, c.want)
		}
	}
}

// An interview is compared with the 150 before it of the same worker.
func TestCompareLooksAtTheNeighbours(t *testing.T) {
	answers := slices.Repeat([]uint32{Valued}, 10)
	shares := slices.Repeat([]map[uint32]float64{{Valued: .4, Valued + 1: .4}}, 10)
	for between, want := range map[int]int{0: 0, 149: 0, 150: -1} {
		all := append(append([]Interview{{Answers: answers}}, make([]Interview, between)...), Interview{Answers: answers})
		for _, worker := range []string{"", "b"} {
			all[0].Worker = worker
			seen := make([]measured, len(all))
			for i := range seen {
				seen[i] = measured{map[Kind]float64{}, -1}
			}
			compare(all, shares, seen)
			if last := seen[len(seen)-1]; worker == "" && last.other != want || worker != "" && last.other != -1 || (last.other == 0) != (last.value[kindSame] == 1) {
				t.Errorf("%d between, by %q: %+v", between, worker, last)
			}
		}
	}
	less := append([]uint32{Valued + 1}, answers[1:]...)
	seen := []measured{{map[Kind]float64{}, -1}, {map[Kind]float64{}, -1}, {map[Kind]float64{}, -1}, {map[Kind]float64{}, -1}}
	compare([]Interview{{Answers: less}, {Answers: answers}, {Answers: less}, {Answers: answers}}, shares, seen)
	if got := []int{seen[0].other, seen[1].other, seen[2].other, seen[3].other}; !slices.Equal(got, []int{-1, 0, 0, 1}) {
		t.Errorf("the most alike are %v", got)
	}
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		kind           Kind
		step           float64 // ten values, this far apart
		median, spread float64
	}{
		{kindShort, 1, 5, 4 / 1.2816}, {kindShort, 0, 0, 1e-6}, {kindNight, 0, 0, .5}, {kindNight, 1, 5, 4 / 1.2816}, {kindDigits, 0, 0, .5}, {kindDigits, .1, .5, .4 / 1.2816},
	} {
		seen := []measured{{}}
		for i := range 10 {
			seen = append(seen, measured{value: map[Kind]float64{c.kind: c.step * float64(9-i)}})
		}
		if s := scaleOf(seen, c.kind); !same(s.median, c.median) || !same(s.spread, c.spread) || len(s.ordered) != 10 || !slices.IsSorted(s.ordered) {
			t.Errorf("%s, %v apart: %+v", c.kind, c.step, s)
		}
	}
	if s := scaleOf([]measured{{}}, kindShort); s.median != 0 || s.spread != 1 {
		t.Errorf("of nothing: %+v", s)
	}
	s := scale{median: 10, spread: 2}
	for v, want := range map[float64]float64{10: 0, 14: 2, 6: -2, 20: 5, 22: 5, -2: -5} {
		if got := s.unusual(v); got != want {
			t.Errorf("%v is unusual by %v, want %v", v, got, want)
		}
	}
	for k, c := range map[Kind][2]float64{kindShort: {-math.Log(2), 2}, kindSpeed: {math.Log10(2), 5}, kindFar: {math.Log10(2), 50}, kindFew: {-3, 3},
		kindExpected: {math.Log(.25), .25}, kindMissing: {.12345, .123}, kindNight: {1, 1}} {
		if got := shown(k, c[0]); got != c[1] {
			t.Errorf("%s %v is shown as %v", k, c[0], got)
		}
	}
}

func TestScoresAndTheirOrder(t *testing.T) {
	var all []Interview
	for i := range 12 {
		all = append(all, Interview{ID: fmt.Sprintf("i%02d", 11-i), Worker: fmt.Sprintf("w%02d", 11-i), HomeM: -1, Numbers: 10, Rounded: i % 5})
	}
	result := Look(all)
	at := slices.IndexFunc(result.Interviews, func(s Scored) bool { return s.Score == 0 })
	if !slices.IsSortedFunc(result.Interviews[at:], func(a, b Scored) int { return map[bool]int{true: -1, false: 1}[a.ID < b.ID] }) {
		t.Errorf("equal scores are not in the order of their names: %+v", result.Interviews[at:])
	}
	for i, p := range result.Workers {
		if want := fmt.Sprintf("w%02d", i); p.Worker != want || p.Interviews != 1 || p.Score != 0 || len(p.Flags) != 0 || p.Flags == nil {
			t.Errorf("%+v, want %s with nothing to tell", p, want)
		}
	}
	seen := []measured{{map[Kind]float64{kindShort: 3, kindFar: 1, kindSame: 2.9}, 1}, {map[Kind]float64{kindSame: 3, kindNight: .1}, 0}, {map[Kind]float64{kindShort: .5}, -1}}
	scales := map[Kind]scale{}
	for _, k := range kinds {
		scales[k] = scale{spread: 1}
	}
	scored := score(all[:3], seen, scales, map[string]*mean{"w11": {score: 5}, "w10": {}, "w09": {}})
	var got []string
	for _, s := range scored {
		text := fmt.Sprintf("%s %.1f", s.ID, s.Score)
		for _, f := range s.Flags {
			text += " " + string(f.Kind) + f.Other
		}
		got = append(got, text)
	}
	if want := []string{"i11 10.8 short", "i10 2.5 night samei11", "i09 0.0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
