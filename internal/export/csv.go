package export

import (
	"encoding/csv"
	"fmt"
	"io"
)

// byteOrderMark tells Excel that a CSV file is UTF-8; without it Chinese text is shown as rubbish.
const byteOrderMark = "\ufeff"

// CSV writes rows with quotes where RFC 4180 needs them. Rows end in a line feed alone: with UseCRLF the writer would also
// rewrite the line ends inside of answers, and an answer reads as it was typed.
type CSV struct {
	w     *csv.Writer
	texts []string
}

// NewCSV begins a file on w, with a byte order mark when bom is true.
func NewCSV(w io.Writer, bom bool) (*CSV, error) {
	if bom {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return nil, err
		}
	}
	return &CSV{w: csv.NewWriter(w)}, nil
}

// Row writes one row. Text that a spreadsheet program would run as a formula gets an apostrophe in front; numbers stay.
func (c *CSV) Row(cells []any) error {
	c.texts = c.texts[:0]
	for i, cell := range cells {
		s, err := text(cell)
		if err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
		if _, isText := cell.(string); isText {
			s = harmless(s)
		}
		c.texts = append(c.texts, s)
	}
	return c.w.Write(c.texts)
}

// Close writes what is still buffered; the writer below stays open.
func (c *CSV) Close() error {
	c.w.Flush()
	return c.w.Error()
}
