package audit_test

import (
	"testing"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/testapp"
)

// TestWhoHasOneMaker has accounts of which the trail tells one thing each, some made through others, and two that the same operators made.
func TestWhoHasOneMaker(t *testing.T) {
	app := testapp.New(t)
	entry := func(actor, action, account string) audit.Entry {
		return audit.Entry{Actor: actor, Role: "manager", Action: action, Collection: collections.Workers, Record: account}
	}
	elsewhere, dashboard, beside := entry("asker", audit.Update, "household"), entry("super", audit.Configure, "asker"), entry("super", audit.Configure, "own")
	elsewhere.Collection, dashboard.Role, beside.Role = collections.Households, audit.Operator, audit.Operator
	write(t, app, func(db collections.DB) error {
		return audit.Append(db, noon, entry("asker", audit.Configure, "made"), entry("made", audit.Configure, "made by made"),
			entry("asker", "second_factor.reset", "reset"), entry("asker", audit.Read, "read"), entry("asker", audit.SignIn, "signed in"),
			entry("other", audit.Configure, "of another"), entry("own", audit.Configure, "own"), elsewhere, dashboard, beside,
			entry("above", audit.Configure, "asker"), entry("above", audit.Configure, "sister"), entry("sister", audit.Configure, "niece"),
			entry("", audit.Configure, "by the program"), entry("", audit.Configure, "asker"), entry("asker", audit.Configure, ""),
			entry(audit.Operator, audit.Configure, "by an operator"), entry(audit.Operator, audit.Configure, "asker"))
	})
	for account, want := range map[string]bool{"made": true, "made by made": true, "reset": true, "above": true, "sister": true, "niece": true,
		"read": false, "signed in": false, "of another": false, "own": false, "household": false, "by the program": false, "by an operator": false,
		"unknown": false} {
		for _, pair := range [][2]string{{account, "asker"}, {"asker", account}} {
			if got, err := audit.OneMaker(collections.Read(app), pair[0], pair[1]); got != want || err != nil {
				t.Errorf("%q: %v %v, want %v", pair, got, err, want)
			}
		}
	}
}
