package store

import (
	"context"
	"errors"
	"regexp"
	"strings"
)

// Load runs a load of many leads: bulk operations that load makes. The
// search index waits until it is over; into a database without leads the
// indexes of board and list are built afterwards, which is faster. A kill in
// between heals at the next start, which builds what is missing.
func (s *Store) Load(ctx context.Context, load func() error) (err error) {
	s.indexer.loads.Add(1)
	defer func() {
		s.indexer.loads.Add(-1)
		s.wakeSearch()
	}()
	var leads int
	if err := s.one(ctx, "SELECT EXISTS(SELECT 1 FROM leads)", nil, &leads); err != nil {
		return s.fail("look for leads", err)
	}
	if leads == 0 {
		if err := s.runEach(ctx, dropSQL(orderSQL())); err != nil {
			return s.fail("drop indexes", err)
		}
		defer func() {
			err = errors.Join(err, s.fail("build indexes", s.runEach(context.WithoutCancel(ctx), orderSQL())))
		}()
	}
	return load()
}

// orderSQL are the statements that make the indexes of board and list: the
// first part of indexes.sql. A load asks the others.
func orderSQL() []string {
	first, _, _ := strings.Cut(indexSQL, "-- Asked by writes")
	return indexStatement.FindAllString(first, -1)
}

var indexStatement = regexp.MustCompile(`(?m)^CREATE INDEX IF NOT EXISTS (\w+)[^;]*;`)

func dropSQL(create []string) []string {
	out := make([]string, len(create))
	for i, statement := range create {
		out[i] = "DROP INDEX IF EXISTS " + indexStatement.FindStringSubmatch(statement)[1]
	}
	return out
}

// runEach runs statements one by one, so that writes get in between.
func (s *Store) runEach(ctx context.Context, statements []string) error {
	for _, statement := range statements {
		if err := s.runAlone(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) runAlone(ctx context.Context, statement string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.readOnly != nil {
		return s.readOnly
	}
	_, err := s.writer.ExecContext(ctx, statement)
	return err
}
