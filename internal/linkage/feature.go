package linkage

import "strings"

// features are what records are looked up by, whole or in part; 0 for what is not known.
type features [3]uint32

// givenFeatures are how a given name sounds, and its last character or first letters, which short forms keep.
func givenFeatures(v *value) features {
	switch {
	case v.text == "":
		return features{}
	case v.han && len(v.words) > 0:
		return features{hash32(v.code), 0, 0}
	case v.han:
		return features{byEar(v), v.sounds[len(v.sounds)-1].loose[0], 0}
	}
	if len(v.sounds) > 0 {
		return features{byEar(v), v.sounds[len(v.sounds)-1].loose[0], 0}
	}
	return features{hash32(sound(v.alias)), hash32(v.roman[:min(3, len(v.roman))]), 0}
}

func surnameFeatures(v *value) features {
	switch {
	case v.text == "":
		return features{}
	case v.han || len(v.sounds) > 0:
		return features{byEar(v)}
	}
	return features{hash32(v.code), hash32(v.roman[:min(3, len(v.roman))]), 0}
}

func byEar(v *value) uint32 {
	h := uint32(1)
	for i := range v.sounds {
		h = both(h, v.sounds[i].loose[0])
	}
	return h
}

func wholeFeatures(v *value) features {
	switch {
	case v.text == "":
		return features{}
	case v.han:
		return features{byEar(v)}
	}
	words := strings.Fields(v.text)
	return features{hash32(v.roman), hash32(words[0], words[len(words)-1]), hash32(sound(words[len(words)-1]))}
}

func dateFeatures(v *value) features {
	switch d := v.text; {
	case d == "":
		return features{}
	case len(d) < 8:
		return features{0, hash32(d), 0}
	default:
		return features{hash32(d), hash32(d[:4]), hash32(d[4:])}
	}
}

// numberFeatures are the number and its halves, one of which has no mistake where there is one.
func numberFeatures(v *value) features {
	if v.text == "" {
		return features{}
	}
	half := len(v.text) / 2
	return features{hash32(v.text), hash32("<", v.text[:half]), hash32(">", v.text[half:])}
}

func phoneFeatures(v *value) features {
	if v.text == "" {
		return features{}
	}
	n := local(v.text)
	return features{hash32(n), hash32("<", n[:len(n)/2]), hash32(">", n[len(n)/2:])}
}

func codeFeatures(v *value) features {
	if v.text == "" {
		return features{}
	}
	return features{hash32(v.text)}
}

// addressFeatures are the whole, and what an address begins with.
func addressFeatures(v *value) features {
	if v.text == "" {
		return features{}
	}
	f := features{v.at.whole}
	if len(v.at.letters) > 0 {
		f[1] = hash32(v.at.letters[:min(5, len(v.at.letters))])
	}
	if v.han && len(v.at.numbers()) > 0 {
		n := v.at.numbers()
		f[1] = both(n[len(n)-1], n[0])
	}
	return f
}
