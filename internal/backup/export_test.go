package backup

// StillMissing is stillMissing, for tests.
var StillMissing = stillMissing
