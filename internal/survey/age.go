package survey

import "time"

// Age is how many whole years somebody is old on a day, both as YYYY-MM-DD: from the birthday on, and of who was born on 29
// February from 1 March on in other years. ok is false for what are no days, and before the birth.
func Age(birth, day string) (years int, ok bool) {
	born, err := time.Parse(time.DateOnly, birth)
	if err != nil {
		return 0, false
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || at.Before(born) {
		return 0, false
	}
	years = at.Year() - born.Year()
	if at.Month() < born.Month() || at.Month() == born.Month() && at.Day() < born.Day() {
		years--
	}
	return years, true
}
