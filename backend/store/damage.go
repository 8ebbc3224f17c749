package store

import (
	"sync"

	"patio/backend/crm"
)

// damage remembers that this run met a damaged page. The next start then
// checks the file wholly and recovers.
type damage struct {
	mu  sync.Mutex
	err error
}

// noteDamage keeps the first damage that a read or write met, in memory and
// in the lock file, which outlives a kill.
func (s *Store) noteDamage(doing string, cause error) {
	s.damage.mu.Lock()
	defer s.damage.mu.Unlock()
	if s.damage.err != nil {
		return
	}
	s.damage.err = crm.NewError(crm.CodeCorrupt, "", "folder", s.dir).Because(cause)
	if err := s.lock.mark(stateDamaged); err != nil {
		s.log.Error().Err(err).Msg("damage not marked")
	}
	s.log.Error().Str("doing", doing).Err(cause).Msg("database is damaged")
}

// Damage answers what this run found wrong with the file, nil when nothing:
// code database.corrupt. It is mended at the next start.
func (s *Store) Damage() error {
	s.damage.mu.Lock()
	defer s.damage.mu.Unlock()
	return s.damage.err
}

func (s *Store) forgetDamage() {
	s.damage.mu.Lock()
	s.damage.err = nil
	s.damage.mu.Unlock()
}
