package xform

import (
	"bytes"
	"encoding/json"
	"strings"
)

// cursor walks JSON that json.Valid has accepted, so it never meets a malformed value.
type cursor struct {
	data   []byte
	at     int
	mended bool // characters of strings that were read were dropped or replaced
}

// peek returns the first byte of the next value.
func (c *cursor) peek() byte {
	for c.data[c.at] <= ' ' {
		c.at++
	}
	return c.data[c.at]
}

// object calls member for each key with the cursor at its value, which member must consume.
func (c *cursor) object(member func(key []byte)) {
	c.peek()
	c.at++
	for c.peek() != '}' {
		if c.data[c.at] == ',' {
			c.at++
			c.peek()
		}
		key := c.text()
		c.peek()
		c.at++ // the colon
		member(key)
	}
	c.at++
}

// array calls element with the cursor at each element, which element must consume.
func (c *cursor) array(element func()) {
	c.peek()
	c.at++
	for c.peek() != ']' {
		if c.data[c.at] == ',' {
			c.at++
		}
		element()
	}
	c.at++
}

// text consumes a string and returns its content; without escapes it is a part of the input.
func (c *cursor) text() []byte {
	c.peek()
	raw := c.raw()
	for _, b := range raw {
		if b == '\\' {
			var s string
			if err := json.Unmarshal(raw, &s); err != nil {
				return nil // json.Valid was there first
			}
			c.mended = c.mended || replaced(raw, s)
			return []byte(s)
		}
	}
	return raw[1 : len(raw)-1]
}

// replaced reports whether half a surrogate pair or bytes that are no UTF-8 became the replacement character.
func replaced(raw []byte, s string) bool {
	const mark = "\uFFFD"
	said := bytes.Count(raw, []byte(mark)) + bytes.Count(bytes.ToLower(raw), []byte(`\ufffd`))
	return strings.Count(s, mark) > said
}

// raw consumes the next value of any kind and returns its bytes.
func (c *cursor) raw() []byte {
	c.peek()
	start, depth := c.at, 0
	for c.at < len(c.data) {
		switch b := c.data[c.at]; b {
		case '"':
			c.at = endOfString(c.data, c.at)
			if depth == 0 {
				return c.data[start:c.at]
			}
		case '{', '[':
			depth++
			c.at++
		case '}', ']', ',':
			if depth == 0 {
				return c.data[start:c.at] // a literal ended here
			}
			c.at++
			if b != ',' {
				if depth--; depth == 0 {
					return c.data[start:c.at]
				}
			}
		default:
			if depth == 0 && b <= ' ' {
				return c.data[start:c.at]
			}
			c.at++
		}
	}
	return c.data[start:c.at]
}

// endOfString returns the index after the quote that closes the string starting at i.
func endOfString(data []byte, i int) int {
	for i++; data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return i + 1
}
