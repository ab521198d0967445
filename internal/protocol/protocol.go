// Package protocol holds what the server and a tablet must say alike in native sync (docs/sync.md).
package protocol

// Headers of a tablet's requests.
const (
	DeviceHeader = "X-Doorstep-Device" // names the tablet
	SealHeader   = "X-Doorstep-Seal"   // proves a tablet that was shut out, whose worker's token has ended
)

// Limits of one push; the size is that of its body, without compression.
const (
	MaxOperations = 500
	MaxPushBytes  = 8 << 20
)
