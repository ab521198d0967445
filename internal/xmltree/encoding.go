package xmltree

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decodeBOM reads the byte order mark: UTF-16 becomes UTF-8, and the mark of UTF-8 is dropped.
func decodeBOM(r io.Reader) (io.Reader, error) {
	br := bufio.NewReader(r)
	head, err := br.Peek(3)
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
	return br, nil
}

// Encodings besides UTF-8 that a document may declare. GB18030 reads GBK and GB 2312, too.
var encodings = map[string]encoding.Encoding{
	"gb18030": simplifiedchinese.GB18030, "gbk": simplifiedchinese.GB18030, "gb2312": simplifiedchinese.GB18030,
	"iso-8859-1": charmap.ISO8859_1, "us-ascii": charmap.ISO8859_1, "windows-1252": charmap.Windows1252,
}

// charset reads the rest of a document in the encoding that it declares. UTF-16 was decoded by its mark before.
func charset(label string, r io.Reader) (io.Reader, error) {
	name := strings.ToLower(label)
	if name == "utf-8" || name == "utf-16" {
		return r, nil
	}
	enc, known := encodings[name]
	if !known {
		return nil, &Error{CodeEncoding, 0, fmt.Sprintf("encoding %q is not supported", label),
			fmt.Sprintf("不支持编码 %q", label)}
	}
	return transform.NewReader(r, enc.NewDecoder()), nil
}
