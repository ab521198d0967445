// Package coverage tells how far the field work is: households per area, and outcome rates of a survey.
package coverage

import "doorstep/internal/survey"

// Counts is the number of cases in each class.
type Counts map[survey.Class]int64

// Rate is one outcome rate; Defined is false where its denominator is zero.
type Rate struct {
	Name    string
	Value   float64
	Defined bool
}

// Eligibility estimates e, the share of the cases of unknown eligibility that are eligible, as the share among the
// cases where it is known. ok is false when there are none.
func (c Counts) Eligibility() (e float64, ok bool) {
	eligible := c.sum(survey.Interview, survey.Partial, survey.Refusal, survey.NonContact, survey.Other)
	known := eligible + c.sum(survey.NotEligible)
	if known == 0 {
		return 0, false
	}
	return eligible / known, true
}

// Rates computes the response, cooperation, refusal and contact rates of AAPOR's Standard Definitions for an estimate e
// of the share of eligible cases among the unknown ones.
func (c Counts) Rates(e float64) []Rate {
	complete, interviewed := c.sum(survey.Interview), c.sum(survey.Interview, survey.Partial)
	eligible := c.sum(survey.Interview, survey.Partial, survey.Refusal, survey.NonContact, survey.Other)
	unknown := c.sum(survey.UnknownHousing, survey.UnknownOther)
	all, estimated := eligible+unknown, eligible+e*unknown
	contacted := interviewed + c.sum(survey.Refusal, survey.Other)
	able := interviewed + c.sum(survey.Refusal)
	refused := c.sum(survey.Refusal)
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

func (c Counts) sum(classes ...survey.Class) float64 {
	var n int64
	for _, class := range classes {
		n += c[class]
	}
	return float64(n)
}
