package collections

import "doorstep/internal/seal"

// SealText enciphers one value that stands alone: a secret of this installation, or of an account. Without sealing it
// stays as it is.
func SealText(db DB, place, text string) (string, error) {
	keys := db.Keys()
	if keys == nil {
		return "", errNoKeys
	}
	if !keys.Sealing() || text == "" {
		return text, nil
	}
	return keys.Seal([]byte(text), place), nil
}

// OpenText gives back what SealText was given, and a value from before anything was sealed as it is.
func OpenText(db DB, place, text string) (string, error) {
	if _, sealed := seal.KeyOf(text); !sealed {
		return text, nil
	}
	if db.Keys() == nil {
		return "", errNoKeys
	}
	plain, err := db.Keys().Open(text, place)
	return string(plain), err
}

// SealAgain is a value sealed with the primary key; the value itself where it is already.
func SealAgain(db DB, place, text string) (string, error) {
	keys := db.Keys()
	if keys == nil {
		return "", errNoKeys
	}
	if id, sealed := seal.KeyOf(text); sealed && id == keys.Primary() {
		return text, nil
	}
	plain, err := OpenText(db, place, text)
	if err != nil {
		return "", err
	}
	return SealText(db, place, plain)
}
