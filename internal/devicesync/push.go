package devicesync

import (
	"encoding/json"
	"fmt"

	"doorstep/internal/ingest"
	"doorstep/internal/problem"
	"doorstep/internal/protocol"
)

// Batch is what a tablet hands over in one push.
type Batch struct {
	Operations []ingest.Operation
	Last       bool           // of a sealed push: nothing waits after it
	Waiting    ingest.Waiting // after it
}

// ReadBatch reads the envelope of a push. Only a broken envelope is an error; an operation that cannot be read is passed on as it
// came, and ends in quarantine.
func ReadBatch(body []byte) (Batch, error) {
	var envelope struct {
		Operations []json.RawMessage `json:"operations"`
		Last       bool              `json:"last"`
		ingest.Waiting
	}
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.Operations == nil {
		return Batch{}, problem.New(problem.BadEnvelope, "operations")
	}
	if len(envelope.Operations) > protocol.MaxOperations {
		return Batch{}, problem.New(problem.TooLarge, fmt.Sprintf("%d operations, at most %d", len(envelope.Operations), protocol.MaxOperations))
	}
	ops := make([]ingest.Operation, len(envelope.Operations))
	for i, raw := range envelope.Operations {
		ops[i] = readOperation(raw)
	}
	return Batch{ops, envelope.Last, envelope.Waiting}, nil
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
