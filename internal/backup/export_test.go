package backup

// What tests of a started program use of this package.
var (
	StillMissing = stillMissing
	Prove        = prove
	ErrDamaged   = errDamaged
	Archived     = archived
	SumOf        = sumOf
)
