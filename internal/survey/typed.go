package survey

import "slices"

var typedKinds = []Kind{KindText, KindInteger, KindDecimal, KindDate, KindTime, KindDateTime, KindSelectOne, KindSelectMultiple, KindRank}

// Typed reports whether somebody types or picks the answer to the question: it is not computed, beyond what a trigger fills in for
// them to change, not noted by the tablet, and no file or place, which only who was there can give.
func (q *Question) Typed() bool {
	computed := q.Type == "calculate" || q.Calculation != "" && q.Trigger == ""
	return slices.Contains(typedKinds, q.Kind) && len(q.Label) > 0 && q.ReadOnly == "" && !computed
}
