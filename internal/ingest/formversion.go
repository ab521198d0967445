package ingest

import "doorstep/collections"

// formVersion is a version that a submission names; it is empty where the newest one is meant.
type formVersion struct{ form, version string }

// awaited is a version that submissions waited for, and how their rows name it.
type awaited struct {
	formVersion
	kept formVersion
}

// knownOf is what of the names in an operation is the name of a form, and of a version of it.
func knownOf(intake *Intake, op *Operation) (known formVersion) {
	if intake.Instruments.Knows(op.Form) {
		known.form = op.Form
	}
	if _, ok := intake.Instruments.Get(op.Form, op.Version); ok {
		known.version = op.Version
	}
	return known
}

// named is how the submission's row names form and version. What is no form's name was made up by the sender and may be that of a
// person: a keyed hash takes its place, and what arrived is sealed beside it.
func (d *prepared) named(db collections.DB) formVersion {
	v := d.knows
	if v.form == "" {
		v.form = hashedForm(db, d.op.Form)
	}
	if v.version == "" {
		v.version = hashedVersion(db, d.op.Version)
	}
	return v
}

// spellings are the ways in which rows may name a version: from before it was known, and from after its form was.
func (v formVersion) spellings(db collections.DB) []formVersion {
	form, version := hashedForm(db, v.form), hashedVersion(db, v.version)
	return []formVersion{v, {v.form, version}, {form, v.version}, {form, version}}
}

func hashedForm(db collections.DB, form string) string {
	return collections.IndexOf(db, collections.Submissions, "form", form)
}

func hashedVersion(db collections.DB, version string) string {
	return collections.IndexOf(db, collections.Submissions, "form_version", version)
}
