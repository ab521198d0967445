// Package forms holds the questionnaires that Doorstep ships, as XLSForm text.
package forms

import "embed"

// Files holds child_visit.csv and elderly_baseline.csv: one sheet after the other, the first column names the sheet.
//
//go:embed *.csv
var Files embed.FS
