package server

import (
	"testing"

	"doorstep/internal/job"
)

// TestAJobWhoseInputCannotBeReadFails, of each kind, before it does anything.
func TestAJobWhoseInputCannotBeReadFails(t *testing.T) {
	for kind, work := range (&Server{}).works() {
		if came, err := work.Run(t.Context(), &job.Task{}); err == nil {
			t.Errorf("%s: %+v", kind, came)
		}
	}
}
