package survey

import (
	"encoding/xml"
	"regexp"
	"strings"
)

// NameStart and NameMore are the insides of character classes of regular expressions: what a name in XML begins with and
// goes on with (Namespaces in XML 1.0, NCName; XML 1.0 fifth edition, section 2.3).
const (
	NameStart = `A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}` +
		`\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}`
	NameMore = NameStart + `\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}`
)

var ncName = regexp.MustCompile(`^[` + NameStart + `][` + NameMore + `]*$`)

// IsName reports whether s can name an element or attribute, without a prefix, so that a record which has it can be read
// again: encoding/xml knows the letters of earlier editions of XML only, which lack emoji and rare scripts.
func IsName(s string) bool {
	if !ncName.MatchString(s) {
		return false
	}
	_, err := xml.NewDecoder(strings.NewReader("<" + s + "/>")).RawToken()
	return err == nil
}
