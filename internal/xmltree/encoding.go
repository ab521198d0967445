package xmltree

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encodings besides UTF-8 that a document may declare. GB18030 reads GBK and GB 2312, too.
var encodings = map[string]encoding.Encoding{
	"gb18030": simplifiedchinese.GB18030, "gbk": simplifiedchinese.GB18030, "gb2312": simplifiedchinese.GB18030,
	"iso-8859-1": charmap.ISO8859_1, "us-ascii": charmap.ISO8859_1, "windows-1252": charmap.Windows1252,
}

// declaration finds the encoding that a document declares in its first line.
var declaration = regexp.MustCompile(`^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// decode makes UTF-8 of a document, by its byte order mark, else by the encoding that it declares.
func decode(r io.Reader) (io.Reader, error) {
	br := bufio.NewReaderSize(r, 4096)
	head, err := br.Peek(256)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		_, err = br.Discard(3)
		return br, err
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return transform.NewReader(br, unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder()), nil
	}
	said := declaration.FindSubmatch(head)
	if said == nil || strings.EqualFold(string(said[1]), "utf-8") || strings.EqualFold(string(said[1]), "utf-16") {
		return br, nil
	}
	enc, known := encodings[strings.ToLower(string(said[1]))]
	if !known {
		return nil, &Error{CodeEncoding, 0, fmt.Sprintf("encoding %q is not supported", said[1]), fmt.Sprintf("不支持编码 %q", said[1])}
	}
	return transform.NewReader(br, enc.NewDecoder()), nil
}
