package replica

import (
	"context"
	"fmt"
	"math/rand/v2"

	"patio/backend/crm"
	"patio/backend/duplicates"
	custom "patio/backend/fields"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
	"patio/sync/record"
)

// writes answers all live writes to a PC's leads, and their values.
func (p *pc) writes() map[string]string {
	ctx := context.Background()
	out := map[string]string{}
	ids := p.ids()
	if err := p.s.Sync(ctx, func(tx *store.SyncTx) error {
		m, err := tx.Meta()
		if err != nil {
			return err
		}
		p.w.numbers[m.Replica] = p.name
		for _, id := range ids {
			h, err := tx.Held(id)
			if err != nil || h == nil {
				return err
			}
			for _, f := range h.State.Fields {
				out[fmt.Sprintf("%x %v %s.%d", id, f.Key, p.w.numbers[f.Dot.Replica], f.Dot.N)] = f.Value
			}
		}
		return nil
	}); err != nil {
		p.w.t.Fatal(err)
	}
	return out
}

// ids answers all leads', deleted ones included.
func (p *pc) ids() []record.ID {
	list, err := p.s.AllIDs(context.Background(), crm.KindLead)
	if err != nil {
		p.w.t.Fatal(err)
	}
	return list
}

// work is one thing that a person does.
func (p *pc) work() {
	p.w.t.Helper()
	before := p.known
	if before == nil {
		before = p.writes()
	}
	p.operate()
	after := p.writes()
	p.known = after
	for write := range before {
		if _, live := after[write]; !live {
			p.w.replaced[write] = true
		}
	}
	for write, value := range after {
		if _, was := before[write]; !was {
			p.w.written[write] = value
		}
	}
}

// tolerate lets pass what a person would be told.
func (p *pc) tolerate(_ crm.Done, err error) {
	p.w.t.Helper()
	switch crm.CodeOf(err) {
	case "", crm.CodeNotFound, crm.CodeNothingToUndo, crm.CodeNothingToRedo, setup.CodeTaken, crm.CodeReasonNeeded, duplicates.CodeSame, duplicates.CodeNotMerged:
		return
	}
	p.w.t.Fatalf("PC %s: %v", p.name, err)
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (p *pc) operate() {
	p.w.t.Helper()
	ctx, r, s := context.Background(), p.w.r, p.s
	ws, err := s.Workspace(ctx)
	if err != nil {
		p.w.t.Fatal(err)
	}
	list, err := s.AllIDs(ctx, crm.KindLead)
	if err != nil {
		p.w.t.Fatal(err)
	}
	if len(list) == 0 || r.IntN(10) == 0 {
		n := leads.New{Name: fmt.Sprintf("Conceição %d", r.IntN(1e6)), Phone: fmt.Sprintf("119%08d", r.IntN(1e8)), Note: "veio a pé", ValueCents: int64(r.IntN(9e6))}
		if p.w.shops {
			n.ShopID = pick(r, ws.Shops).ID
		}
		p.tolerate(leads.Create(ctx, s, n))
		return
	}
	b := pick(r, list)
	id := store.IDText(b)
	sel := crm.Selection{IDs: []string{id}}
	unique := fmt.Sprintf("w%s-%d", p.name, len(p.w.written)+len(p.w.replaced)+r.IntN(1e9))
	switch r.IntN(23) {
	case 21:
		p.mergeSome(id, store.IDText(pick(r, list)))
	case 0, 1, 2, 3:
		if r.IntN(12) == 0 && !p.w.calm {
			unique = "no" + unique
		}
		p.tolerate(leads.Update(ctx, s, id, leads.Patch{Subject: &unique}))
	case 4:
		value := int64(r.IntN(1e7))
		p.tolerate(leads.Update(ctx, s, id, leads.Patch{ValueCents: &value}))
	case 5, 6:
		var open []string
		for _, st := range ws.Stages {
			if st.Kind == crm.StageOpen {
				open = append(open, st.ID)
			}
		}
		p.tolerate(leads.MoveLeads(ctx, s, leads.Move{IDs: []string{id}, StageID: pick(r, open), ToTop: r.IntN(2) == 0}))
	case 7:
		p.tolerate(setup.SaveTag(ctx, s, crm.Tag{Name: fmt.Sprintf("Etiqueta %d", r.IntN(4)), Color: pick(r, []string{"amber", "slate"})}))
	case 8, 9:
		if len(ws.Tags) > 0 {
			p.tolerate(leads.Tag(ctx, s, sel, []string{pick(r, ws.Tags).ID}, []string{pick(r, ws.Tags).ID}, nil))
		}
	case 10:
		p.tolerate(leads.Remove(ctx, s, sel, nil))
	case 11:
		p.tolerate(s.Undo(ctx, nil))
	case 12:
		p.tolerate(s.Redo(ctx, nil))
	case 13:
		p.tolerate(leads.AddActivity(ctx, s, leads.NewActivity{LeadID: id, Kind: crm.ActivityCall, Title: "Ligar", DueDay: "2026-12-24", Done: r.IntN(2) == 0}))
	case 14:
		if err := leads.Seen(ctx, s, id); err != nil && crm.CodeOf(err) != crm.CodeNotFound {
			p.w.t.Fatal(err)
		}
	case 15:
		p.tolerate(leads.Archive(ctx, s, sel, nil))
	case 16:
		l, err := store.Read[crm.Lead](ctx, s, id)
		if err != nil {
			p.tolerate(crm.Done{}, err)
			return
		}
		name, phones := fmt.Sprintf("Íris %d", r.IntN(1e6)), []crm.Entry{{Key: fmt.Sprintf("119%08d", r.IntN(1e8))}, {Key: "11933334444", Label: unique}}
		p.tolerate(leads.UpdateContact(ctx, s, l.ContactID, leads.ContactPatch{Name: &name, Phones: &phones}))
	case 19:
		if len(ws.Fields) < 3 {
			p.tolerate(custom.Save(ctx, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: fmt.Sprintf("Cor %d", r.IntN(3))}))
			return
		}
		p.tolerate(leads.Update(ctx, s, id, leads.Patch{Values: []crm.FieldValue{{FieldID: pick(r, ws.Fields).ID, Value: unique}}}))
	case 17:
		if p.w.shops {
			shop := pick(r, ws.Shops).ID
			p.tolerate(leads.Update(ctx, s, id, leads.Patch{ShopID: &shop}))
			return
		}
		p.settle()
	case 18:
		if r.IntN(6) == 0 {
			p.importSome()
			return
		}
		p.settle()
	default:
		p.tolerate(leads.Replied(ctx, s, id, "tem interesse"))
	}
}

// importSome makes leads as an import does: in bulk, one group, no history.
func (p *pc) importSome() {
	p.w.t.Helper()
	op := store.Op{Label: "import", Group: p.s.NewID(), Quiet: true, Bulk: true}
	p.must(p.s.Transact(context.Background(), op, func(tx *store.Tx) error {
		for i := range 20 {
			c := crm.Contact{Type: "person", Name: fmt.Sprintf("Planilha %d", i), CreatedAt: tx.Now}
			if err := store.Put(tx, &c); err != nil {
				return err
			}
			l := crm.Lead{ContactID: c.ID, StageID: crm.ReadyPipelines()[1].Stages[0].ID, Rank: fmt.Sprintf("a%d", i), ShopID: crm.ReadyShop, CreatedVia: crm.ViaImport, CreatedAt: tx.Now}
			if err := store.Put(tx, &l); err != nil {
				return err
			}
		}
		return nil
	}))
}
