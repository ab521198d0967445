package linkage

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// address reads an address or the name of a place: numbers apart from words, words of administration left out.
func (r *reader) address(s string) value {
	s = norm.NFKC.String(s)
	if unknown(s) {
		return value{}
	}
	v := value{text: fold(s), han: isHan(s)}
	if v.han {
		v.text = unitWords.Replace(chineseNumbers(r.simplified(v.text)))
	}
	var said strings.Builder
	var words, numbers []uint32
	all := pieces(v.text)
	for _, word := range all {
		if unicode.IsDigit(rune(word[0])) {
			numbers = append(numbers, hash32(strings.TrimLeft(word, "0")))
		} else {
			said.WriteString(word)
			words = append(words, hash32(word))
		}
	}
	slices.Sort(words)
	if v.han {
		v.text = strings.Join(all, " ")
	}
	v.at = newPlace(said.String(), words, numbers)
	v.at.whole = hash32(strings.ReplaceAll(v.text, " ", ""))
	if !v.han {
		v.at.letters, v.mask = said.String(), letters(said.String())
	}
	return v
}

// mostParts is how many words of an address are looked at, and how many pairs of letters.
const mostParts = 1 << 15

// newPlace keeps the lists in one piece of memory.
func newPlace(said string, words, numbers []uint32) *place {
	letters := grams(said)
	letters, words = letters[:min(len(letters), mostParts)], words[:min(len(words), mostParts)]
	all := make([]uint32, 0, len(letters)+len(words)+len(numbers))
	all = append(append(append(all, letters...), words...), numbers...)
	return &place{parts: all, words: uint16(len(letters)), digits: uint16(len(letters) + len(words))}
}

func (p *place) grams() []uint32     { return p.parts[:p.words] }
func (p *place) saidWords() []uint32 { return p.parts[p.words:p.digits] }
func (p *place) numbers() []uint32   { return p.parts[p.digits:] }

// unitWords are words of administration and of buildings, which some write and some do not.
var unitWords = strings.NewReplacer("省", " ", "市", " ", "区", " ", "县", " ", "街道办事处", " ", "街道", " ", "社区居委会", " ", "社区", " ", "居委会", " ",
	"村委会", "村 ",
	"大道", "路 ", "大街", "路 ", "路", "路 ", "街", "路 ", "胡同", "巷 ", "巷", "巷 ", "幢", " ", "栋", " ", "座", " ", "号楼", " ", "楼", " ", "单元", " ", "号",
	" ", "室", " ", "房", " ", "层", " ", "之", " ", "附", " ", "第", " ")

const chineseDigits = "〇一二三四五六七八九"

// chineseNumbers writes 十二 as 12 where a number of a house follows or precedes, not in names such as 三里屯.
func chineseNumbers(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) && (strings.ContainsRune(chineseDigits, runes[end]) || strings.ContainsRune("十百零", runes[end])) {
			end++
		}
		if end > i && end < len(runes) && strings.ContainsRune("号栋幢座单室楼层房巷弄组队", runes[end]) {
			b.WriteString(arabic(runes[i:end]))
			i = end
			continue
		}
		b.WriteRune(runes[i])
		i++
	}
	return b.String()
}

func arabic(runes []rune) string {
	value, digit, tens := 0, 0, false
	for _, c := range runes {
		switch c {
		case '十':
			value, digit, tens = value+max(1, digit)*10, 0, true
		case '百':
			value, digit, tens = value+max(1, digit)*100, 0, true
		case '零':
			digit *= 10
		default:
			d := slices.Index([]rune(chineseDigits), c)
			if tens {
				digit = d
			} else {
				digit = digit*10 + d
			}
		}
	}
	return strconv.Itoa(value + digit)
}

// pieces are the runs of digits and the words between them.
func pieces(s string) (out []string) {
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return c == ' ' || c == '-' }) {
		start := 0
		for i := 1; i < len(word); i++ {
			if digit(word[i]) != digit(word[i-1]) {
				out = append(out, word[start:i])
				start = i
			}
		}
		out = append(out, word[start:])
	}
	return out
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// compareAddresses is symmetric. Numbers tell doors apart: another number is never the same address.
func compareAddresses(a, b *value) level {
	switch {
	case a.text == "" || b.text == "":
		return missing
	case a.text == b.text:
		return addressSame
	}
	x, y := a.at, b.at
	numbers := agreeNumbers(x.numbers(), y.numbers())
	if x.whole == y.whole && numbers == agree {
		return addressSame
	}
	latin, alike := !a.han && !b.han, 0.0
	if sameWords(a, b) || latin && min(len(x.letters), len(y.letters)) >= 6 && !far(a.mask, b.mask, 2) && edits(x.letters, y.letters, 2) <= 2 {
		alike = 0.9
	} else if alike = dice(x.grams(), y.grams()); contained(x.grams(), y.grams()) || contained(x.saidWords(), y.saidWords()) {
		alike = max(alike, 0.8)
	}
	switch {
	case numbers != agree && len(x.numbers())+len(y.numbers()) > 0:
		if alike >= 0.6 && (numbers == partly || latin) {
			return addressAlike
		}
		return atLeast(alike, 0.5, addressPart)
	case alike >= 0.8:
		return addressNear
	case alike >= 0.6:
		return addressAlike
	}
	return atLeast(alike, 0.35, addressPart)
}

// sameWords reports whether two addresses differ in their numbers alone.
func sameWords(a, b *value) bool {
	if a.han || b.han {
		return a.han == b.han && slices.Equal(a.at.grams(), b.at.grams())
	}
	return a.at.letters == b.at.letters
}

func atLeast(have, wanted float64, l level) level {
	if have >= wanted {
		return l
	}
	return addressOther
}

type agreement uint8

const (
	differ agreement = iota
	partly
	agree
)

// agreeNumbers compares the numbers of two addresses from the last one, the door.
func agreeNumbers(a, b []uint32) agreement {
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(a) == 0 && len(b) == 0 || len(a) > 0 && slices.Equal(a, b[len(b)-len(a):]):
		return agree
	case len(a) == 0 || a[0] == b[0] || len(a) == len(b)-1 && a[0] == b[1]:
		return partly
	}
	return differ
}
