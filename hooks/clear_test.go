package hooks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// inClear is every column of text that is not sealed, and why. docs/security.md tells the same in prose.
var inClear = map[string]string{
	"*": "id area worker device collection record form form_version campaign household person visit parent_row instance deprecated submission " +
		"sha256 md5 mime created_by decided_by approved_by actor reviewer assignee merged_into source", // ids, codes and digests

	"access_grants":        "filter",                                                                       // form, states and campaign of an export
	"app_tokens":           "",                                                                             //
	"areas":                "code name parent boundary",                                                    // public places
	"attachments":          "",                                                                             //
	"audit":                "action detail role purpose subjects prev hash",                                // ids, codes, counts: its own test
	"campaigns":            "name territory revisit recheck",                                               // work orders, announced; a rule
	"changes":              "target",                                                                       // area code or worker id
	"community_coverage":   "name",                                                                         // public places
	"devices":              "app platform",                                                                 // what the tablet's program says of itself
	"duplicates":           "rule a b by_a by_b unsure_by area_b evidence model",                           // rule, name of the model, ids, names of fields and levels of likeness
	"edits":                "field row",                                                                    // name of a column, id of a file
	"entity_versions":      "list entity branch properties",                                                // names of properties, not their values
	"erasures":             "subject",                                                                      // id
	"form_files":           "name uploaded_by",                                                             // media of the form, given to every tablet
	"former_territories":   "scope territory",                                                              // area codes
	"forms":                "form_id version title tablename source_name source xml warnings published_by", // the questionnaire, without answers
	"households":           "sample_id stratum cluster attempts",                                           // codes of the sampler, ids of campaigns and counts
	"meta":                 "key value",                                                                    // keys of the installation; shown to nobody
	"needs":                "day",                                                                          // a day
	"open_duplicates":      "rule a b area_b",                                                              // as duplicates
	"outbox":               "kind payload last_error",                                                      // ids and codes: its stage's word
	"paradata":             "questions notes",                                                              // timings by question, counts
	"persons":              "birth_date id_type last_record",                                               // an id; people are found by birth dates; masked on every screen
	"record_issues":        "code severity",                                                                // codes of findings
	"retention_policies":   "",                                                                             //
	"retention_reports":    "policy",                                                                       // id
	"review_queue":         "review_state received_at outcome",                                             // codes
	"reviews":              "from_state to_state",                                                          // codes
	"second_factors":       "secret recovery",                                                              // sealed by the sign-in itself
	"sign_ins":             "key",                                                                          // digest
	"submissions":          "code files device_time",                                                       // codes, digests of files, a moment
	"tasks":                "due issues causes confirmed_by",                                               // a day; codes, words of the catalogue and of the form, ids
	"uploads":              "",                                                                             //
	"worker_scopes":        "lo hi",                                                                        // area codes
	"workers":              "tokenKey email staff_no name territory password",                              // accounts: shown to their managers; tokens need the keyset too, hashes of passwords are sealed by the sign-in itself
	"child_visits":         "started_at finished_at outcome issues",                                        // moments, codes, words of the catalogue and of the form
	"elderly_surveys":      "started_at finished_at outcome issues",
	"child_visit_children": "",
}

// Every column that can hold text is sealed, or is an answer that identifies nobody, or stands in the list above.
func TestWhatStaysInClear(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	all, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	everywhere := strings.Fields(inClear["*"])
	for _, c := range all {
		if strings.HasPrefix(c.Name, "_") {
			continue // PocketBase's own: accounts of operators
		}
		listed, known := inClear[c.Name]
		if !known {
			t.Errorf("%s is not on the list", c.Name)
			continue
		}
		left := strings.Fields(listed)
		sealed := sealedIn(app, c)
		for _, f := range c.Fields {
			name := f.GetName()
			at := slices.Index(left, name)
			if at >= 0 {
				left = slices.Delete(left, at, at+1)
			}
			switch {
			case !holdsText(f) || name == collections.SealedColumn || slices.Contains(everywhere, name):
			case slices.Contains(sealed, name) == (at >= 0):
				t.Errorf("%s.%s: sealed %v, listed as clear %v", c.Name, name, slices.Contains(sealed, name), at >= 0)
			}
		}
		if len(left) > 0 {
			t.Errorf("%s has no columns %v", c.Name, left)
		}
	}
}

func holdsText(f core.Field) bool {
	switch f.(type) {
	case *core.TextField, *core.JSONField, *core.EmailField, *core.EditorField, *core.URLField, *core.FileField, *core.PasswordField:
		return true
	}
	return false
}

// sealedIn are the columns of a collection that are sealed, and the answers that identify nobody or are masked ages, days
// and moments.
func sealedIn(app *testapp.App, c *core.Collection) []string {
	var all []string
	for _, s := range collections.Registry[c.Name] {
		all = append(all, s.Column)
	}
	for _, form := range []string{"child_visit", "elderly_baseline"} {
		in, _ := app.Doorstep.Library.Get(form, "")
		for _, t := range in.Layout.Tables {
			if t.Name == c.Name {
				for _, column := range t.Columns {
					if !slices.Contains([]string{"outcome"}, column.Name) {
						all = append(all, column.Name) // the judgement of each is tested in internal/sensitive
					}
				}
			}
		}
	}
	return all
}
