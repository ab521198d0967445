package protocol_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"doorstep/internal/protocol"
)

func TestTheTabletInTypeScriptSaysTheSame(t *testing.T) {
	for file, words := range map[string][]string{
		"conn.ts": {fmt.Sprintf(`headers[%q] = this.device;`, protocol.DeviceHeader), fmt.Sprintf(`headers[%q] = this.seal;`, protocol.SealHeader)},
		"protocol.ts": {fmt.Sprintf("maxOperations = %d;", protocol.MaxOperations),
			fmt.Sprintf("maxPushBytes = %d << 20;", protocol.MaxPushBytes>>20-1)}, // room for the envelope
	} {
		text, err := os.ReadFile("../../web/sync/src/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s does not say %s", file, w)
			}
		}
	}
}
