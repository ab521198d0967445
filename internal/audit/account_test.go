package audit_test

import (
	"testing"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/testapp"
)

// TestAnAccountDependsOnItsMakers has accounts of which the trail tells one thing each, and one that was made through another.
func TestAnAccountDependsOnItsMakers(t *testing.T) {
	app := testapp.New(t)
	entry := func(actor, action, account string) audit.Entry {
		return audit.Entry{Actor: actor, Role: "manager", Action: action, Collection: collections.Workers, Record: account}
	}
	elsewhere := entry("asker", audit.Update, "household")
	elsewhere.Collection = collections.Households
	write(t, app, func(db collections.DB) error {
		return audit.Append(db, noon, entry("asker", audit.Configure, "made"), entry("made", audit.Configure, "made by made"),
			entry("asker", "second_factor.reset", "reset"), entry("asker", audit.Read, "read"), entry("asker", audit.SignIn, "signed in"),
			entry("other", audit.Configure, "of another"), entry("own", audit.Configure, "own"), elsewhere,
			entry("", audit.Configure, "by the program"), entry("asker", audit.Configure, ""),
			entry(audit.Operator, audit.Configure, "by an operator"), entry("asker", audit.Configure, audit.Operator))
	})
	for account, want := range map[string]bool{"made": true, "made by made": true, "reset": true, "read": false, "signed in": false,
		"of another": false, "own": false, "household": false, "by the program": false, "by an operator": false, "unknown": false} {
		if got, err := audit.DependsOn(collections.Read(app), account, "asker"); got != want || err != nil {
			t.Errorf("%q depends on the asker: %v %v, want %v", account, got, err, want)
		}
	}
}
