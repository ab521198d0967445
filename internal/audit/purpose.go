package audit

import "slices"

// Purpose is why somebody looked.
type Purpose string

const (
	Capture         Purpose = "capture"          // field work in the own territory
	Review          Purpose = "review"           // approving what was collected
	Deduplication   Purpose = "deduplication"    // is this person here already
	FollowUp        Purpose = "follow_up"        // help, and mandatory reports
	GuardianRequest Purpose = "guardian_request" // a parent asks for access, correction or erasure
	Quality         Purpose = "quality"          // checks of the survey itself
	Statistics      Purpose = "statistics"
	Emergency       Purpose = "emergency" // beyond the own territory, with a reason that a grant holds
	Administration  Purpose = "administration"
)

// purposes are those that a client may state.
var purposes = []Purpose{Capture, Review, Deduplication, FollowUp, GuardianRequest, Quality, Statistics, Emergency, Administration}

// Stated is the purpose that a client states, or the usual one of the door where it states none that is known.
func Stated(header string, usual Purpose) Purpose {
	if slices.Contains(purposes, Purpose(header)) {
		return Purpose(header)
	}
	return usual
}
