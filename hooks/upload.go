package hooks

import (
	"errors"
	"io"

	"github.com/pocketbase/pocketbase/tools/filesystem"

	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

func readFile(f *filesystem.File) ([]byte, error) {
	in, err := f.Reader.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, maxUpload))
}

// workbookProblem tells the mistakes of a workbook or of an import, all at once.
func workbookProblem(err error) error {
	var mistakes survey.Problems
	if errors.As(err, &mistakes) {
		return &problem.Problem{Code: problem.BadWorkbook, Data: mistakes}
	}
	return err
}

func describe(in *instrument.Instrument) map[string]any {
	tables := make([]string, len(in.Layout.Tables))
	for i, t := range in.Layout.Tables {
		tables[i] = t.Name
	}
	return map[string]any{
		"form": in.Form.ID, "version": in.Version, "title": in.Form.Title, "status": in.Status, "md5": in.MD5, "tables": tables, "warnings": in.Form.Warnings,
	}
}
