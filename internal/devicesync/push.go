package devicesync

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"doorstep/internal/ingest"
	"doorstep/internal/problem"
)

// Limits of one push, after decompression.
const (
	MaxOperations = 500
	MaxPushBytes  = 8 << 20
)

// ReadOperations reads the envelope of a push. Only a broken envelope is an error; an operation that cannot be read is
// passed on as it came, and ends in quarantine.
func ReadOperations(r *http.Request) ([]ingest.Operation, error) {
	body, err := ReadBody(r, MaxPushBytes)
	if err != nil {
		return nil, err
	}
	var envelope struct {
		Operations []json.RawMessage `json:"operations"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.Operations == nil {
		return nil, problem.New(problem.BadEnvelope, "operations")
	}
	if len(envelope.Operations) > MaxOperations {
		return nil, problem.New(problem.TooLarge, fmt.Sprintf("%d operations, at most %d", len(envelope.Operations), MaxOperations))
	}
	ops := make([]ingest.Operation, len(envelope.Operations))
	for i, raw := range envelope.Operations {
		ops[i] = readOperation(raw)
	}
	return ops, nil
}

func readOperation(raw json.RawMessage) ingest.Operation {
	var op ingest.Operation
	if err := json.Unmarshal(raw, &op); err != nil {
		// Read what can be read, so that the receipt finds its operation.
		var head struct {
			Seq json.Number `json:"seq"`
			ID  any         `json:"id"`
		}
		op = ingest.Operation{}
		if json.Unmarshal(raw, &head) == nil {
			op.Seq, _ = head.Seq.Int64() // 0 when it is no number: then it cannot be replayed by number
			op.ID, _ = head.ID.(string)
		}
	}
	op.Raw = raw
	return op
}

// ReadBody reads a request body that may be gzip or zstd, up to limit bytes after decompression.
func ReadBody(r *http.Request, limit int64) ([]byte, error) {
	var in io.Reader = r.Body
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, problem.New(problem.BadEnvelope, "gzip")
		}
		defer z.Close()
		in = z
	case "zstd":
		z, err := zstd.NewReader(r.Body, zstd.WithDecoderMaxMemory(uint64(limit)), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, problem.New(problem.BadEnvelope, "zstd")
		}
		defer z.Close()
		in = z
	default:
		return nil, problem.New(problem.BadEnvelope, "content-encoding")
	}
	body, err := io.ReadAll(io.LimitReader(in, limit+1))
	var tooLarge *http.MaxBytesError
	switch {
	case int64(len(body)) > limit || errors.As(err, &tooLarge) || errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return nil, problem.New(problem.TooLarge, fmt.Sprintf("at most %d bytes", limit))
	case err != nil:
		return nil, problem.New(problem.BadEnvelope, "body")
	}
	return body, nil
}
