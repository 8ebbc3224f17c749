package syncing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"patio/sync/client"
	"patio/sync/record"
	"patio/sync/vv"
)

// Membership is what makes this installation a device of a workspace. It lies
// outside the data folder: a folder that is copied to another PC doesn't carry
// it along, and the copy has to join as a device of its own.
type Membership struct {
	Workspace record.ID  `json:"workspace"`
	Replica   vv.Replica `json:"replica"`   // the number that it joined under
	Addresses []string   `json:"addresses"` // of the hub, as the code told them
	Pin       []byte     `json:"pin"`       // SHA-256 of its public key; empty: the system's authorities decide
	Key       []byte     `json:"key"`       // this device's secret
	Name      string     `json:"name"`      // this device's, as others see it
}

// wire is what its hub is reached by.
func (m *Membership) wire() *client.Wire {
	return &client.Wire{Address: m.Addresses[0], Workspace: m.Workspace, Key: m.Key, Client: client.Pinned(m.Pin)}
}

// memberships keeps one file for each data folder, which only this person may
// read.
type memberships struct{ dir string }

// file is named by the data folder's place.
func (m memberships) file(dataDir string) (string, error) {
	place, err := Place(dataDir)
	return filepath.Join(m.dir, place+".json"), err
}

// Place names where a data folder is, links followed, in letters and digits.
func Place(dataDir string) (string, error) {
	place, err := filepath.Abs(dataDir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(place); err == nil {
		place = real
	}
	sum := sha256.Sum256([]byte(place))
	return hex.EncodeToString(sum[:16]), nil
}

// read answers nil when this installation joined nothing.
func (m memberships) read(dataDir string) (*Membership, error) {
	name, err := m.file(dataDir)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("membership: %w", err)
	}
	kept := &Membership{}
	if err := json.Unmarshal(b, kept); err != nil {
		return nil, nil // cut short by a power cut: as good as none, and a new code mends it
	}
	return kept, nil
}

// write keeps it, whole or not at all.
func (m memberships) write(dataDir string, kept Membership) (err error) {
	name, err := m.file(dataDir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return fmt.Errorf("membership: %w", err)
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(m.dir, "new-*") // 0600
	if err != nil {
		return fmt.Errorf("membership: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("membership: %w", err), os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// forget ends it; forgetting what isn't there is no error.
func (m memberships) forget(dataDir string) error {
	name, err := m.file(dataDir)
	if err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("membership: %w", err)
	}
	return nil
}
