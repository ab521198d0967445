package linkage

import "strings"

// Romanised says that names in Latin letters may be Chinese ones in pinyin, as in a list where others are written in characters: those that
// read as pinyin have the surname first, and are compared and looked up by their syllables. It is said before the first record.
func (t *Table) Romanised() { t.reader.surnames = t.reader.romanSurnames() }

// romanSurnames are the surnames as they are read, without tone.
func (r *reader) romanSurnames() map[string]bool {
	all := map[string]bool{}
	for name := range r.family {
		for _, s := range r.syllables(name, true) {
			all[s.text] = true
		}
	}
	for name, readings := range r.special {
		for _, reading := range readings {
			all[strings.ReplaceAll(withoutTone(reading), "-", "")] = name != ""
		}
	}
	return all
}

// romanParts splits a name in pinyin, whose surname stands first, or last where only that is one; ok is false for what is no
// pinyin.
func (r *reader) romanParts(name string) (surname, given string, ok bool) {
	words := strings.Fields(fold(name))
	if r.surnames == nil || len(words) == 0 {
		return "", "", false
	}
	for _, w := range words {
		if len(split(w, mostSyllables)) == 0 {
			return "", "", false
		}
	}
	last := len(words) - 1
	switch {
	case last > 0 && r.surnames[words[0]]:
		return words[0], strings.Join(words[1:], ""), true
	case last > 0 && r.surnames[words[last]]:
		return words[last], strings.Join(words[:last], ""), true
	case last == 0:
		for _, syllables := range split(words[0], mostSyllables) {
			if len(syllables) > 1 && r.surnames[syllables[0]] {
				return syllables[0], strings.Join(syllables[1:], ""), true
			}
		}
	}
	return "", "", false
}

// spoken are the syllables of a word of pinyin, nil for another word, and where names are not romanised.
func (r *reader) spoken(word string) (out []*syllable) {
	if r.surnames == nil {
		return nil
	}
	ways := split(word, mostSyllables)
	if len(ways) == 0 {
		return nil
	}
	for _, s := range ways[0] {
		plain := hash32(s)
		out = append(out, &syllable{plain: [4]uint32{plain}, loose: [4]uint32{hash32(loosened(s))}, text: s})
	}
	return out
}

// compareScripts compares Chinese characters with pinyin.
func compareScripts(a, b *value) level {
	switch {
	case a.roman == b.roman:
		return nameAlike
	case len(a.sounds) == 0 || len(a.sounds) != len(b.sounds):
		return nameOther
	}
	heard, agreed := 0, 0
	for i := range a.sounds {
		if n := a.sounds[i].agreement(b.sounds[i]); n > 0 {
			heard, agreed = max(heard, n), agreed+1
		}
	}
	switch {
	case agreed == len(a.sounds) && heard <= 2:
		return nameAlike
	case agreed == len(a.sounds):
		return nameSounds
	case agreed > 0:
		return namePart
	}
	return nameOther
}
