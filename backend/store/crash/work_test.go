//go:build linux

package crash_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/sheet"
	"patio/backend/store"
	"patio/backend/transfer"
)

// What a child process of the tests is told.
const (
	childRole    = "PATIO_CRASH_CHILD" // see runChild
	childDir     = "PATIO_CRASH_DIR"
	childAcks    = "PATIO_CRASH_ACKS"    // the file to which it says what it did; standard output when unset
	childSeed    = "PATIO_CRASH_SEED"    //
	childOps     = "PATIO_CRASH_OPS"     // operations until it closes and ends; 0 never
	childImports = "PATIO_CRASH_IMPORTS" // "1": sheets are imported, too
	childNotes   = "PATIO_CRASH_NOTES"   // bytes of a new lead's note at most
	childSync    = "PATIO_CRASH_SYNC"    // of role rows: PRAGMA synchronous
)

// worker is a child at its work.
type worker struct {
	s       *store.Store
	dir     string
	out     io.Writer
	r       *rand.Rand
	notes   int
	imports bool
	facts   map[string]fact
	ids     []string // of facts, in an order that doesn't change
}

// runChild is what a process of the tests does instead of testing.
func runChild(role string) error {
	var out io.Writer = os.Stdout
	if path := os.Getenv(childAcks); path != "" {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(os.Getenv(name)) // unset is 0
		return n
	}
	w := &worker{dir: os.Getenv(childDir), out: out, r: rand.New(rand.NewPCG(uint64(number(childSeed)), 2)),
		notes: number(childNotes), imports: os.Getenv(childImports) == "1", facts: map[string]fact{}}
	if role == "rows" {
		return w.rows(os.Getenv(childSync), number(childOps))
	}
	operation := map[string]func() error{"work": w.operation, "hasty": w.hasty}[role]
	if operation == nil {
		return errors.New("no such role")
	}
	if err := w.open(); err != nil {
		return err
	}
	for n, max := 0, number(childOps); max == 0 || n < max; n++ {
		if err := operation(); err != nil {
			return err
		}
	}
	return w.s.Close()
}

func (w *worker) open() error {
	var err error
	if w.s, err = openDir(w.dir); err != nil {
		return err
	}
	workspace, err := w.s.Workspace(ctx)
	if err != nil {
		return err
	}
	if len(workspace.Users) == 0 {
		if err := start(w.s); err != nil {
			return err
		}
	}
	facts, err := factsOf(w.s)
	if err != nil {
		return err
	}
	for id, f := range facts {
		if _, _, ok := importTag(f.Name); !ok {
			w.keep(id, f)
		}
	}
	if err := w.say(line{Kind: sayReady}); err != nil {
		return err
	}
	pending, err := transfer.Pending(ctx, w.s)
	if err != nil {
		return err
	}
	for _, im := range pending {
		if err := w.runImport(im.ID, strings.TrimSuffix(im.Name, ".csv"), im.Total); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) say(l line) error {
	b, err := json.Marshal(l)
	if err == nil {
		_, err = w.out.Write(append(b, '\n')) // one write call a line
	}
	return err
}

func (w *worker) keep(id string, f fact) {
	if _, ok := w.facts[id]; !ok {
		w.ids = append(w.ids, id)
	}
	w.facts[id] = f
}

// operation does one thing that people do, and acknowledges it.
func (w *worker) operation() error {
	switch n := w.r.IntN(100); {
	case n < 3:
		return w.takeSnapshot()
	case n < 5 && w.imports:
		return w.importSheet()
	case n < 50 || len(w.ids) == 0:
		return w.create()
	case n < 70:
		return w.change("move", func(id string, f *fact) func() error {
			stages := openStages()
			f.Stage = stages[w.r.IntN(len(stages))]
			return func() error {
				_, err := leads.MoveLeads(ctx, w.s, leads.Move{IDs: []string{id}, StageID: f.Stage, ToTop: w.r.IntN(2) == 0})
				return err
			}
		})
	case n < 78:
		return w.change("take", func(id string, f *fact) func() error {
			f.Subject = fmt.Sprint("Assunto ", w.r.IntN(1e6))
			return func() error { return w.take(id, f.Subject) }
		})
	case n < 88:
		return w.change("edit", func(id string, f *fact) func() error {
			f.Cents, f.Subject = w.cents(), fmt.Sprint("Assunto ", w.r.IntN(1e6))
			return func() error {
				_, err := leads.Update(ctx, w.s, id, leads.Patch{ValueCents: &f.Cents, Subject: &f.Subject})
				return err
			}
		})
	case n < 95:
		return w.change("rename", func(id string, f *fact) func() error {
			f.Name = w.name()
			return func() error {
				l, err := store.Read[crm.Lead](ctx, w.s, id)
				if err == nil {
					_, err = leads.UpdateContact(ctx, w.s, l.ContactID, leads.ContactPatch{Name: &f.Name})
				}
				return err
			}
		})
	default:
		return w.remove()
	}
}

// openStages are the ids of the ready sales pipeline's open stages.
func openStages() []string {
	var out []string
	for _, st := range crm.ReadyPipelines()[0].Stages {
		if st.Kind == crm.StageOpen {
			out = append(out, st.ID)
		}
	}
	return out
}

func (w *worker) name() string { return fmt.Sprintf("Conceição Araújo %d", w.r.IntN(1e9)) }

func (w *worker) cents() int64 { return int64(w.r.IntN(9e6)) + 1 }

func (w *worker) create() error {
	f := fact{Name: w.name(), Subject: fmt.Sprint("Assunto ", w.r.IntN(1e6)), Cents: w.cents(), Stage: openStages()[0]}
	n := leads.New{Name: f.Name, Phone: fmt.Sprintf("+55219%08d", w.r.IntN(1e8)), ValueCents: f.Cents, Subject: f.Subject,
		Vehicle: "Fiat Argo", StageID: f.Stage, Note: strings.Repeat("Liga amanhã. ", w.r.IntN(w.notes/13+1))}
	if err := w.say(line{Kind: sayTry, Op: "create", Fact: f}); err != nil {
		return err
	}
	done, err := leads.Create(ctx, w.s, n)
	if err != nil {
		return err
	}
	w.keep(done.IDs[0], f)
	return w.say(line{Kind: sayDone, ID: done.IDs[0], Fact: f})
}

// change changes one lead: plan says what it will be, and answers what makes it so.
func (w *worker) change(op string, plan func(id string, f *fact) func() error) error {
	id := w.ids[w.r.IntN(len(w.ids))]
	f := w.facts[id]
	do := plan(id, &f)
	if err := w.say(line{Kind: sayTry, Op: op, ID: id, Fact: f}); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	w.facts[id] = f
	return w.say(line{Kind: sayDone, ID: id, Fact: f})
}

func (w *worker) remove() error {
	i := w.r.IntN(len(w.ids))
	id := w.ids[i]
	if err := w.say(line{Kind: sayTry, Op: "remove", ID: id}); err != nil {
		return err
	}
	if _, err := leads.Remove(ctx, w.s, crm.Selection{IDs: []string{id}}, nil); err != nil {
		return err
	}
	delete(w.facts, id)
	w.ids = append(w.ids[:i], w.ids[i+1:]...)
	return w.say(line{Kind: sayRemoved, ID: id})
}

func (w *worker) takeSnapshot() error {
	if err := w.say(line{Kind: sayTry, Op: "snapshot"}); err != nil {
		return err
	}
	snap, err := w.s.TakeSnapshot(ctx, store.SnapshotManual)
	if err != nil {
		return err
	}
	return w.say(line{Kind: saySnapshot, ID: snap.ID})
}

// importSheet brings a small sheet in, each row a lead of its own.
func (w *worker) importSheet() error {
	tag, rows := fmt.Sprintf("%05d", w.r.IntN(1e5)), 5+w.r.IntN(60)
	text := strings.Builder{}
	text.WriteString("Nome;Telefone;Valor\n")
	for row := range rows {
		fmt.Fprintf(&text, "%s;(11) 9%s-%03d%d;%d,00\n", importedName(tag, row), tag[:4], row, tag[4]-'0', w.cents())
	}
	folder := filepath.Join(w.dir, "imports")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	path := filepath.Join(folder, tag+".csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return err
	}
	sh, err := sheet.Open(ctx, path, sheet.Options{Dir: folder})
	if err != nil {
		return err
	}
	id, err := transfer.Begin(ctx, w.s, sh, sh.Suggest(), transfer.Options{Duplicates: transfer.Create})
	if err != nil {
		return errors.Join(err, sh.Close())
	}
	return errors.Join(w.runImport(id, tag, rows), sh.Close())
}

func (w *worker) runImport(id, tag string, rows int) error {
	if err := w.say(line{Kind: sayTry, Op: "import", Tag: tag, Rows: rows}); err != nil {
		return err
	}
	c, err := transfer.Run(ctx, w.s, id, nil)
	if err != nil {
		return err
	}
	if c.Created != rows {
		return fmt.Errorf("import %s of %d rows: %+v", tag, rows, c)
	}
	return w.say(line{Kind: sayImported, Tag: tag, Rows: rows})
}

// hasty acknowledges what isn't committed yet: the tests must find it out.
func (w *worker) hasty() error {
	f := fact{Name: w.name(), Cents: w.cents(), Stage: openStages()[0]}
	if err := w.say(line{Kind: sayTry, Op: "create", Fact: f}); err != nil {
		return err
	}
	_, err := w.s.Transact(ctx, store.Op{Label: "lead.create"}, func(tx *store.Tx) error {
		c := crm.Contact{Type: "person", Name: f.Name, CreatedAt: tx.Now, Phones: []crm.Entry{{Key: fmt.Sprintf("+55219%08d", w.r.IntN(1e8))}}}
		if err := store.Put(tx, &c); err != nil {
			return err
		}
		l := crm.Lead{ContactID: c.ID, StageID: f.Stage, Rank: fmt.Sprintf("a%09d", w.r.IntN(1e9)), StageSince: tx.Now, ShopID: crm.ReadyShop,
			ValueCents: f.Cents, Currency: "BRL", CreatedAt: tx.Now, CreatedVia: crm.ViaManual}
		if err := store.Put(tx, &l); err != nil {
			return err
		}
		return w.say(line{Kind: sayDone, ID: l.ID, Fact: f})
	})
	return err
}
