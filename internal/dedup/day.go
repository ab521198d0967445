package dedup

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/linkage"
	"doorstep/internal/tabular"
)

// looked is how many rows are looked at to see in which order a list writes day and month.
const looked = 2000

var errEnough = errors.New("enough")

// monthFirst tells of each field of birth dates whether it has the month before the day, as in 12/31/1990: where that
// makes a date of more of its cells.
func (l *list) monthFirst(from source) (map[int]bool, error) {
	votes := map[int]int{}
	err := from.beginning(func(row tabular.Row) {
		for i, f := range l.fields {
			if m := yearLast.FindStringSubmatch(row.Get(from.columns[i])); f.Role == linkage.BirthDate && m != nil {
				first, _ := strconv.Atoi(m[1])
				second, _ := strconv.Atoi(m[2])
				switch {
				case first <= 12 && second > 12:
					votes[i]++
				case first > 12 && second <= 12:
					votes[i]--
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	out := map[int]bool{}
	for i, n := range votes {
		out[i] = n > 0
	}
	return out, nil
}

var yearLast = regexp.MustCompile(`^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$`)

// inWords are dates with the name of the month.
var inWords = []string{"2 January 2006", "January 2 2006", "2 Jan 2006", "Jan 2 2006", "2006 Jan 2", "2Jan2006"}

// aged are ages in years, which some lists have in place of birth dates.
var aged = regexp.MustCompile(`^(\d{1,3}) *(周岁|虚岁|岁|歲|y|yrs?|years?)?$`)

// oldest is the highest age that is one.
const oldest = 120

// day writes a birth date as YYYY-MM-DD, and an age as the year of birth that follows from it in the year now; what is neither
// stays, with the year perhaps.
func day(cell string, monthFirst bool, now int) string {
	if iso, ok := tabular.Date(cell); ok {
		return iso
	}
	if m := aged.FindStringSubmatch(cell); m != nil {
		if years, _ := strconv.Atoi(m[1]); years <= oldest {
			return strconv.Itoa(now - years)
		}
	}
	if m := yearLast.FindStringSubmatch(cell); m != nil && monthFirst {
		return m[3] + "-" + m[1] + "-" + m[2]
	}
	if strings.ContainsAny(cell, "aeouAEOU") { // each month's name has one of these
		words := strings.Join(strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(" ,.-/", r) }), " ")
		for _, layout := range inWords {
			if t, err := time.Parse(layout, words); err == nil {
				return t.Format(time.DateOnly)
			}
		}
	}
	return cell
}
