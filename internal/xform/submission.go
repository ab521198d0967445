package xform

import (
	"errors"
	"strings"

	"doorstep/internal/survey"
)

// Why a tree is not a submission.
var (
	errNoRoot   = errors.New("xform: submission has no root element")
	ErrNoFormID = errors.New("xform: submission names no form")
)

// ParseSubmission reads the identity of a submission whose root is a document or its root element. Names are compared
// without their namespace, because clients disagree about it. The tree is kept and stripped of the white space and
// comments between elements, so that it equals what FromJSON builds. A missing instanceID leaves ID empty.
func ParseSubmission(root *survey.Node) (*survey.Instance, error) {
	root = rootElement(root)
	if root == nil {
		return nil, errNoRoot
	}
	id := strings.TrimSpace(root.Attr("id"))
	if id == "" {
		return nil, ErrNoFormID
	}
	stripLayout(root)
	inst := &survey.Instance{FormID: id, Version: root.Attr("version"), Root: root}
	inst.ID = instanceID(root, "instanceID")
	inst.DeprecatedID = instanceID(root, "deprecatedID")
	return inst, nil
}

// instanceID looks in meta first, then for the bare element that old clients sent, then for an attribute of the root.
// Some forms have two elements of that name, one of them in OpenRosa's namespace.
func instanceID(root *survey.Node, name string) string {
	for _, meta := range root.Children {
		if meta.Kind != survey.Element || meta.Name != "meta" {
			continue
		}
		if n := meta.Child(name); n != nil && n.Value() != "" {
			return bareUUID(n.Value())
		}
	}
	if n := root.Child(name); n != nil {
		return bareUUID(n.Value())
	}
	return bareUUID(root.Attr(name))
}

func bareUUID(s string) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "uuid:")
}

func rootElement(n *survey.Node) *survey.Node {
	if n == nil || n.Kind == survey.Element {
		return n
	}
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			return c
		}
	}
	return nil
}

// stripLayout removes everything but elements from elements that have elements.
func stripLayout(n *survey.Node) {
	elements := 0
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			elements++
			stripLayout(c)
		}
	}
	if elements == 0 || elements == len(n.Children) {
		return
	}
	kept := n.Children[:0]
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			kept = append(kept, c)
		}
	}
	n.Children = kept
}
