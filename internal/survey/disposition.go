package survey

import "strings"

// Class is the letter that AAPOR's rates use for a group of final dispositions.
type Class string

// Classes of AAPOR's Standard Definitions, 10th edition (2023).
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

// groups leads from the beginning of a disposition code to its class, and to the household result of the DHS surveys that
// says the same where a form says none. The first that fits is taken.
var groups = []struct {
	prefix string
	class  Class
	dhs    string
}{
	{"1.1", Interview, "1"}, {"1.2", Partial, "1"}, {"2.1", Refusal, "5"}, {"2.2", NonContact, "2"}, {"2.3", Other, "9"},
	{"3.18", UnknownHousing, "8"}, {"3.1", UnknownHousing, "9"}, {"3.2", UnknownOther, "9"}, {"3.9", UnknownOther, "9"},
	{"4.5", NotEligible, "6"}, {"4.6", NotEligible, "6"}, {"4.", NotEligible, "9"},
}

// householdResults leads from the household result of the DHS surveys (hv015) to AAPOR's code, for forms that know no other.
var householdResults = map[string]string{"1": "1.1", "2": "2.24", "3": "2.25", "4": "2.25", "5": "2.111", "6": "4.60", "7": "4.63",
	"8": "3.18", "9": "2.36"}

// Classify finds the class of one of AAPOR's codes such as "2.112"; ok is false for what is no such code.
func Classify(code string) (class Class, ok bool) {
	class, _, ok = group(code)
	return class, ok
}

func group(code string) (class Class, dhs string, ok bool) {
	if strings.Trim(code, "0123456789.") != "" {
		return "", "", false
	}
	for _, g := range groups {
		if strings.HasPrefix(code, g.prefix) {
			return g.class, g.dhs, true
		}
	}
	return "", "", false
}

// Columns of the choices sheet that say what an outcome is in the standards.
const (
	AAPORColumn = "aapor"
	DHSColumn   = "dhs"
)

// Standard reports whether a column of a disposition holds a code of its standard.
func Standard(column, code string) bool {
	if column == DHSColumn {
		return householdResults[code] != ""
	}
	_, ok := Classify(code)
	return ok
}

// Disposition is what a code of a form's outcome means.
type Disposition struct {
	AAPOR, DHS string
	Class      Class
}

// Dispositions are the meanings of a form's outcome codes.
type Dispositions struct {
	declared map[string]Disposition // by code; nil where the codes are AAPOR's own
}

// Dispositions reads what the choice list of the question outcome says in its columns aapor and dhs. Either may be missing:
// it follows from the other. A choice with neither is no disposition, such as a neighbour's information. A list without the
// columns speaks AAPOR's codes itself.
func (f *Form) Dispositions() Dispositions {
	var list *ChoiceList
	f.Walk(func(q *Question) bool {
		if q.Name == "outcome" && q.List != "" && list == nil {
			list = f.Lists[q.List]
		}
		return true
	})
	if list == nil {
		return Dispositions{}
	}
	declared, says := map[string]Disposition{}, false
	for i := range list.Choices {
		c := &list.Choices[i]
		aapor, dhs := c.extra(AAPORColumn), c.extra(DHSColumn)
		if aapor == "" && dhs == "" {
			continue
		}
		says = true
		if aapor == "" {
			aapor = householdResults[dhs]
		}
		if class, follows, ok := group(aapor); ok {
			if dhs == "" {
				dhs = follows
			}
			declared[c.Name] = Disposition{aapor, dhs, class}
		}
	}
	if !says {
		return Dispositions{}
	}
	return Dispositions{declared}
}

// Of is what a code means; ok is false for what is no disposition.
func (d Dispositions) Of(code string) (one Disposition, ok bool) {
	if d.declared != nil {
		one, ok = d.declared[code]
		return one, ok
	}
	class, dhs, ok := group(code)
	return Disposition{code, dhs, class}, ok
}

// Declared lists the codes of a class that the form declares; nil with ok false where the codes are AAPOR's own.
func (d Dispositions) Declared(classes ...Class) (codes []string, ok bool) {
	if d.declared == nil {
		return nil, false
	}
	for code, one := range d.declared {
		for _, class := range classes {
			if one.Class == class {
				codes = append(codes, code)
			}
		}
	}
	return codes, true
}

func (c *Choice) extra(name string) string {
	for _, e := range c.Extra {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}
