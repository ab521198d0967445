package sensitive

import "doorstep/internal/survey"

// Handled is what becomes of the answers to one question, for who publishes a form.
type Handled struct {
	Table  string        `json:"table"`
	Column string        `json:"column"`
	Sealed bool          `json:"sealed"`
	Export string        `json:"export"` // in a de-identified export: keep, day, small_number, month, age_band or left_out
	Why    *survey.Words `json:"why,omitempty"`
}

var exported = map[Treatment]string{
	Keep: "keep", AsDay: "day", AsSpan: "small_number", AsMonth: "month", AsAge: "age_band", AsYear: "age_band", Guarded: "keep",
	IfSmall: "small_number", MayTell: "left_out", LeftOut: "left_out",
}

// Handling is what becomes of the answers to every question of a form, in its order.
func Handling(f *survey.Form) []Handled {
	judge := New(f)
	var all []Handled
	for _, t := range f.Tables() {
		for _, c := range t.Columns {
			v := judge.Judge(c.Question)
			h := Handled{Table: t.Name, Column: c.Name, Sealed: v.Treatment.Sealed(), Export: exported[v.Treatment]}
			if v.Treatment != Keep {
				h.Why = &v.Why
			}
			all = append(all, h)
		}
	}
	return all
}
