package xlsform

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	mdComment   = regexp.MustCompile(`^\s*#`)
	mdTrailing  = regexp.MustCompile(`^(.*)#[^|]+$`)
	mdRow       = regexp.MustCompile(`^\s*\|(.*)\|\s*`)
	mdSeparator = regexp.MustCompile(`^[|-]+$`)
)

// readMarkdown reads tables whose first column names the sheet:
//
//	| survey |
//	|        | type | name | label |
//	|        | text | q    | Q     |
//
// A line that begins with # is a comment, \| is a literal bar.
func readMarkdown(data []byte) (*book, error) {
	text := string(data)
	if !utf8.ValidString(text) {
		return nil, errEncoding
	}
	if strings.Count(text[:min(len(text), 5000)], "|") < 5 {
		return nil, errNotTable
	}
	book := newBook()
	var s *sheet
	var header []string
	for line := range strings.SplitSeq(text, "\n") {
		name, cells, ok := mdCells(line)
		if !ok {
			continue
		}
		if name != "" {
			s, header = book.add(name), nil
		}
		if s == nil || strings.Join(cells, "") == "" {
			continue
		}
		if header == nil {
			s.header, header = titled(cells), cells
			continue
		}
		if s.addMarkdown(header, cells); len(s.rows) > maxRows {
			return nil, errTooLarge
		}
	}
	book.onlySheet()
	return book, nil
}

// mdCells splits a table line into its first cell and the others.
func mdCells(line string) (string, []string, bool) {
	line = strings.TrimSuffix(line, "\r")
	if mdComment.MatchString(line) {
		return "", nil, false
	}
	if m := mdTrailing.FindStringSubmatch(line); m != nil {
		line = m[1]
	}
	m := mdRow.FindStringSubmatch(line)
	if m == nil || mdSeparator.MatchString(m[1]) {
		return "", nil, false
	}
	cells := strings.Split(strings.ReplaceAll(m[1], `\|`, "\x00"), "|")
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(c), "\x00", "|")
	}
	return cells[0], cells[1:], true
}

func (s *sheet) addMarkdown(header, cells []string) {
	for i, c := range cells {
		if c != "" && (i >= len(header) || header[i] == "") && s.untitled == 0 {
			s.untitled = len(s.rows) + 2
		}
	}
	s.rows = append(s.rows, plainRow(header, cells))
}

// onlySheet takes the sheet of a workbook that has just one for the survey, whatever its name.
func (b *book) onlySheet() {
	if len(b.names) != 1 {
		return
	}
	for name, s := range b.sheets {
		if !knownSheets[name] {
			b.sheets = map[string]*sheet{sheetSurvey: s}
		}
	}
}
