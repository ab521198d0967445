package backup

// StillMissing is stillMissing, and Prove is prove, for tests.
var (
	StillMissing = stillMissing
	Prove        = prove
)
