package openrosa

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/body"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
	"doorstep/internal/xform"
	"doorstep/internal/xmltree"
)

// Incoming is the request of a submission. Held is what its parts may take of the memory.
type Incoming struct {
	Header http.Header
	Body   io.Reader
	Held   *body.Held
}

// Submit takes one submission request and tells the worker in words what the server found. Everything that is a record
// is kept: what cannot be used goes to quarantine, since an app cannot mend a finished record and would send it for
// days. An error is a *problem.Problem, and nothing was stored but files without an owner.
func Submit(ctx context.Context, app core.App, intake *ingest.Intake, c Caller, in Incoming) (string, error) {
	got, err := receive(in.Header, in.Body, collections.Files(app), in.Held)
	if err != nil {
		return "", err
	}
	op, audit, err := operation(c, got)
	if err != nil {
		return "", err
	}
	sender := ingest.Sender{Actor: c.Actor, Device: c.Device, Channel: ingest.OpenRosa, Trial: c.Trial}
	instance := op.ID
	receipts, err := ingest.Accept(ctx, app, intake, sender, []ingest.Operation{op})
	if err != nil {
		return "", err
	}
	r := receipts[0]
	if r.Status == ingest.Unchanged || r.Status == ingest.Quarantined {
		if err := intake.Attach(ctx, app, sender, instance, got.files); err != nil {
			return "", err
		}
	}
	for _, f := range got.files {
		if err := collections.Files(app).Renew(f.SHA256); err != nil { // an erasure may have let go of it since it came
			return "", fmt.Errorf("file with digest %s: %w", f.SHA256, err)
		}
	}
	if r.ReviewState == instrument.Draft {
		return told(r, got.incomplete), nil
	}
	p, found, err := auditIn(app, audit, got.files)
	if err == nil && found {
		err = intake.KeepParadata(ctx, app, sender, instance, p)
	}
	if err != nil {
		return "", err
	}
	return told(r, got.incomplete), nil
}

// operation reads the identity of a record; audit is the name of its paradata file.
func operation(c Caller, got *parts) (op ingest.Operation, audit string, err error) {
	inst, err := ingest.ReadXML(bytes.NewReader(got.xml))
	if xmltree.Exceeds(err) {
		return oversized(c, got), "", nil
	}
	if errors.Is(err, xform.ErrNoFormID) {
		return op, "", problem.New(problem.MalformedXML, "form id")
	}
	if err != nil {
		return op, "", problem.New(problem.MalformedXML, "xml")
	}
	op = ingest.Operation{Op: ingest.OpSubmit, XML: string(got.xml), Raw: got.xml, Instance: inst, Files: got.files}
	op.ID, op.Corrects = recordID(inst.FormID, inst.ID), ""
	if inst.ID == "" {
		op.ID = uuid.NewSHA1(uuid.NameSpaceURL, append([]byte("openrosa/"+c.ID+"/"), got.xml...)).String()
	}
	if inst.DeprecatedID != "" {
		op.Corrects = recordID(inst.FormID, inst.DeprecatedID)
	}
	if c.Campaign != AllForms {
		op.Campaign = c.Campaign
	}
	return op, auditName(inst.Root), nil
}

// oversized is a record that is too much to read: it is kept as it came, under an id made of its content.
func oversized(c Caller, got *parts) ingest.Operation {
	op := ingest.Operation{Op: ingest.OpSubmit, XML: string(got.xml), Raw: got.xml, Files: got.files, Oversized: true}
	if root, err := xmltree.ParseRoot(bytes.NewReader(got.xml)); err == nil {
		op.Form, op.Version = root.Attr("id"), root.Attr("version")
	}
	op.ID = uuid.NewSHA1(uuid.NameSpaceURL, append([]byte("openrosa/"+c.ID+"/"), got.xml...)).String()
	return op
}

// recordID is the id of a record for an instance id: itself if it is a UUID, else one made of it, since forms may make
// instance ids of their own.
func recordID(form, instance string) string {
	if len(instance) == 36 && uuid.Validate(instance) == nil {
		return instance
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("openrosa/"+form+"/"+instance)).String()
}

func auditName(root *survey.Node) string {
	if meta := root.Child("meta"); meta != nil {
		if n := meta.Child("audit"); n != nil && n.Value() != "" {
			return ingest.FileName(n.Value())
		}
	}
	return ""
}

const mostTold = 3 // findings that fit on a phone

// told is what the worker reads about a record that was sent.
func told(r ingest.Receipt, incomplete bool) string {
	var parts []string
	status := r.Status
	if status == ingest.Unchanged {
		status = r.Was
	}
	switch {
	case r.ReviewState == instrument.Draft && status != ingest.Quarantined:
		parts = append(parts, "试填已收到，不计入数据")
	case status == ingest.Quarantined:
		return "已收到，交主管处理：" + r.Message["zh"]
	case r.Status == ingest.Unchanged:
		parts = append(parts, "此前已保存")
	default:
		parts = append(parts, "已保存")
	}
	if incomplete {
		parts = append(parts, "附件还在上传")
	}
	parts = append(parts, findings(r.Issues)...)
	if n := len(r.Conflicts); n > 0 {
		parts = append(parts, fmt.Sprintf("有 %d 处与他人的修改不同，两个值都已保留，由主管决定", n))
	}
	if len(r.Duplicates) > 0 {
		parts = append(parts, "可能与已有记录重复，由主管核对")
	}
	return strings.Join(parts, "；")
}

// findings tells the errors first, each once, and how many more there are.
func findings(issues []survey.Issue) []string {
	var told []string
	seen := map[string]bool{}
	more := 0
	for _, severity := range []survey.Severity{survey.Error, survey.Warning} {
		for _, i := range issues {
			text := strings.TrimRight(i.ZH, "。. ")
			if i.Severity != severity || seen[text] {
				continue
			}
			seen[text] = true
			if len(told) == mostTold {
				more++
				continue
			}
			told = append(told, text)
		}
	}
	if more > 0 {
		told = append(told, fmt.Sprintf("另有 %d 处请核对", more))
	}
	return told
}
