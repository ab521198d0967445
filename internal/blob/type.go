package blob

import (
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// Type is a media type without parameters, as the bytes tell it; names and what clients say are not believed.
type Type string

// headBytes is how much of a file tells its type.
const headBytes = 3072

func typeOf(head []byte) Type {
	name, _, _ := strings.Cut(mimetype.Detect(head).String(), ";")
	return Type(name)
}

// Harmless reports whether reviewers may get a file of this type: pictures, sound, film, PDF, and plain text such as the
// audit log of a tablet. Pages, scripts, programs, archives and pictures that hold scripts wait in quarantine.
func (t Type) Harmless() bool {
	if t == "image/svg+xml" {
		return false
	}
	family, _, _ := strings.Cut(string(t), "/")
	switch family {
	case "image", "audio", "video":
		return true
	}
	return t == "application/pdf" || t == "application/ogg" || t == "text/plain" || t == "text/csv" || t == "text/tab-separated-values"
}

// beginning keeps the first bytes that are written to it.
type beginning struct{ bytes []byte }

func (b *beginning) Write(p []byte) (int, error) {
	b.bytes = append(b.bytes, p[:min(len(p), headBytes-len(b.bytes))]...)
	return len(p), nil
}
