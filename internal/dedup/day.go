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

// monthFirst tells of each column of birth dates whether it has the month before the day, as in 12/31/1990: where that
// makes a date of more of its cells.
func (l *list) monthFirst(file string) (map[string]bool, error) {
	votes, seen := map[string]int{}, 0
	_, err := tabular.Read(file, l.columns(), func(row tabular.Row) error {
		for _, f := range l.fields {
			if m := yearLast.FindStringSubmatch(row.Get(f.Column)); f.Role == linkage.BirthDate && m != nil {
				first, _ := strconv.Atoi(m[1])
				second, _ := strconv.Atoi(m[2])
				switch {
				case first <= 12 && second > 12:
					votes[f.Column]++
				case first > 12 && second <= 12:
					votes[f.Column]--
				}
			}
		}
		if seen++; seen == looked {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	out := map[string]bool{}
	for column, n := range votes {
		out[column] = n > 0
	}
	return out, nil
}

var yearLast = regexp.MustCompile(`^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$`)

// inWords are dates with the name of the month.
var inWords = []string{"2 January 2006", "January 2 2006", "2 Jan 2006", "Jan 2 2006", "2006 Jan 2", "2Jan2006"}

// day writes a birth date as YYYY-MM-DD; what is none stays, with the year perhaps.
func day(cell string, monthFirst bool) string {
	if iso, ok := tabular.Date(cell); ok {
		return iso
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
