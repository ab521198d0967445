package collections

// States of a job. A look at the records of areas, of kind reassign, goes on where it stopped.
const (
	JobWaiting     = "waiting"
	JobRunning     = "running"
	JobDone        = "done"
	JobFailed      = "failed"      // the job's problem says why
	JobCancelled   = "cancelled"   // somebody stopped it; what was done by then stays done
	JobInterrupted = "interrupted" // the server ended in the middle
)
