package lists

import "slices"

// Columns are what the lists of each collection may be filtered by, whoever reads them. What stands here is shown to every
// reader of its rows anyway: whether a row passes a filter tells its value, past every mask. What is sealed or masked, a
// birth date, what somebody typed and what may hold any of them must not stand here. The answers of a form come from its
// questions.
var Columns = map[string][]string{
	"access_grants": {"id", "kind", "worker", "collection", "record", "area", "status", "approved_by", "until", "created", "updated"},
	"areas":         {"id", "code", "name", "level", "parent", "area", "expected_households", "active", "rev", "created", "updated"},
	"attachments": {"id", "submission", "collection", "record", "sha256", "size", "mime", "state", "area", "worker", "created",
		"updated"},
	"campaigns":          {"id", "name", "form", "round", "starts", "ends", "hold_policy", "status", "rev", "created", "updated"},
	"community_coverage": {"id", "area", "name", "expected_households", "visits", "households_visited", "completed", "approved"},
	"devices": {"id", "worker", "app", "platform", "area", "last_contact", "last_seq", "clock_offset_s", "waiting", "files_waiting",
		"waiting_at", "revoked", "created", "updated"},
	"duplicates": {"id", "kind", "rule", "collection", "a", "b", "score", "status", "decided_by", "decided_at", "created", "updated"},
	"edits":      {"id", "collection", "record", "field", "record_rev", "kind", "status", "worker", "area", "created", "updated"},
	"entity_versions": {"id", "list", "entity", "entity_rev", "base", "trunk", "branch", "conflict", "record", "worker", "area", "created",
		"updated"},
	"erasures":   {"id", "kind", "collection", "subject", "rev", "basis", "actor", "area", "created", "updated"},
	"form_files": {"id", "form", "name", "sha256", "size", "mime", "uploaded_by", "created", "updated"},
	"forms": {"id", "form_id", "version", "title", "status", "tablename", "source_name", "md5", "published_by", "published_at",
		"rev", "created", "updated"},
	"households": {"id", "residents", "active", "area", "area_method", "area_confidence", "sample_id", "stratum", "cluster",
		"merged_into", "source", "rev", "created", "updated"},
	"open_duplicates": {"id", "kind", "rule", "collection", "a", "b", "score", "found"},
	"paradata":        {"id", "collection", "record", "instance", "events_count", "active_s", "worker", "area", "created", "updated"},
	"persons": {"id", "sex", "id_type", "household", "last_record", "merged_into", "active", "area", "source", "rev", "created",
		"updated"},
	"retention_policies": {"id", "collection", "campaign", "days", "active", "created", "updated"},
	"retention_reports":  {"id", "policy", "collection", "campaign", "cutoff", "due", "erased", "status", "decided_by", "created", "updated"},
	"review_queue":       {"id", "collection", "form", "area", "worker", "household", "review_state", "received_at", "outcome", "issue_count"},
	"reviews": {"id", "collection", "record", "decision", "reviewer", "from_state", "to_state", "record_rev", "area", "created",
		"updated"},
	"submissions": {"id", "kind", "channel", "worker", "device", "seq", "form", "form_version", "collection", "record", "instance",
		"deprecated", "sha256", "raw_type", "outcome", "code", "rev", "area", "received_at", "decided_by", "created", "updated"},
	"tasks": {"id", "kind", "assignee", "household", "person", "collection", "record", "form", "area", "due", "status", "priority",
		"campaign", "target", "confirmed_by", "confirmed_at", "created_by", "rev", "created", "updated"},
	"workers": {"id", "staff_no", "name", "role", "area", "active", "created", "updated"},
}

// Envelope and RowEnvelope are the columns of records and of their rows that come beside the answers.
var (
	Envelope = []string{
		"id", "form", "form_version", "campaign", "worker", "device", "started_at", "finished_at", "received_at", "outcome", "area",
		"area_method",
		"area_confidence", "household", "person", "review_state", "rev", "complete", "created", "updated",
	}
	RowEnvelope = []string{"id", "visit", "parent_row", "position", "person", "household", "area", "rev", "created", "updated"}
)

// large are the collections that grow with the city and its work. They are sorted by indexed columns alone: a sort of all
// their rows would lie in memory.
var large = []string{"attachments", "duplicates", "edits", "entity_versions", "erasures", "households", "paradata", "persons", "reviews",
	"submissions", "tasks"}

// parted are views and logs that are not large themselves, and are made of what is.
var parted = []string{"access_grants", "community_coverage", "open_duplicates", "review_queue"}

// Placed reports whether the rows of a registry collection lie in places, so that a reader is shown those of a territory.
func Placed(collection string) bool { return Grows(collection) || slices.Contains(parted, collection) }

// Grows reports whether a registry collection grows with the city and its work.
func Grows(collection string) bool { return slices.Contains(large, collection) }
