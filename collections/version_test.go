package collections

import "testing"

// TestNoSQLiteThatLosesCommits: the one that is built in is new enough, and an older one would be refused.
func TestNoSQLiteThatLosesCommits(t *testing.T) {
	pool, err := Connect(t.TempDir() + "/data.db")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for version, fine := range map[string]bool{"3.51.3": true, "3.53.0": true, "4.0.0": true, "3.51.2": false, "3.50.9": false, "3.9.100": false, "": false} {
		if err := refuseOld(version); (err == nil) != fine {
			t.Errorf("%s: %v", version, err)
		}
	}
}
