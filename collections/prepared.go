package collections

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
)

// mostKept bounds the prepared statements of one connection; one of a wide table takes some 30 kB.
const mostKept = 200

// connector opens connections of the SQLite driver that keep what they have prepared: parsing a statement costs more
// than running most of them. PocketBase's own statements and those of Write share it.
type connector struct {
	driver   driver.Driver
	dsn      string
	prepared func(query string) (string, error) // gives what is prepared instead of a statement; nil for nobody
	spare    *spare
}

// Close is called when the pool is closed.
func (c connector) Close() error {
	c.spare.free()
	return nil
}

func (c connector) Driver() driver.Driver { return c.driver }

// Connect fails where the driver's connections lack what database/sql asks for.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	full, ok := opened.(fullConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver has changed"), opened.Close())
	}
	return &connection{fullConn: full, kept: map[string]*statement{}, prepared: c.prepared, spare: c.spare}, nil
}

type fullConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// connection has no Exec and no Query of its own, so that database/sql prepares everything. It is used by one goroutine
// at a time.
type connection struct {
	fullConn
	kept     map[string]*statement
	wide     bool
	prepared func(query string) (string, error)
	spare    *spare
}

// BeginTx begins a transaction that finds memory for its statements.
func (c *connection) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	c.spare.renew()
	return c.fullConn.BeginTx(ctx, options)
}

// makeRoom gives the connection room for the pages that a transaction changes, once.
func (c *connection) makeRoom(ctx context.Context) error {
	if c.wide {
		return nil
	}
	st, err := c.fullConn.PrepareContext(ctx, `PRAGMA cache_size=-32000`)
	if err != nil {
		return err
	}
	defer st.Close()
	if run, ok := st.(driver.StmtExecContext); ok {
		_, err = run.ExecContext(ctx, nil)
	}
	c.wide = err == nil
	return err
}

func (c *connection) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *connection) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if c.prepared != nil {
		var err error
		if query, err = c.prepared(query); err != nil {
			return nil, err
		}
	}
	if query == `PRAGMA optimize` {
		query = `PRAGMA optimize(0)` // PocketBase's, every night: statistics are planted (internal/queryplan), and no others gathered
	}
	if s := c.kept[query]; s != nil && !s.inUse {
		s.inUse = true
		return s, nil
	}
	prepared, err := c.fullConn.PrepareContext(ctx, planned(query))
	if err != nil {
		return nil, err
	}
	if len(c.kept) >= mostKept {
		c.forget()
	}
	full, ok := prepared.(fullStmt)
	if !ok || !worthKeeping(query) || c.kept[query] != nil || len(c.kept) >= mostKept {
		return prepared, nil
	}
	s := &statement{fullStmt: full, inUse: true}
	c.kept[query] = s
	return s, nil
}

// planned is the statement with each LIMIT that is a parameter written as a sum. By the value of one that stands alone SQLite makes a
// plan of its own, and plans anew at every call, which costs many times what a short page does.
func planned(query string) string { return strings.ReplaceAll(query, `LIMIT ?`, `LIMIT 0+?`) }

// worthKeeping tells a statement that comes again from one that changes the schema or a setting.
func worthKeeping(query string) bool {
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

// forget closes the statements that nobody uses.
func (c *connection) forget() {
	for query, s := range c.kept {
		if !s.inUse {
			s.fullStmt.Close() // its error is that of its last run, which was reported
			delete(c.kept, query)
		}
	}
}

func (c *connection) Close() error {
	c.forget()
	return c.fullConn.Close()
}

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type statement struct {
	fullStmt
	inUse bool
}

// Close hands the statement back to its connection; the driver has reset it.
func (s *statement) Close() error {
	s.inUse = false
	return nil
}
