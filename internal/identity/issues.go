package identity

import (
	"maps"

	"doorstep/internal/survey"
)

// Issues of a record about people and households that are known already.
const (
	PersonElsewhere    = "person.elsewhere"
	HouseholdElsewhere = "household.elsewhere"
	PersonDiffers      = "person.differs"
	HouseholdDiffers   = "household.differs"
	PersonListed       = "person.listed"
)

var issueTexts = map[string][2]string{
	PersonElsewhere: {"此人已在其他辖区登记，由当地审核人员核对。本次记录已保存，不改动对方资料。",
		"Already known elsewhere: the supervisors there compare. This record is kept; theirs is not changed."},
	HouseholdElsewhere: {"此户已在其他辖区登记，由当地审核人员核对。本次记录已保存，不改动对方资料。",
		"The household is known elsewhere already: the supervisors there compare. This record is kept; theirs is not changed."},
	PersonListed: {"新增了此人，但采集员自己的名单里有很像的人。请核对是不是同一人。",
		"Entered as somebody new, although somebody much alike stands in the worker's own list: see whether they are one."},
	PersonDiffers: {"与名册中此人的资料不同（或名册中没有），审核通过后才写入名册。",
		"The register says otherwise of this person, or nothing; this enters it when the record is approved."},
	HouseholdDiffers: {"与名册中此户的资料不同（或名册中没有），审核通过后才写入名册。",
		"The register says otherwise of this household, or nothing; this enters it when the record is approved."},
}

// Issue is a finding about somebody known, at the question that a value comes from.
func Issue(code, field string) survey.Issue {
	texts := issueTexts[code]
	return survey.Issue{Code: code, Field: field, Severity: survey.Warning, ZH: texts[0], EN: texts[1]}
}

// Texts are the Chinese and English words of every issue, by code.
func Texts() map[string][2]string { return maps.Clone(issueTexts) }
