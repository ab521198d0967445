package survey

import (
	"maps"
	"slices"
	"strings"
)

// Distinct are the choices of the list with each name once. A list may have a name several times, for a choice filter to tell apart;
// an answer alone does not, so that such a choice has the labels of all.
func (l *ChoiceList) Distinct() []Choice {
	at := make(map[string]int, len(l.Choices))
	all := make([]Choice, 0, len(l.Choices))
	for _, c := range l.Choices {
		i, again := at[c.Name]
		if !again {
			at[c.Name] = len(all)
			all = append(all, c)
			continue
		}
		all[i].Label = all[i].Label.or(c.Label)
	}
	return all
}

// mostLabels are shown of choices that share a name, and "…" for the rest.
const mostLabels = 3

// or joins the texts of two translations, language by language.
func (t Translated) or(other Translated) Translated {
	both := Translated{}
	maps.Copy(both, t)
	for lang, text := range other {
		have := both[lang]
		labels := strings.Split(have, " / ")
		switch {
		case have == "":
			both[lang] = text
		case text == "" || len(labels) > mostLabels || slices.Contains(labels, text):
		case len(labels) == mostLabels:
			both[lang] = have + " / …"
		default:
			both[lang] = have + " / " + text
		}
	}
	return both
}
