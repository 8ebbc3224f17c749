package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/store"
)

// told is a lead as the floor has it.
type told struct {
	Name       string            `json:"name"`
	Email      string            `json:"email"`
	Phone      string            `json:"phone"`
	Company    string            `json:"company"`
	Source     string            `json:"source"`
	Status     string            `json:"status"`
	Owner      string            `json:"owner"`
	Vehicle    string            `json:"vehicle"`
	ValueCents int64             `json:"value_cents"`
	Tags       []string          `json:"tags"`
	Notes      string            `json:"notes"`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
	Custom     map[string]string `json:"custom"`
}

// readLeads reads the first n.
func readLeads(file string, n int) ([]told, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	out := make([]told, 0, n)
	for len(out) < n && lines.Scan() {
		var l told
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, l)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(out) < n {
		return nil, fmt.Errorf("%s: %d leads, want %d", file, len(out), n)
	}
	return out, nil
}

// filling writes the floor's leads into a store, each a contact and a lead as
// an import makes them.
type filling struct {
	tx     *store.Tx
	users  map[string]string
	made   map[string]bool // tags and sources
	stages map[string]string
}

// statuses of the floor, as stages of the sales board.
var statuses = []string{"novo", "contato", "qualificado", "proposta", "ganho", "perdido"}

// filled is how many leads one transaction writes.
const filled = 2000

// fill writes leads and answers their ids.
func (p *pc) fill(ctx context.Context, leads []told) ([]string, error) {
	ids := make([]string, 0, len(leads))
	f := filling{users: map[string]string{}, made: map[string]bool{}, stages: map[string]string{}}
	for i, s := range crm.ReadyPipelines()[0].Stages {
		f.stages[statuses[i]] = s.ID
	}
	err := p.store.Load(ctx, func() error {
		for len(ids) < len(leads) {
			_, err := p.store.Transact(ctx, store.Op{Label: "import", Quiet: true, Bulk: true, NoUndo: true}, func(tx *store.Tx) error {
				f.tx = tx
				for range min(filled, len(leads)-len(ids)) {
					id, err := f.lead(&leads[len(ids)], len(ids))
					if err != nil {
						return err
					}
					ids = append(ids, id)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return ids, err
}

func (f *filling) lead(l *told, i int) (string, error) {
	user, err := f.user(l.Owner)
	if err != nil {
		return "", err
	}
	source, err := f.named(crm.KindSource, l.Source)
	if err != nil {
		return "", err
	}
	c := crm.Contact{
		Type: "person", Name: l.Name, Company: l.Company, Document: digits(l.Custom["cpf"]), City: l.Custom["cidade"], CreatedAt: l.CreatedAt.UnixMilli(),
		Phones: []crm.Entry{{Key: "+55" + digits(l.Phone)}}, Emails: []crm.Entry{{Key: l.Email}},
	}
	if err := store.Put(f.tx, &c); err != nil {
		return "", err
	}
	lead := crm.Lead{
		ContactID: c.ID, StageID: f.stages[l.Status], Rank: fmt.Sprintf("a%06d", i), StageSince: l.UpdatedAt.UnixMilli(), OwnerID: user, SourceID: source,
		ShopID: crm.ReadyShop, ValueCents: l.ValueCents, Currency: "BRL", Subject: l.Custom["pagamento"], Vehicle: l.Vehicle,
		CreatedAt: l.CreatedAt.UnixMilli(), CreatedBy: user, CreatedVia: crm.ViaImport, CreatedNote: l.Notes,
	}
	for _, t := range l.Tags {
		id, err := f.named(crm.KindTag, t)
		if err != nil {
			return "", err
		}
		lead.Tags = append(lead.Tags, id)
	}
	err = store.Put(f.tx, &lead)
	return lead.ID, err
}

func (f *filling) user(name string) (string, error) {
	if id := f.users[name]; id != "" {
		return id, nil
	}
	u := crm.User{Name: name, Role: string(crm.RoleSeller)}
	err := store.Put(f.tx, &u)
	f.users[name] = u.ID
	return u.ID, err
}

// named answers the id of a tag or a source, and makes it when there is none.
func (f *filling) named(kind crm.Kind, name string) (string, error) {
	id := store.NamedID(kind, name)
	if f.made[id] {
		return id, nil
	}
	f.made[id] = true
	var err error
	if kind == crm.KindTag {
		if _, err = store.Get[crm.Tag](f.tx, id); crm.CodeOf(err) == crm.CodeNotFound {
			err = store.Put(f.tx, &crm.Tag{ID: id, Name: name, Color: "slate"})
		}
	} else if _, err = store.Get[crm.Source](f.tx, id); crm.CodeOf(err) == crm.CodeNotFound {
		err = store.Put(f.tx, &crm.Source{ID: id, Name: name})
	}
	return id, err
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// held answers how many leads a PC holds.
func (p *pc) held(ctx context.Context) (int, error) {
	ids, err := p.store.AllIDs(ctx, crm.KindLead)
	return len(ids), err
}
