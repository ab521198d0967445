// Package coverage tells how far the field work is: households per area, and outcome rates of a survey.
package coverage

import "strings"

// Class is the letter that AAPOR's rates use for a group of final dispositions.
type Class string

const (
	Interview      Class = "I"
	Partial        Class = "P"
	Refusal        Class = "R" // refusals and break-offs
	NonContact     Class = "NC"
	Other          Class = "O"
	UnknownHousing Class = "UH" // unknown whether there is a housing unit
	UnknownOther   Class = "UO" // unknown whether somebody eligible lives there
	NotEligible    Class = "NE"
)

// groups leads from the beginning of a disposition code to its letter: AAPOR Standard Definitions, 10th edition (2023).
var groups = []struct {
	Prefix string
	Class  Class
}{
	{"1.1", Interview}, {"1.2", Partial}, {"2.1", Refusal}, {"2.2", NonContact}, {"2.3", Other},
	{"3.1", UnknownHousing}, {"3.2", UnknownOther}, {"3.9", UnknownOther}, {"4.", NotEligible},
}

// Classify finds the class of a disposition code such as "2.112"; ok is false for what is no such code.
func Classify(code string) (class Class, ok bool) {
	if strings.Trim(code, "0123456789.") != "" {
		return "", false
	}
	for _, g := range groups {
		if strings.HasPrefix(code, g.Prefix) {
			return g.Class, true
		}
	}
	return "", false
}

// Counts is the number of cases in each class.
type Counts map[Class]int64

// Rate is one outcome rate; Defined is false where its denominator is zero.
type Rate struct {
	Name    string
	Value   float64
	Defined bool
}

// Eligibility estimates e, the share of the cases of unknown eligibility that are eligible, as the share among the
// cases where it is known. ok is false when there are none.
func (c Counts) Eligibility() (e float64, ok bool) {
	eligible := c.sum(Interview, Partial, Refusal, NonContact, Other)
	known := eligible + c.sum(NotEligible)
	if known == 0 {
		return 0, false
	}
	return eligible / known, true
}

// Rates computes the response, cooperation, refusal and contact rates of AAPOR's Standard Definitions for an estimate e
// of the share of eligible cases among the unknown ones.
func (c Counts) Rates(e float64) []Rate {
	complete, interviewed := c.sum(Interview), c.sum(Interview, Partial)
	eligible := c.sum(Interview, Partial, Refusal, NonContact, Other)
	unknown := c.sum(UnknownHousing, UnknownOther)
	all, estimated := eligible+unknown, eligible+e*unknown
	contacted := interviewed + c.sum(Refusal, Other)
	able := interviewed + c.sum(Refusal)
	refused := c.sum(Refusal)
	return []Rate{
		rate("RR1", complete, all), rate("RR2", interviewed, all),
		rate("RR3", complete, estimated), rate("RR4", interviewed, estimated),
		rate("RR5", complete, eligible), rate("RR6", interviewed, eligible),
		rate("COOP1", complete, contacted), rate("COOP2", interviewed, contacted),
		rate("COOP3", complete, able), rate("COOP4", interviewed, able),
		rate("REF1", refused, all), rate("REF2", refused, estimated), rate("REF3", refused, eligible),
		rate("CON1", contacted, all), rate("CON2", contacted, estimated), rate("CON3", contacted, eligible),
	}
}

func rate(name string, part, whole float64) Rate {
	if whole == 0 {
		return Rate{Name: name}
	}
	return Rate{name, part / whole, true}
}

func (c Counts) sum(classes ...Class) float64 {
	var n int64
	for _, class := range classes {
		n += c[class]
	}
	return float64(n)
}
