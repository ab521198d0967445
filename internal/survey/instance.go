package survey

// Instance is one filled-in form as it came through a door.
type Instance struct {
	FormID       string
	Version      string
	ID           string // lower-case UUID, without "uuid:"
	DeprecatedID string // the instance that this one corrects, same form; "" for a new one
	Root         *Node  // element named after the form's root
	Mended       bool   // characters were lost that XML cannot hold

	PutBack map[string]bool // answers, by path, that a reviewer put back: they stay, whatever the form says
}

// Severity grades an Issue.
type Severity string

const (
	Error   Severity = "error"   // must be corrected or explained before approval
	Warning Severity = "warning" // a supervisor should look
	Notice  Severity = "notice"  // computed or filled in by the server
)

// Issue is one finding about one answer. It never carries the answer itself, which may be personal.
type Issue struct {
	Code     string   `json:"code"`  // stable, e.g. "cn_id.checksum"
	Field    string   `json:"field"` // instance path without the root, repeats counted from 1: children[2]/id_number
	Severity Severity `json:"severity"`
	ZH       string   `json:"zh"`
	EN       string   `json:"en"`
	Said     Said     `json:"-"` // what raised it; never stored
}

// Said is the part of an answer that raised an issue: the choices, separated by blanks, and whether only one can be made.
type Said struct {
	Choices string
	Single  bool
}
