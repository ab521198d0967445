package collections

import (
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/blob"
	"doorstep/internal/disk"
)

// Files is the store of files of this app.
func Files(app core.App) blob.Store {
	return blob.In(app.DataDir(), KeysOf(app)).Leaving(SpareOf(app))
}

const spareInStore = "doorstep.spare"

// UseSpare sets the room of a disk that the files of this app leave free.
func UseSpare(app core.App, spare disk.Spare) { app.Store().Set(spareInStore, spare) }

// SpareOf returns the room of a disk that the files of this app leave free, as UseSpare set it.
func SpareOf(app core.App) disk.Spare {
	spare, _ := app.Store().Get(spareInStore).(disk.Spare)
	return spare
}
