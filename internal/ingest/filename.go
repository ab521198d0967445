package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const longestName = 255 // bytes, as file systems take them

// FileName is the one form of a file's name, by which the answer that names it, the declaration and the part that carries
// it are matched, whatever door they come through: the last element, without blanks around it, composed (NFC), the escapes
// of web forms undone (%22 is a quote), and what no file system takes replaced. A name that is too long keeps its
// beginning, its extension and a sum over the whole. "" stays "".
func FileName(name string) string {
	name = strings.NewReplacer("%22", `"`, "%0D", "_", "%0A", "_").Replace(strings.ToValidUTF8(name, "_"))
	name = strings.TrimSpace(norm.NFC.String(name))
	if name == "" {
		return ""
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, strings.TrimSpace(path.Base(name)))
	if name == "." || name == ".." || name == "/" || name == "" {
		name = "file"
	}
	return shortened(name)
}

func shortened(name string) string {
	if len(name) <= longestName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	end := "~" + hex.EncodeToString(sum[:8])
	if ext := path.Ext(name); len(ext) <= 20 {
		end += ext
	}
	head := name[:longestName-len(end)]
	for !utf8.ValidString(head) {
		head = head[:len(head)-1]
	}
	return head + end
}

// withFileNames returns declared files with names in their one form.
func withFileNames(files []File) []File {
	if len(files) == 0 {
		return nil
	}
	out := make([]File, len(files))
	for i, f := range files {
		if f.Name = FileName(f.Name); f.Name == "" {
			f.Name = "file"
		}
		out[i] = f
	}
	return out
}
