package xform

import (
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// stored reports whether a question has a node among the answers.
func stored(q *survey.Question) bool { return q.Kind != survey.KindNone }

// value consumes the answer to q and returns it as a submission writes it.
func (r *answerReader) value(q *survey.Question) string {
	switch b := r.cur.peek(); {
	case b == '[' && (q.Kind == survey.KindSelectMultiple || q.Kind == survey.KindRank):
		return r.names(q)
	case b == '{' && q.Kind == survey.KindGeopoint:
		return r.geopoint(q)
	}
	return r.scalar(q.Name)
}

func (r *answerReader) names(q *survey.Question) string {
	var b strings.Builder
	r.cur.array(func() {
		s := r.scalar(q.Name)
		if s == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	})
	return b.String()
}

var geopointKeys = [4]string{"lat", "lon", "alt", "accuracy"}

func (r *answerReader) geopoint(q *survey.Question) string {
	var part [4]string
	last := 1
	r.within(q.Name+"/", func() {
		r.cur.object(func(key []byte) {
			for i, k := range geopointKeys {
				if string(key) == k {
					if part[i] = r.scalar(k); part[i] != "" && i > last {
						last = i
					}
					return
				}
			}
			r.cur.raw()
			r.unknown(key)
		})
	})
	if part[0] == "" && part[1] == "" {
		return ""
	}
	if part[0] == "" || part[1] == "" {
		r.shape(q.Name)
	}
	for i := range part {
		if part[i] == "" {
			part[i] = "0"
		}
	}
	return strings.Join(part[:last+1], " ")
}

// scalar consumes a string, number, boolean or null; an object or array is an issue and no answer.
func (r *answerReader) scalar(name string) string {
	switch r.cur.peek() {
	case '"':
		said := r.cur.text()
		kept := xmlText(said)
		r.cur.mended = r.cur.mended || kept != string(said)
		return kept
	case '{', '[':
		r.cur.raw()
		r.shape(name)
		return ""
	case 'n':
		r.cur.raw()
		return ""
	default:
		return withoutExponent(string(r.cur.raw()))
	}
}

// mostZeros is how far an exponent may move the point of a number.
const mostZeros = 400

// withoutExponent rewrites 1e3 as 1000, digit by digit, because XForms numbers have no exponent.
func withoutExponent(s string) string {
	at := strings.IndexAny(s, "eE")
	if at < 0 || s == "true" || s == "false" {
		return s
	}
	power, err := strconv.Atoi(s[at+1:])
	if err != nil || power > mostZeros || power < -mostZeros {
		return s // beyond every column: kept for the value rules to refuse
	}
	sign, mantissa := "", s[:at]
	if mantissa[0] == '-' {
		sign, mantissa = "-", mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits, point := whole+fraction, len(whole)+power
	if point < 1 {
		digits, point = strings.Repeat("0", 1-point)+digits, 1
	}
	digits += strings.Repeat("0", max(0, point-len(digits)))
	whole, fraction = strings.TrimLeft(digits[:point-1], "0")+digits[point-1:point], strings.TrimRight(digits[point:], "0")
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction
}

// plainNumber reports whether s is a JSON number without an exponent, so that it survives the way there and back.
func plainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, fraction, point := strings.Cut(s, ".")
	if whole == "" || len(whole) > 1 && whole[0] == '0' || !digits(whole) {
		return false
	}
	return !point || fraction != "" && digits(fraction)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
