// Package collections holds the nouns: the names of the collections, and typed readers and writers of their rows.
package collections

// Names of the collections that every Doorstep has; a published form adds its own.
const (
	Areas       = "areas"
	Workers     = "workers"
	Scopes      = "worker_scopes"
	Devices     = "devices"
	Campaigns   = "campaigns"
	Forms       = "forms"
	Households  = "households"
	Persons     = "persons"
	Submissions = "submissions"
	Tasks       = "tasks"
	Reviews     = "reviews"
	Edits       = "edits"
	Duplicates  = "duplicates"
	Attachments = "attachments"
	Changes     = "changes"
	Audit       = "audit"
	Outbox      = "outbox"
	Meta        = "meta"
	Grants      = "access_grants"

	AppTokens      = "app_tokens"
	FormFiles      = "form_files"
	Paradata       = "paradata"
	EntityVersions = "entity_versions"

	Needs = "needs"
)

// PairSides are the columns of a pair that tell of each of its sides: where it lies, what was written there, and by whom.
var PairSides = []struct{ Area, Comment, By string }{{"area", "comment", "by_a"}, {"area_b", "comment_b", "by_b"}}

// Tables that are no collections: they are read by Doorstep's own routes alone.
const (
	Jobs        = "jobs"
	SavedQueues = "saved_queues"
	AreaMoves   = "area_moves"
	HouseCodes  = "house_codes"

	BasicServices = "basic_services"
)

// Views for the operator's dashboard, rebuilt whenever a form is published.
const (
	ReviewQueue       = "review_queue"
	CommunityCoverage = "community_coverage"
	OpenDuplicates    = "open_duplicates"
)

// Review states of a survey record: ODK's words plus returned.
const (
	Received  = "received"
	HasIssues = "has_issues"
	Returned  = "returned"
	Edited    = "edited"
	Approved  = "approved"
	Rejected  = "rejected"
)

// Counted are the states of the records that are counted and compared: all but the rejected ones.
var Counted = []string{Received, HasIssues, Edited, Approved, Returned}

// Undecided are the states in which a record waits for a decision.
var Undecided = []string{Received, HasIssues, Edited}
