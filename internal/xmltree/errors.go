package xmltree

import (
	"errors"
	"fmt"
)

// Error is why a document was refused.
type Error struct {
	Code   string // stable, e.g. "xml.syntax"
	Offset int64  // byte offset into the document as UTF-8
	EN     string
	ZH     string
}

func (e *Error) Error() string { return fmt.Sprintf("%s at byte %d: %s", e.Code, e.Offset, e.EN) }

// The codes of Error.
const (
	CodeSyntax    = "xml.syntax"
	CodeNamespace = "xml.namespace"
	CodeEncoding  = "xml.encoding"
	CodeDoctype   = "xml.doctype"
	CodeTooLarge  = "xml.too_large"
	CodeTooDeep   = "xml.too_deep"
	CodeTooMany   = "xml.too_many_nodes"
	CodeRead      = "xml.read" // the reader failed
)

// Exceeds reports whether a document was refused for its size alone.
func Exceeds(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Code == CodeTooLarge || e.Code == CodeTooDeep || e.Code == CodeTooMany)
}

func syntaxError(off int64, en, zh string) *Error { return &Error{CodeSyntax, off, en, zh} }

func namespaceError(off int64, prefix string) *Error {
	return &Error{CodeNamespace, off, fmt.Sprintf("namespace prefix %q is not declared", prefix),
		fmt.Sprintf("命名空间前缀 %q 未声明", prefix)}
}
