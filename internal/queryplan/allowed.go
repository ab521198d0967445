package queryplan

import "strings"

// allowed are parts of the statements that may read more than they answer, and why.
var allowed = []struct {
	parts []string
	step  string // that alone, or all of them
	why   string
}{
	{[]string{`FROM audit ORDER BY seq`}, "", "the audit trail is verified from end to end"},
	{[]string{`ORDER BY m.household`},
		"", "an export tells its outcomes household by household: all of the city's along an index, or the territory's sorted"},
	{[]string{`FROM uploads)`}, "", "the sweep of files looks, once a night, at all that is referred to"},
	{[]string{`SELECT sha256, 1 FROM uploads`}, "", "the same, and a backup"},
	{[]string{`SELECT id, sealed FROM "`, `WHERE sealed!=''`}, "", "an operator looks for damaged rows, in all of the city"},
	{[]string{`INSERT INTO record_issues (collection`}, "USE TEMP B-TREE", "an upgrade, once"},
	{[]string{`DELETE FROM uploads WHERE updated<?`}, "", "the same"},
	{[]string{`WITH RECURSIVE first(target, hi)`}, "", "a pull sorts what has changed for the worker since the last one"},
	{[]string{`s.outcome='quarantined' AND `, ` ORDER BY s.received_at`, ` LIMIT`},
		"", "the list of what is in quarantine sorts what waits in the territory"},
	{[]string{`code='operation.unknown_form'`}, "", "what waits for a form is in an index of its own"},
	{[]string{`INDEXED BY idx_submissions_waiting`}, "", "what waits for a submission is in an index of its own"},
	{[]string{`+m.received_at>=? ORDER BY m.received_at DESC`}, "", "a preview sorts the times of a month of the territory"},
	{[]string{`COLLATE NOCASE LIMIT 1`}, "", "PocketBase looks for the id of what somebody creates by hand"},
	{[]string{`temp_view_`}, "", "PocketBase reads a row of a view when that is changed, as with a new form"},
	{[]string{`ORDER BY LOWER(`}, "", "a list of a small place is sorted; no index has this order, so none of the whole city is walked along"},
	{[]string{`__auth_workers`, `COUNT(DISTINCT `}, "USE TEMP B-TREE FOR count(DISTINCT)", "lists are counted in small places alone"},
	{[]string{`__auth_workers`, ` ORDER BY `, ` LIMIT `},
		"SCAN", "a list of a large place goes along the index of its order until the page is full"},
	{[]string{`FROM ` + "`review_queue`" + ` LEFT JOIN`}, "USE TEMP B-TREE", "the review queue sorts what waits in the territory"},
	{[]string{`FROM ` + "`open_duplicates`" + ` LEFT JOIN`}, "USE TEMP B-TREE", "open pairs of the territory are sorted"},
	{[]string{`__auth_workers`, "`position`"}, "USE TEMP B-TREE", "the rows of a record are sorted by their place in it"},
	{[]string{`FROM ` + "`community_coverage`" + ` LEFT JOIN`},
		"USE TEMP B-TREE", "coverage tells the households of each community that is listed apart"},
	{[]string{`__auth_workers`, ".`area`) >= ?", ` ORDER BY `},
		"USE TEMP B-TREE", "a list of a large place in another order than that of places: its rule leads to the places first"},
	{[]string{`INDEXED BY idx_duplicates_area_b`}, "USE TEMP B-TREE", "open pairs of some streets, by either side, are sorted"},
	{[]string{`INDEXED BY idx_tasks_reports_area`}, "USE TEMP B-TREE", "open reports of some streets are sorted"},
	{[]string{`INDEXED BY idx_tasks_settled_area`}, "USE TEMP B-TREE", "settled reports of some streets are sorted"},
	{[]string{`FROM record_issues i CROSS JOIN`},
		"USE TEMP B-TREE", "the queue of one finding sorts the records of the territory that have it"},
	{[]string{`AND +v.review_state IN (SELECT value FROM json_each(?)) AND`},
		"USE TEMP B-TREE FOR ORDER BY", "the queue of what was returned sorts what it finds in some streets"},
	{[]string{`AND +v.review_state!='rejected' AND v.received_at>=?`},
		"USE TEMP B-TREE FOR ORDER BY", "quality sorts the times of some streets' interviews, and keeps the newest"},
	{[]string{`,0) IS NOT (`, `LIMIT 1`}, "", "publishing a version looks once whether a record counts otherwise by it"},
	{[]string{`INSERT INTO coverage_`, `COUNT(*)`}, "", "a table that was not counted before is counted, once"},
	{[]string{`INSERT INTO coverage_areas`, `GROUP BY`}, "", "the same"},
	{[]string{`INSERT INTO coverage_stale`, `SELECT DISTINCT`}, "", "the same"},
	{[]string{`DELETE FROM coverage_`}, "", "the same"},
	{[]string{`WITH reach AS (`}, "USE TEMP B-TREE FOR ORDER BY", "the areas beside a change of borders, of a territory, are sorted"},
	{[]string{`FROM blocking_gone g`},
		"SCAN g", "who has changed within the seconds in which the keys of a register are written: few, and emptied after it"},
	{[]string{`SELECT code FROM areas UNION SELECT code FROM area_revisions`},
		"", "a manager lets the records of all areas be looked at again"},
	{[]string{`SET issues=(SELECT json_group_array`}, "", "an upgrade, once"},
	{[]string{`WHERE field LIKE '@files/%'`}, "", "an upgrade, once"},
}

// Allowed reports whether a statement may have a step that is wasteful; where its lines end does not matter.
func Allowed(query, step string) bool {
	query = strings.Join(strings.Fields(query), " ")
	for _, a := range allowed {
		has := strings.HasPrefix(step, a.step)
		for _, part := range a.parts {
			has = has && strings.Contains(query, part)
		}
		if has {
			return true
		}
	}
	return false
}
