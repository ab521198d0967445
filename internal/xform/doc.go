// Package xform writes a form as XForm XML and turns submissions, in XML or JSON, into survey.Instance and back.
package xform
