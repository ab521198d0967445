package audit

import (
	"database/sql"
	"fmt"

	"doorstep/collections"
)

// Report is what a verification found.
type Report struct {
	Head     Head   `json:"head"`             // the last row that is in order
	Broken   int64  `json:"broken,omitempty"` // number of the first row that is not; 0 when all are
	Why      string `json:"why,omitempty"`    // "" when the chain is whole
	Anchored bool   `json:"anchored"`         // the given anchor is in the chain
}

// Whole reports whether nothing was found.
func (r Report) Whole() bool { return r.Why == "" }

// guards are the triggers that keep SQL of any origin from changing the chain.
const guards = 3

// Verify walks the chain from its first row, and makes the index of who was seen again. anchor is a hash that was noted earlier,
// or "": when it is not in the chain any more, rows were cut off or written anew. Only a failing database is an error.
func Verify(db collections.DB, anchor string) (Report, error) {
	report := Report{}
	index, err := remake(db)
	if err != nil {
		return report, err
	}
	err = collections.Each(db, selectRows+`ORDER BY seq, id`, nil, func(rows *sql.Rows) error {
		var r Row
		if err := r.scan(rows); err != nil {
			return err
		}
		if report.Whole() {
			report.add(&r, anchor)
		}
		return index.add(&r)
	})
	if err != nil {
		return report, fmt.Errorf("read the audit chain: %w", err)
	}
	var triggers int
	if _, err := collections.One(db, `SELECT COUNT(*) FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'`,
		nil, &triggers); err != nil {
		return report, fmt.Errorf("guards of the audit chain: %w", err)
	}
	switch {
	case !report.Whole():
	case anchor != "" && !report.Anchored:
		report.Why = "缺少锚点之后的记录或链已被重写 · the anchor is not in the chain: rows were cut off or written anew"
	case !index.same():
		report.Why = "“谁看过”的索引与审计链不符 · the index of who was seen is not what the chain makes"
	case triggers != guards:
		report.Why = "保护审计表的触发器被删除 · the triggers that guard the table are gone"
	}
	return report, nil
}

// add checks one row against the one before it.
func (r *Report) add(row *Row, anchor string) {
	switch {
	case row.Seq != r.Head.Seq+1:
		r.Broken, r.Why = r.Head.Seq+1, fmt.Sprintf("第 %d 行缺失或被移动 · row %d is missing or out of place", r.Head.Seq+1, r.Head.Seq+1)
	case row.Prev != r.Head.Hash:
		r.Broken, r.Why = row.Seq, fmt.Sprintf("第 %d 行与前一行不相连 · row %d does not follow from the one before", row.Seq, row.Seq)
	case row.Hash != row.digest():
		r.Broken, r.Why = row.Seq, fmt.Sprintf("第 %d 行被改动 · row %d was changed", row.Seq, row.Seq)
	default:
		r.Head = Head{row.Seq, row.Hash}
		r.Anchored = r.Anchored || anchor != "" && row.Hash == anchor
	}
}

// After reads the rows behind a number, oldest first.
func After(db collections.DB, seq int64) ([]Row, error) {
	all, err := collections.All(db, selectRows+`WHERE seq>? ORDER BY seq`, []any{seq}, func(rows *sql.Rows, r *Row) error {
		return r.scan(rows)
	})
	if err != nil {
		return nil, fmt.Errorf("read the audit chain: %w", err)
	}
	return all, nil
}
