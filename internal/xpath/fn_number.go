package xpath

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"

	"doorstep/internal/survey"
)

var numberFunctions = []function{
	{name: "number", high: 1, params: "x", context: true, build: buildNumber},
	{name: "int", low: 1, high: 1, params: "n", build: numberOf1(math.Trunc)},
	{name: "floor", low: 1, high: 1, params: "n", build: numberOf1(math.Floor)},
	{name: "ceiling", low: 1, high: 1, params: "n", build: numberOf1(math.Ceil)},
	{name: "abs", low: 1, high: 1, params: "n", build: numberOf1(math.Abs)},
	{name: "round", low: 1, high: 2, params: "nn", build: buildRound},
	{name: "pow", low: 2, high: 2, params: "nn", build: numberOf2(pow)},
	{name: "exp", low: 1, high: 1, params: "n", build: numberOf1(math.Exp)},
	{name: "exp10", low: 1, high: 1, params: "n", build: numberOf1(func(x float64) float64 { return pow(10, x) })},
	{name: "log", low: 1, high: 1, params: "n", build: numberOf1(math.Log)},
	{name: "log10", low: 1, high: 1, params: "n", build: numberOf1(math.Log10)},
	{name: "sqrt", low: 1, high: 1, params: "n", build: numberOf1(math.Sqrt)},
	{name: "sin", low: 1, high: 1, params: "n", build: numberOf1(math.Sin)},
	{name: "cos", low: 1, high: 1, params: "n", build: numberOf1(math.Cos)},
	{name: "tan", low: 1, high: 1, params: "n", build: numberOf1(math.Tan)},
	{name: "asin", low: 1, high: 1, params: "n", build: numberOf1(asin)},
	{name: "acos", low: 1, high: 1, params: "n", build: numberOf1(acos)},
	{name: "atan", low: 1, high: 1, params: "n", build: numberOf1(math.Atan)},
	{name: "atan2", low: 2, high: 2, params: "nn", build: numberOf2(math.Atan2)},
	{name: "pi", params: "x", build: func(*call) *code { return numberCode(func(*frame) float64 { return math.Pi }) }},
	{name: "sum", low: 1, high: 1, params: "N", build: buildSum},
	{name: "max", high: -1, params: "x", build: buildExtreme(math.Max)},
	{name: "min", high: -1, params: "x", build: buildExtreme(math.Min)},
	{name: "random", params: "x", uses: UsesRandom, build: buildRandom},
}

func buildNumber(c *call) *code { return numberCode(c.orContext().number) }

// buildRound compiles round(), which goes by the decimal text of the number as JavaRosa does: halves go up, and decimals
// may be negative.
func buildRound(c *call) *code {
	x := c.args[0].number
	if len(c.args) == 1 {
		return numberCode(func(f *frame) float64 { f.spend(1); return roundTo(x(f), 0) })
	}
	decimals := c.args[1].number
	return numberCode(func(f *frame) float64 { f.spend(1); return roundTo(x(f), decimals(f)) })
}

// mostDecimals is how many decimals JavaRosa rounds to, on either side of the point.
const mostDecimals = 30

func roundTo(x, decimals float64) float64 {
	if math.IsNaN(decimals) {
		decimals = 0 // as an int of Java
	}
	places := int(max(min(decimals, mostDecimals+1), -mostDecimals-1))
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return x
	case places > mostDecimals || places < -mostDecimals:
		return math.NaN()
	case places < 0:
		shift := math.Pow(10, float64(-places))
		return math.Trunc(x/shift+0.5) * shift
	}
	return roundText(x, places)
}

// roundText rounds the shortest decimal text of x.
func roundText(x float64, places int) float64 {
	text, ok := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64))
	if !ok { // FormatFloat writes numbers
		return math.NaN()
	}
	shift := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	text.Mul(text, shift).Add(text, big.NewRat(1, 2))
	whole := new(big.Int).Div(text.Num(), text.Denom()) // down, so that halves have gone up
	out, _ := new(big.Rat).Quo(new(big.Rat).SetInt(whole), shift).Float64()
	if out == 0 && math.Signbit(x) {
		return math.Copysign(0, -1)
	}
	return out
}

// pow is NaN for 1 to an unlimited or undefined power, as in the clients' language.
func pow(x, y float64) float64 {
	if math.IsNaN(y) || math.Abs(x) == 1 && math.IsInf(y, 0) {
		return math.NaN()
	}
	return math.Pow(x, y)
}

// asin and acos go through the tangent, which keeps the last digit where subtracting from π/2 loses it.
func asin(x float64) float64 { return math.Atan2(x, math.Sqrt((1-x)*(1+x))) }

func acos(x float64) float64 { return 2 * math.Atan2(math.Sqrt(1-x), math.Sqrt(1+x)) }

// buildSum compiles sum(), which skips what is no number and is 0 for none.
func buildSum(c *call) *code {
	arg := c.args[0]
	return numberCode(func(f *frame) float64 {
		mark := len(f.arena)
		set := arg.nodes(f)
		f.arena = f.arena[:mark]
		total := 0.0
		for _, n := range set {
			f.spend(1)
			if x := f.numberOfNode(n); !math.IsNaN(x) {
				total += x
			}
		}
		return total
	})
}

// buildExtreme compiles max() and min() over every node of every argument, but for those that are no numbers; NaN for
// none.
func buildExtreme(better func(a, b float64) float64) func(*call) *code {
	return func(c *call) *code {
		args := c.args
		return numberCode(func(f *frame) float64 {
			best := math.NaN()
			for _, arg := range args {
				mark := len(f.arena)
				v := arg.value(f)
				f.arena = f.arena[:mark]
				f.eachNumber(&v, func(n float64) {
					switch {
					case math.IsNaN(n):
					case math.IsNaN(best):
						best = n
					default:
						best = better(best, n)
					}
				})
			}
			return best
		})
	}
}

func (f *frame) eachNumber(v *Value, visit func(float64)) {
	f.spend(1 + len(v.Nodes))
	if v.Kind != Nodes {
		visit(f.number(v))
	}
	for _, n := range v.Nodes {
		visit(f.numberOfNode(n))
	}
}

func buildRandom(c *call) *code {
	off := c.off
	return numberCode(func(f *frame) float64 { return f.randomFloat(off) })
}

// randomFloat is uniform in [0, 1).
func (f *frame) randomFloat(off int) float64 {
	var b [8]byte
	f.spend(1)
	f.random(off, b[:])
	return float64(binary.LittleEndian.Uint64(b[:])>>11) / (1 << 53)
}

// parkMiller is the generator of Park and Miller (1988), which the clients use for seeded randomize().
type parkMiller int64

const (
	parkMillerModulus    = 1<<31 - 1
	parkMillerMultiplier = 16807
)

func newParkMiller(seed int64) *parkMiller {
	state := parkMiller(seed % parkMillerModulus)
	if state <= 0 {
		state += parkMillerModulus - 1
	}
	return &state
}

func (p *parkMiller) next() float64 {
	*p = *p * parkMillerMultiplier % parkMillerModulus
	return float64(*p-1) / (parkMillerModulus - 1)
}

// shuffle orders nodes by the inside-out variant of Fisher and Yates.
func shuffle(in []*survey.Node, next func() float64) []*survey.Node {
	out := make([]*survey.Node, len(in))
	for i, n := range in {
		j := int(next() * float64(i+1))
		out[i] = out[j]
		out[j] = n
	}
	return out
}
