package xmltree

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"

	"doorstep/internal/survey"
)

// cleaner is a transform.Transformer that mends what phones send and XML does not allow: a character beyond the BMP
// that kXML wrote as references to its two surrogates becomes that character; control characters, which barcode
// scanners type, and references to them are dropped; bytes that are no UTF-8, and lone surrogates, become U+FFFD. A
// worker cannot correct any of these by hand, and a refused record would be sent for days. The contents of CDATA and of
// comments keep what looks like a reference.
type cleaner struct {
	mended bool   // characters were lost
	until  []byte // what ends the CDATA section or the comment; nil outside
}

// longest is more than any reference or mark that the cleaner looks for: two references with many leading zeros.
const longest = 64

// Reset implements transform.Transformer.
func (c *cleaner) Reset() { *c = cleaner{} }

// Transform implements transform.Transformer.
func (c *cleaner) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		if n := plain(rest); n > 0 {
			copied := copy(dst[nDst:], rest[:n])
			if nDst, nSrc = nDst+copied, nSrc+copied; copied < n {
				return nDst, nSrc, transform.ErrShortDst
			}
			continue
		}
		if len(rest) < longest && !atEOF && needsMore(rest) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		out, n := c.next(rest)
		if nDst+len(out) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], out)
		nSrc += n
	}
	return nDst, nSrc, nil
}

// plain is how many bytes from the start on nothing can be wrong with, and nothing begins or ends at.
func plain(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf || c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == '&' || c == '<' || c == '-' || c == ']' {
			return i
		}
	}
	return len(b)
}

// needsMore reports whether what begins here may be longer than what there is.
func needsMore(b []byte) bool {
	return b[0] == '&' || b[0] == '<' || b[0] == '-' || b[0] == ']' || !utf8.FullRune(b)
}

var (
	cdata      = []byte("<![CDATA[")
	comment    = []byte("<!--")
	cdataEnd   = []byte("]]>")
	commentEnd = []byte("-->")
)

// next takes the bytes that belong together at the start of b, and says what to write for them. A rune's length is
// enough for out, but for a joined pair, which is shorter than its references.
func (c *cleaner) next(b []byte) (out []byte, n int) {
	if c.until != nil {
		if bytes.HasPrefix(b, c.until) {
			out, c.until = c.until, nil
			return out, len(out)
		}
	} else {
		switch {
		case bytes.HasPrefix(b, cdata):
			c.until = cdataEnd
			return cdata, len(cdata)
		case bytes.HasPrefix(b, comment):
			c.until = commentEnd
			return comment, len(comment)
		case bytes.HasPrefix(b, []byte("&#")):
			return c.reference(b)
		}
	}
	r, n := utf8.DecodeRune(b)
	switch {
	case r == utf8.RuneError && n == 1:
		c.mended = true
		return []byte("\uFFFD"), 1
	case !allowed(r):
		c.mended = true
		return nil, n
	}
	return b[:n], n
}

// reference reads a reference to a character, and the next one where the first is half of a pair.
func (c *cleaner) reference(b []byte) (out []byte, n int) {
	r, n := referred(b)
	switch {
	case n == 0:
		return b[:2], 2 // the parser says what is wrong with it
	case utf16.IsSurrogate(r):
		if low, m := referred(b[n:]); m > 0 && utf16.DecodeRune(r, low) != utf8.RuneError {
			return utf8.AppendRune(nil, utf16.DecodeRune(r, low)), n + m
		}
		c.mended = true
		return []byte("\uFFFD"), n
	case !allowed(r):
		c.mended = true
		return nil, n
	}
	return b[:n], n
}

// referred reads &#10; or &#xA; and its length; 0 where there is none.
func referred(b []byte) (r rune, n int) {
	end := bytes.IndexByte(b[:min(len(b), longest/2)], ';')
	if end < 0 || !bytes.HasPrefix(b, []byte("&#")) {
		return 0, 0
	}
	digits, base := string(b[2:end]), 10
	if len(digits) > 0 && digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	code, err := strconv.ParseUint(digits, base, 31)
	if err != nil || code > utf8.MaxRune {
		return 0, 0
	}
	return rune(code), end + 1
}

// allowed reports whether XML 1.0 (section 2.2) allows a character.
func allowed(r rune) bool {
	return r >= ' ' && r != 0xFFFE && r != 0xFFFF || r == '\t' || r == '\n' || r == '\r'
}

// Clean takes out of the texts and attributes below n what XML cannot hold, so that WriteXML does not fail on them. What is no
// UTF-8 becomes U+FFFD.
func Clean(n *survey.Node) {
	n.Data = strings.Map(func(r rune) rune {
		if allowed(r) {
			return r
		}
		return -1
	}, n.Data)
	for _, a := range n.Attrs {
		Clean(a)
	}
	for _, c := range n.Children {
		Clean(c)
	}
}
