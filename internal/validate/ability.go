package validate

import "strconv"

// Level is how far an older person's ability is impaired, from intact to total.
type Level string

// Levels of GB/T 42195-2022, best first.
const (
	intact   Level = "intact"
	mild     Level = "mild"
	moderate Level = "moderate"
	severe   Level = "severe"
	total    Level = "total"
)

// AbilityInstrument is an assessment scale: scores of different scales or versions never compare.
type AbilityInstrument struct {
	Name, Version string
	Parts         []AbilityPart
	Levels        []LevelFrom // best first
	RiskEvents    int         // care-risk events in the last 30 days from which the level changes
}

// AbilityPart is a first-level indicator.
type AbilityPart struct {
	Name  string
	Items []AbilityItem
}

// AbilityItem is a second-level indicator; a higher score is an abler person.
type AbilityItem struct {
	Name string
	Max  int
}

// LevelFrom says the lowest total that still has the level.
type LevelFrom struct {
	Level Level
	From  int
}

// GBT42195 is GB/T 42195-2022, Specification for ability assessment of older adults: 26 items, 90 points.
func GBT42195() AbilityInstrument {
	return AbilityInstrument{
		Name: "GB/T 42195", Version: "2022", RiskEvents: 2,
		Parts: []AbilityPart{
			{"self_care", []AbilityItem{{"eating", 4}, {"grooming", 4}, {"bathing", 4}, {"upper_dressing", 4}, {"lower_dressing", 4}, {"bladder", 4},
				{"bowel", 4}, {"toileting", 4}}},
			{"mobility", []AbilityItem{{"bed_transfer", 4}, {"chair_transfer", 4}, {"walking", 4}, {"stairs", 3}}},
			{"mental", []AbilityItem{{"time_orientation", 4}, {"place_orientation", 4}, {"person_orientation", 4}, {"memory", 4},
				{"comprehension", 4}, {"expression", 4}, {"aggression", 1}, {"depression", 1}, {"consciousness", 2}}},
			{"perception", []AbilityItem{{"vision", 2}, {"hearing", 2}, {"daily_tasks", 4}, {"transport", 3}, {"social", 4}}},
		},
		Levels: []LevelFrom{{intact, 90}, {mild, 66}, {moderate, 46}, {severe, 30}, {total, 0}},
	}
}

// AbilityFacts are what changes a level beside the items.
type AbilityFacts struct {
	Coma, Dementia, MentalDisorder bool
	RiskEvents                     int // falls, choking, self-harm, getting lost … in the last 30 days
}

// AbilityResult is a scored assessment. Parts follow the instrument; a part with an unanswered item is -1, and then so
// is total and Preliminary is "". Final is known without them only in a coma.
type AbilityResult struct {
	Parts       []int
	Total       int
	Preliminary Level
	Final       Level
}

const unscored = -1

// Score adds the items up and applies the rules that change a level: a coma is a total loss; otherwise any of dementia,
// another diagnosed mental disorder or repeated care-risk events makes the level one worse, once. answer gives the
// answer to an item, "" for none; an answer that is no score of the item counts as none.
func (in AbilityInstrument) Score(answer func(item string) string, facts AbilityFacts) AbilityResult {
	r := AbilityResult{Parts: make([]int, len(in.Parts))}
	for i, p := range in.Parts {
		r.Parts[i] = p.score(answer)
		if r.Parts[i] == unscored || r.Total == unscored {
			r.Total = unscored
			continue
		}
		r.Total += r.Parts[i]
	}
	r.Preliminary = in.level(r.Total)
	r.Final = in.change(r.Preliminary, facts)
	return r
}

func (p AbilityPart) score(answer func(item string) string) int {
	sum := 0
	for _, item := range p.Items {
		n, err := strconv.Atoi(answer(item.Name))
		if err != nil || n < 0 || n > item.Max {
			return unscored
		}
		sum += n
	}
	return sum
}

func (in AbilityInstrument) level(total int) Level {
	for _, l := range in.Levels {
		if total >= l.From {
			return l.Level
		}
	}
	return ""
}

func (in AbilityInstrument) change(level Level, f AbilityFacts) Level {
	if f.Coma {
		return in.Levels[len(in.Levels)-1].Level
	}
	if !f.Dementia && !f.MentalDisorder && f.RiskEvents < in.RiskEvents {
		return level
	}
	for i, l := range in.Levels {
		if l.Level == level {
			return in.Levels[min(i+1, len(in.Levels)-1)].Level
		}
	}
	return level
}
