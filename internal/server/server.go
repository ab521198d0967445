// Package server answers every request over HTTP. Routes is its table: who may call what, with which limits. A handler
// is a function of one request, which carries what the process shares; handlers stand in files by who calls them.
package server

import (
	"sync"
	"time"

	"doorstep/collections/territory"
	"doorstep/internal/attachment"
	"doorstep/internal/basemap"
	"doorstep/internal/body"
	"doorstep/internal/console"
	"doorstep/internal/devicesync"
	"doorstep/internal/grid"
	"doorstep/internal/ingest"
	"doorstep/internal/instrument"
	"doorstep/internal/job"
	"doorstep/internal/needs"
	"doorstep/internal/openrosa"
	"doorstep/internal/share"
	"doorstep/internal/signin"
	"doorstep/internal/upload"
)

// Server is what all requests of one process share: compiled forms, the areas' index, the clock, and room for what comes in.
type Server struct {
	Library  *instrument.Library
	Areas    *grid.Live
	Now      func() time.Time
	Longest  time.Duration // that a read may take which is answered as a whole
	Backups  Backups
	Files    body.Day         // that accounts bring in a day
	Records  body.Day         // as Files, of what tablets push
	AreaJobs chan struct{}    // asks for the jobs of areas to begin; one may wait
	JobsWait [2]chan struct{} // asks for the other jobs to begin, by the rows of Jobs

	queue     *ingest.Queue
	backingUp sync.Mutex
	bodies    *body.Room // of JSON and XML
	files     *body.Room
	shares    *share.Shares
	passwords *signin.Guard

	uploads    *upload.Door
	thumbnails attachment.Thumbnails
	hashes     *openrosa.Hashes
	sums       *territory.Kept[*devicesync.Sums]

	sheets *console.Sheets
	needs  *needs.Counts
	leases *console.Leases
	jobs   *job.Runner

	squares *basemap.Squares
}

// New makes a Server whose forms and areas are still to be loaded.
func New(now func() time.Time) *Server {
	s := &Server{
		Library: instrument.NewLibrary(), Areas: grid.NewLive(), Now: now, Longest: longest, AreaJobs: make(chan struct{}, 1),
		queue: ingest.NewQueue(), bodies: body.NewRoom(roomForBodies), files: body.NewRoom(roomForFiles), shares: share.New(),
		passwords: signin.NewGuard(), hashes: openrosa.NewHashes(), sums: devicesync.NewSums(), sheets: console.NewSheets(),
		leases: console.NewLeases(), needs: needs.NewCounts(), JobsWait: [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)},
	}
	s.BoundDay(filesADay)
	s.squares = basemap.New(func() time.Time { return s.Now() })
	s.jobs = &job.Runner{Works: s.works(), Now: func() time.Time { return s.Now() }}
	return s
}

// Intake returns what the stages of intake need.
func (s *Server) Intake() *ingest.Intake {
	return &ingest.Intake{Instruments: s.Library, Areas: s.Areas.At, Now: s.Now, Queue: s.queue}
}

// Drain lets what was taken in be stored, and takes nothing more in.
func (s *Server) Drain() { s.queue.Close() }

// KickAreas lets the jobs of areas begin now instead of within a minute.
func (s *Server) KickAreas() {
	select {
	case s.AreaJobs <- struct{}{}:
	default: // it has been asked for
	}
}
