package xpath

import (
	"crypto/ed25519"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"doorstep/internal/survey"
)

var formFunctions = []function{
	{name: "once", low: 1, high: 1, params: "x", uses: UsesItself, context: true, build: buildOnce},
	{name: "pulldata", low: 4, high: 4, params: "ssss", build: buildPulldata},
	{name: "uuid", high: 1, params: "n", uses: UsesRandom, build: buildUUID},
	{name: "digest", low: 2, high: 3, params: "sss", build: buildDigest},
	{name: "base64-decode", low: 1, high: 1, params: "s", build: textOf1(decodeText)},
	{name: "extract-signed", low: 2, high: 2, params: "ss", build: textOf2(extractSigned)},
	{name: "regex", low: 2, high: 2, params: "ss", build: buildRegex},
	{name: "depend", low: 1, high: -1, params: "x", build: func(c *call) *code { return c.args[0] }},
	{name: "version", params: "x", uses: UsesDevice, build: func(c *call) *code { return propertyCode(c.off, literal("version")) }},
	{name: "property", low: 1, high: 1, params: "s", uses: UsesDevice,
		build: func(c *call) *code { return propertyCode(c.off, c.args[0].text) }},
}

// buildOnce compiles once(): the answer that is there, else the argument.
func buildOnce(c *call) *code {
	arg := c.args[0]
	out := valueCode(Any, func(f *frame) Value {
		if f.node != nil {
			if f.contentOf(f.node) != "" {
				return f.typed(f.node)
			}
		}
		return arg.value(f)
	})
	out.nodes = nil
	return out
}

// buildPulldata compiles pulldata(instance, column, key column, key): the first item whose key column is key.
func buildPulldata(c *call) *code {
	args, off := c.args, c.off
	return textCode(func(f *frame) string {
		inst := f.instance(off, args[0].text(f))
		column, keyColumn, key := args[1].text(f), args[2].text(f), args[3].text(f)
		if inst == nil {
			return ""
		}
		for _, root := range inst.Children {
			f.spend(1 + len(root.Children))
			for _, item := range root.Children {
				f.spend(1)
				if k := item.Child(keyColumn); k != nil && item.Name == "item" && f.valueOf(k) == key {
					return childText(item, column)
				}
			}
		}
		return ""
	})
}

func childText(n *survey.Node, name string) string {
	if c := n.Child(name); c != nil {
		return c.Value()
	}
	return ""
}

const (
	maxToken     = 4096
	tokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// buildUUID compiles uuid(): a version 4 UUID, or a text of n random characters.
func buildUUID(c *call) *code {
	length, off := c.arg(0), c.off
	return textCode(func(f *frame) string {
		if length != nil {
			return f.token(off, length.number(f))
		}
		var b [16]byte
		f.spend(1)
		f.random(off, b[:])
		b[6] = b[6]&0x0f | 0x40
		b[8] = b[8]&0x3f | 0x80
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	})
}

func (f *frame) token(off int, n float64) string {
	if !(n >= 0 && n <= maxToken) {
		panic(errArgument(off, "uuid() needs a length from 0 to 4096", "uuid() 的长度应为 0 到 4096"))
	}
	b := make([]byte, int(n))
	f.spendBytes(len(b))
	f.random(off, b)
	for i := range b {
		b[i] = tokenLetters[int(b[i])%len(tokenLetters)]
	}
	return string(b)
}

var digests = map[string]func([]byte) []byte{
	"MD5":     func(b []byte) []byte { s := md5.Sum(b); return s[:] },
	"SHA-1":   func(b []byte) []byte { s := sha1.Sum(b); return s[:] },
	"SHA-256": func(b []byte) []byte { s := sha256.Sum256(b); return s[:] },
	"SHA-384": func(b []byte) []byte { s := sha512.Sum384(b); return s[:] },
	"SHA-512": func(b []byte) []byte { s := sha512.Sum512(b); return s[:] },
}

func buildDigest(c *call) *code {
	text, algorithm, off := c.args[0].text, c.args[1].text, c.off
	encoding := literal("base64")
	if c.arg(2) != nil {
		encoding = c.args[2].text
	}
	return textCode(func(f *frame) string {
		s := text(f)
		f.spendBytes(len(s) * 4)
		sum, known := digests[algorithm(f)]
		if !known {
			panic(errArgument(off, "digest() knows MD5, SHA-1, SHA-256, SHA-384 and SHA-512",
				"digest() 支持 MD5、SHA-1、SHA-256、SHA-384 和 SHA-512"))
		}
		switch encoding(f) {
		case "base64":
			return base64.StdEncoding.EncodeToString(sum([]byte(s)))
		case "hex":
			return hex.EncodeToString(sum([]byte(s)))
		}
		panic(errArgument(off, "digest() writes base64 or hex", "digest() 的编码应为 base64 或 hex"))
	})
}

func literal(s string) func(*frame) string { return func(*frame) string { return s } }

// decodeBase64 reads either alphabet of base64, with or without padding and line breaks; nil for anything else.
func decodeBase64(s string) []byte {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		case ' ', '\t', '\r', '\n', '=':
			return -1
		}
		return r
	}, s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}

func decodeText(s string) string { return strings.ToValidUTF8(string(decodeBase64(s)), "\uFFFD") }

// extractSigned gives the message of base64(signature ‖ message) if the Ed25519 signature of 64 bytes fits the public
// key, also in base64; "" otherwise.
func extractSigned(contents, publicKey string) string {
	signed, key := decodeBase64(contents), decodeBase64(publicKey)
	if len(signed) < ed25519.SignatureSize || len(key) != ed25519.PublicKeySize {
		return ""
	}
	signature, message := signed[:ed25519.SignatureSize], signed[ed25519.SignatureSize:]
	if !ed25519.Verify(key, message, signature) {
		return ""
	}
	return strings.ToValidUTF8(string(message), "\uFFFD")
}

func propertyCode(off int, name func(*frame) string) *code {
	return textCode(func(f *frame) string {
		if f.ctx.Property == nil {
			panic(errUnavailable(off, "property()"))
		}
		return f.ctx.Property(name(f))
	})
}
