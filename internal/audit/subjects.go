package audit

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Pack writes ids into one text in which SQL finds each of them again: a UUID as its 16 bytes in base64, any other id as
// it is after "=", each one between spaces. Ids are sorted and stand once; "" is left out.
func Pack(ids []string) string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	var b strings.Builder
	for _, id := range slices.Compact(ids) {
		if id == "" {
			continue
		}
		if b.Len() == 0 {
			b.WriteByte(' ')
		}
		b.WriteString(token(id) + " ")
	}
	return b.String()
}

// Unpack reads what Pack wrote; a token that it did not write is left out.
func Unpack(packed string) []string {
	var ids []string
	for _, t := range strings.Fields(packed) {
		if plain, ok := strings.CutPrefix(t, "="); ok {
			ids = append(ids, plain)
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(t)
		if err != nil {
			continue
		}
		if id, err := uuid.FromBytes(raw); err == nil {
			ids = append(ids, id.String())
		}
	}
	return ids
}

// sought is an id that is looked for in rows of the trail, as it is and as Pack writes it.
type sought struct{ id, packed string }

func seek(ids []string) []sought {
	var all []sought
	for _, id := range ids {
		if id != "" {
			all = append(all, sought{id, Pack([]string{id})})
		}
	}
	return all
}

// in reports whether a row names the id. The packed ids are searched as they are, since a row of a pull holds a thousand.
func (s sought) in(record, subjects string) bool {
	return record == s.id || strings.Contains(subjects, s.packed)
}

func token(id string) string {
	u, err := uuid.Parse(id)
	if err != nil || u.String() != id {
		return "=" + id
	}
	return base64.RawURLEncoding.EncodeToString(u[:])
}
