package coverage

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"doorstep/collections"
	"doorstep/collections/territory"
)

// coverage_finals holds how many cases of each community ended in which way, and the sums of each street, district and city. Keep makes
// it of the visits. A community with a visit that has changed since stands in coverage_stale, as does whoever was merged: readers take
// those communities from the visits, so that an answer is always what all visits say.

// Lines says what EachFinal tells apart, and how much it tells.
type Lines struct {
	Level  int    // an area is told down to it
	Worker bool   // workers are told apart: an attempt may then have neither area nor campaign
	From   string // communities, or workers, before it may be left out
	Most   int    // and the others once so many behind From, and one more, are told whole; 0 for all
}

// EachFinal tells how the cases of v ended, with how many of them: some are told as less than none, for what was counted otherwise
// before.
func EachFinal(db collections.DB, v Visits, l Lines, final func(Attempt, int64)) error {
	one := func(a Attempt) { final(a, 1) }
	same, err := sameRanks(db, v)
	if err != nil {
		return err
	}
	if !same || l.Level > territory.Community {
		return EachCase(db, v, one)
	}
	if l.Worker {
		l.Level = territory.Community
	}
	whole, parts := v.parted(territory.CommunityDigits)
	stale, err := staleIn(db, v.Table, whole)
	if err != nil {
		return err
	}
	for _, r := range whole {
		read := v.eachKept
		if l.Most > 0 && l.Level == territory.Community && (!l.Worker || len(r.Lo) < collections.StreetDigits) {
			read = v.inOrder
		}
		if err := read(db, kept{r, l}, stale, final); err != nil {
			return fmt.Errorf("cases that are counted: %w", err)
		}
	}
	v.Ranges = parts
	for _, community := range stale {
		v.Ranges = append(v.Ranges, exactly(community, territory.CommunityDigits))
	}
	if len(v.Ranges) == 0 {
		return nil
	}
	return EachCase(db, v, one)
}

// parted gives the ranges that are areas whose codes have so many digits or fewer, and the smaller ones.
func (v Visits) parted(digits int) (large, small []territory.Range) {
	for _, r := range v.Ranges {
		if len(r.Lo) <= digits {
			large = append(large, r)
		} else {
			small = append(small, r)
		}
	}
	return large, small
}

// levelOf is the level whose areas lie in a range or outside of it.
func levelOf(r territory.Range) int {
	for level, digits := range collections.AreaDigits {
		if len(r.Lo) <= digits {
			return level
		}
	}
	return territory.Grid
}

// exactly is the range of what lies in an area whose code has so many digits, or has the code of a larger one itself.
func exactly(code string, digits int) territory.Range {
	if len(code) < digits {
		return territory.Range{Lo: code, Hi: code + "\x00"}
	}
	return territory.Of([]string{code})[0]
}

// kept is a range whose counts are read, by worker or by area and campaign.
type kept struct {
	in territory.Range
	Lines
}

// row returns the columns that tell whose a count is, and where a row with them is read into.
func (k kept) row(a *Attempt, n *int64) (whose string, into []any) {
	if k.Worker {
		return `f.worker`, []any{&a.Version, &a.Outcome, n, &a.Worker}
	}
	return `f.area, f.campaign`, []any{&a.Version, &a.Outcome, n, &a.Area, &a.Campaign}
}

// eachKept tells what is kept of a range, less what is kept of the stale communities. One statement reads both, so that they are of one
// moment.
func (v Visits) eachKept(db collections.DB, k kept, stale []string, final func(Attempt, int64)) error {
	var without []string
	for _, community := range stale {
		if community >= k.in.Lo && community < k.in.Hi {
			without = append(without, community)
		}
	}
	var a Attempt
	var n int64
	whose, into := k.row(&a, &n)
	level := max(k.Level, levelOf(k.in))
	return collections.Each(db, `SELECT f.version, f.code, f.cases, `+whose+` FROM coverage_finals f
			WHERE f.records=? AND f.level=? AND f.area>=? AND f.area<? AND (?='' OR f.campaign=?)
		UNION ALL SELECT f.version, f.code, -f.cases, `+whose+` FROM json_each(?) CROSS JOIN coverage_finals f
			ON f.records=? AND f.level=? AND f.area=json_each.value AND (?='' OR f.campaign=?)`,
		[]any{v.Table, level, k.in.Lo, k.in.Hi, v.Campaign, v.Campaign,
			collections.JSONList(without), v.Table, territory.Community, v.Campaign, v.Campaign},
		func(rows *sql.Rows) error {
			err := rows.Scan(into...)
			if err == nil {
				final(v.understood(a), n)
			}
			return err
		})
}

// errEnough ends a read that has told enough.
var errEnough = errors.New("enough")

// inOrder tells what is kept of the communities of a range that are not stale, in the order of areas or of workers.
func (v Visits) inOrder(db collections.DB, k kept, stale []string, final func(Attempt, int64)) error {
	var a Attempt
	var n int64
	whose, into := k.row(&a, &n)
	where, by, args := `f.area>=? AND +f.area>=? AND f.area<?`, &a.Area, []any{v.Table, k.From, k.in.Lo, k.in.Hi}
	if k.Worker {
		where, by = `f.worker>=? AND +f.area>=? AND +f.area<?`, &a.Worker
	}
	told, last := 0, ""
	community := strconv.Itoa(territory.Community) // a literal, as in the index
	err := collections.Each(db, `SELECT f.version, f.code, f.cases, `+whose+` FROM coverage_finals f
		WHERE f.records=? AND f.level=`+community+` AND `+where+` AND (?='' OR f.campaign=?)
		AND f.area NOT IN (SELECT value FROM json_each(?)) ORDER BY `+whose,
		append(args, v.Campaign, v.Campaign, collections.JSONList(stale)), func(rows *sql.Rows) error {
			if err := rows.Scan(into...); err != nil {
				return err
			}
			if told == 0 || *by != last {
				told, last = told+1, *by
			}
			if told > k.Most+2 {
				return errEnough
			}
			final(v.understood(a), n)
			return nil
		})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// staleIn lists the communities in the ranges whose cases are to be counted anew. Who was merged is read first: Keep turns that into
// communities, so that one of the two reads finds it.
func staleIn(db collections.DB, table string, ranges []territory.Range) (all []string, err error) {
	of, err := ofMerged(db, table)
	if err != nil {
		return nil, err
	}
	for _, r := range ranges {
		some, err := collections.Column[string](db, `SELECT key FROM coverage_stale WHERE what='area' AND key>=? AND key<?`, r.Lo, r.Hi)
		if err != nil {
			return nil, fmt.Errorf("stale communities: %w", err)
		}
		all = append(all, some...)
	}
	for _, community := range of {
		in := func(r territory.Range) bool { return community >= r.Lo && community < r.Hi }
		if !slices.Contains(all, community) && slices.ContainsFunc(ranges, in) {
			all = append(all, community)
		}
	}
	return all, nil
}

// ofMerged lists the communities of the visits to who was merged lately.
func ofMerged(db collections.DB, table string) (all []string, err error) {
	moved, err := mergedLately(db)
	if err != nil {
		return nil, err
	}
	for _, one := range moved {
		areas, err := collections.Column[string](db, `SELECT area FROM "`+table+`" WHERE `+one.what+`=?`, one.id)
		if err != nil {
			return nil, fmt.Errorf("communities of who was merged: %w", err)
		}
		for _, area := range areas {
			all = append(all, territory.InCommunity(area))
		}
	}
	return all, nil
}

// who is a household or a person: what is the column of a visit.
type who struct{ what, id string }

// mergedLately lists who was merged, or is so no more, since Keep last looked, and who was merged into one of those before.
func mergedLately(db collections.DB) ([]who, error) {
	changed := map[string]string{}
	var all []who
	err := collections.Each(db, `SELECT what, key FROM coverage_stale WHERE what IN ('household','person')`, nil, func(rows *sql.Rows) error {
		var one who
		err := rows.Scan(&one.what, &one.id)
		changed[one.id], all = one.what, append(all, one)
		return err
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	merged, err := LoadSurvivors(db)
	if err != nil {
		return nil, err
	}
	for id := range merged {
		at := id
		for range len(merged) {
			if what, is := changed[at]; is && at != id {
				all = append(all, who{what, id})
				break
			}
			if at = merged[at]; at == "" {
				break
			}
		}
	}
	return all, nil
}

// sameRanks reports whether outcomes still mean what they meant to Keep.
func sameRanks(db collections.DB, v Visits) (bool, error) {
	same := true
	err := collections.Each(db, `SELECT version, code, rank FROM coverage_ranks WHERE records=?`, []any{v.Table}, func(rows *sql.Rows) error {
		var version, code string
		var rank int
		err := rows.Scan(&version, &code, &rank)
		same = same && rank == v.rank(version, code)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("ranks of outcomes: %w", err)
	}
	return same, nil
}

// rank returns how final an outcome is: of the attempts of a case the one with the highest rank counts.
func (v Visits) rank(version, code string) int {
	meaning, _ := v.Meaning(version, code)
	return finality[meaning.Class]
}
