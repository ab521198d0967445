package collections

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/survey"
)

// Geopoint is a point answer as its column keeps it; lengths in metres.
type Geopoint struct {
	Lat      float64  `json:"lat"`
	Lon      float64  `json:"lon"`
	Alt      *float64 `json:"alt,omitempty"`
	Accuracy *float64 `json:"accuracy,omitempty"`
}

// ParseGeopoint reads "lat lon alt accuracy", the last two optional.
func ParseGeopoint(s string) (Geopoint, bool) {
	f := strings.Fields(s)
	if len(f) < 2 || len(f) > 4 {
		return Geopoint{}, false
	}
	var v [4]float64
	for i, part := range f {
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return Geopoint{}, false
		}
		v[i] = n
	}
	if v[0] < -90 || v[0] > 90 || v[1] < -180 || v[1] > 180 {
		return Geopoint{}, false
	}
	p := Geopoint{Lat: v[0], Lon: v[1]}
	if len(f) > 2 {
		p.Alt = &v[2]
	}
	if len(f) > 3 {
		p.Accuracy = &v[3]
	}
	return p, true
}

// mostWhole is the largest whole number that a JSON reader keeps digit by digit (RFC 8259, section 6).
const mostWhole = 1<<53 - 1

// longestNumber is as much text as the column of a number takes; of a longer one the first 17 digits are kept.
const longestNumber = 60

// Encode turns an answer as an instance holds it into the value of its column. A number that would lose digits as one is
// a JSON text. ok is false when the answer does not fit the column's type: the column then stays empty, the raw submission
// keeps what was written.
func Encode(kind survey.Kind, answer string) (value any, ok bool) {
	if answer == "" && (kind == survey.KindInteger || kind == survey.KindDecimal || kind == survey.KindGeopoint) {
		return nil, true
	}
	switch kind {
	case survey.KindInteger:
		n, err := strconv.ParseInt(strings.TrimSuffix(answer, ".0"), 10, 64)
		if err != nil {
			return nil, false
		}
		if n > mostWhole || n < -mostWhole {
			return jsonText(strconv.FormatInt(n, 10)), true
		}
		return n, true
	case survey.KindDecimal:
		n, err := strconv.ParseFloat(answer, 64)
		if err != nil || n != n || n > 1e300 || n < -1e300 {
			return nil, false
		}
		if !Exact(answer, n) && len(answer) <= longestNumber {
			return jsonText(answer), true
		}
		return n, true
	case survey.KindSelectMultiple, survey.KindRank:
		return jsonText(strings.Fields(answer)), true
	case survey.KindGeopoint:
		p, good := ParseGeopoint(answer)
		if !good {
			return nil, false
		}
		return jsonText(p), true
	case survey.KindGeotrace, survey.KindGeoshape:
		return encodeLine(answer)
	case survey.KindDate:
		if answer == "" {
			return "", true
		}
		day := answer
		if len(day) > 10 {
			day = day[:10]
		}
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return "", false
		}
		return day, true
	default:
		return answer, true
	}
}

// Exact reports whether n is the very number that text writes: whether digits that are not zero were lost.
func Exact(text string, n float64) bool {
	digits, exponent := significant(text)
	kept, at := significant(strconv.FormatFloat(n, 'e', -1, 64))
	return digits == kept && (exponent == at || digits == "")
}

// significant is the digits of a number without the zeros around them, and the power of ten behind the last one.
func significant(number string) (digits string, exponent int) {
	mantissa, power, _ := strings.Cut(strings.ToLower(strings.TrimLeft(number, "+-")), "e")
	exponent, _ = strconv.Atoi(power) // none is 0
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent -= len(fraction)
	digits = strings.TrimRight(whole+fraction, "0")
	exponent += len(whole) + len(fraction) - len(digits)
	return strings.TrimLeft(digits, "0"), exponent
}

func encodeLine(answer string) (any, bool) {
	if strings.TrimSpace(answer) == "" {
		return nil, true
	}
	var points []Geopoint
	for _, part := range strings.Split(strings.TrimSuffix(strings.TrimSpace(answer), ";"), ";") {
		p, ok := ParseGeopoint(part)
		if !ok {
			return nil, false
		}
		points = append(points, p)
	}
	return jsonText(points), true
}

// jsonText is a JSON column's value; an empty list is [].
func jsonText(v any) string {
	if list, ok := v.([]string); ok && len(list) == 0 {
		return "[]"
	}
	b, err := json.Marshal(v)
	if err != nil { // only strings and finite numbers come here
		return "null"
	}
	return string(b)
}

// Decode turns a column's value back into the answer as an instance holds it; the opposite of Encode.
func Decode(kind survey.Kind, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case []byte:
		return decodeText(kind, string(v))
	case string:
		return decodeText(kind, v)
	default:
		return ""
	}
}

func decodeText(kind survey.Kind, s string) string {
	switch kind {
	case survey.KindInteger, survey.KindDecimal:
		return strings.Trim(s, `"`)
	case survey.KindSelectMultiple, survey.KindRank:
		var names []string
		if json.Unmarshal([]byte(s), &names) != nil {
			return ""
		}
		return strings.Join(names, " ")
	case survey.KindGeopoint:
		var p givenPoint
		if noJSON(s) || json.Unmarshal([]byte(s), &p) != nil || !p.whole() {
			return ""
		}
		return p.String()
	case survey.KindGeotrace, survey.KindGeoshape:
		var points []givenPoint
		if noJSON(s) || json.Unmarshal([]byte(s), &points) != nil {
			return ""
		}
		parts := make([]string, len(points))
		for i := range points {
			if !points[i].whole() {
				return ""
			}
			parts[i] = points[i].String()
		}
		return strings.Join(parts, ";")
	default:
		return s
	}
}

// givenPoint is a point as JSON gives it. Without a latitude or a longitude it is none; it does not lie where the equator meets Greenwich.
type givenPoint struct {
	Lat *float64 `json:"lat"`
	Lon *float64 `json:"lon"`
	Geopoint
}

func (g *givenPoint) whole() bool {
	if g.Lat == nil || g.Lon == nil {
		return false
	}
	g.Geopoint.Lat, g.Geopoint.Lon = *g.Lat, *g.Lon
	return true
}

// noJSON tells of a JSON column without an answer, as SQL or as a record gives it.
func noJSON(s string) bool { return s == "" || s == "null" }

// String writes the point as an instance holds it.
func (p Geopoint) String() string {
	parts := []string{format(p.Lat), format(p.Lon)}
	if p.Alt != nil || p.Accuracy != nil {
		parts = append(parts, format(orZero(p.Alt)))
	}
	if p.Accuracy != nil {
		parts = append(parts, format(*p.Accuracy))
	}
	return strings.Join(parts, " ")
}

func orZero(p *float64) float64 {
	if p == nil {
		return 0
	}
	return *p
}

func format(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
