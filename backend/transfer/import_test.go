package transfer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/setup"
	"patio/backend/sheet"
	"patio/backend/store"
)

var ctx = context.Background()

func TestMain(m *testing.M) {
	if sheet.IsChild(os.Args) {
		os.Exit(sheet.ChildMain(os.Args, os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func openStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, store.Config{Dir: t.TempDir(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := setup.Start(ctx, s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	return s
}

func openSheet(t testing.TB, path string) *sheet.Sheet {
	t.Helper()
	sh, err := sheet.Open(ctx, path, sheet.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sh.Close() })
	return sh
}

func writeSheet(t testing.TB, text string) *sheet.Sheet {
	t.Helper()
	path := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return openSheet(t, path)
}

func importAll(t testing.TB, s *store.Store, sh *sheet.Sheet, o Options) Counts {
	t.Helper()
	id, err := Begin(ctx, s, sh, sh.Suggest(), o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Run(ctx, s, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const shopSheet = "../sheet/testdata/planilha-loja.csv"

func TestTheShopsSheetBecomesAFullBoard(t *testing.T) {
	s, sh := openStore(t), openSheet(t, shopSheet)
	review, err := Preview(ctx, s, sh, sh.Suggest(), Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	c := importAll(t, s, sh, Options{})
	t.Logf("review %d new, %d duplicates, %d refused, %d warned; import %+v in %v", review.New, review.Duplicates, review.Refused, review.Warned, c, time.Since(start))
	if c.Created+c.Merged+c.Refused != sh.Count || sh.Count != 9960 {
		t.Errorf("%+v of %d rows", c, sh.Count)
	}
	if c.Created != review.New || c.Merged != review.Duplicates || c.Refused != review.Refused {
		t.Errorf("the review said %d, %d, %d; the import did %+v", review.New, review.Duplicates, review.Refused, c)
	}
	stages, totals, err := s.Board(ctx, crm.PipelineReadySales, crm.Filter{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	if totals.Count != c.Created {
		t.Errorf("the board holds %d leads, %d were created", totals.Count, c.Created)
	}
	for _, st := range stages {
		if st.Count < 500 || len(st.Cards) != 50 {
			t.Errorf("stage %s holds %d, shows %d", st.StageID, st.Count, len(st.Cards))
		}
	}
	// Once more: nobody is made twice, nothing changes.
	before := leadsOf(t, s)
	if again := importAll(t, s, sh, Options{}); again != (Counts{Merged: c.Created + c.Merged, Refused: c.Refused}) {
		t.Errorf("again: %+v", again)
	}
	if d := cmp.Diff(before, leadsOf(t, s)); d != "" {
		t.Error(d[:min(len(d), 2000)])
	}
}

// plain is a lead with its contact and notes, without ids that an import makes.
type plain struct {
	Lead    crm.Lead
	Contact crm.Contact
	Closed  bool
}

func leadsOf(t testing.TB, s *store.Store) []plain {
	t.Helper()
	w, err := s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, st := range w.Stages {
		kinds[st.ID] = st.Kind
	}
	ids, err := s.SelectIDs(ctx, crm.Selection{Filter: &crm.Filter{}})
	if err != nil {
		t.Fatal(err)
	}
	out := []plain{}
	for _, id := range ids {
		l, err := store.Read[crm.Lead](ctx, s, id)
		if err != nil {
			t.Fatal(err)
		}
		c, err := store.Read[crm.Contact](ctx, s, l.ContactID)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, plain{*l, *c, kinds[l.StageID] != crm.StageOpen})
	}
	return out
}

func TestDuplicatesFillWhatIsEmptyAndReopenNothing(t *testing.T) {
	s := openStore(t)
	first := importAll(t, s, writeSheet(t, "Nome;Celular;E-mail;Veículo;Valor;Situação\n"+
		"Ana Lima;(11) 98527-0593;;Fiat Argo;;Em negociação\n"+
		"Bruno Sá;(11) 97777-0000;;VW Polo;50.000,00;Vendido\n"), Options{})
	if first != (Counts{Created: 2}) {
		t.Fatalf("first import: %+v", first)
	}
	sh := writeSheet(t, "Nome;Celular;E-mail;Veículo;Valor;Situação\n"+
		"Ana L.;11 8527-0593;ana@uol.com.br;Fiat Argo;60.000,00;Vendido\n"+ // the ninth digit is missing
		"Ana Lima;(11) 98527-0593;;Jeep Compass;140.000,00;Novo\n"+
		"Bruno Sá;(11) 97777-0000;;VW Polo;55.000,00;Novo\n"+
		";;;;;\nSem Contato;;;;;\n")
	review, err := Preview(ctx, s, sh, sh.Suggest(), Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if review.New != 2 || review.Duplicates != 1 || review.Fills != 1 || review.Refused != 1 {
		t.Errorf("review: %+v", review)
	}
	want := []crm.FieldChange{{Field: "valueCents", Old: "0", New: "6000000"}, {Field: "contact.emails", New: "ana@uol.com.br"}}
	if d := cmp.Diff(want, review.DuplicateRows[0].Changes); d != "" {
		t.Error(d)
	}
	if c := importAll(t, s, sh, Options{}); c != (Counts{Created: 2, Merged: 1, Refused: 1}) {
		t.Errorf("second import: %+v", c)
	}
	all := leadsOf(t, s)
	if len(all) != 4 {
		t.Fatalf("%d leads", len(all))
	}
	for _, p := range all {
		switch {
		case p.Lead.Vehicle == "Fiat Argo":
			if p.Contact.Name != "Ana Lima" || len(p.Contact.Phones) != 1 || len(p.Contact.Emails) != 1 || p.Lead.ValueCents != 6000000 || p.Closed {
				t.Errorf("filled lead: %+v", p)
			}
		case p.Lead.Vehicle == "VW Polo" && p.Lead.ValueCents == 5000000:
			if !p.Closed {
				t.Errorf("a sale was reopened: %+v", p)
			}
		}
	}
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if all := leadsOf(t, s); len(all) != 2 || all[0].Contact.Emails == nil {
		t.Errorf("after undo %d leads", len(all))
	}
}

func TestAnImportThatWasStoppedGoesOnWithTheRightRow(t *testing.T) {
	text, err := os.ReadFile(shopSheet)
	if err != nil {
		t.Fatal(err)
	}
	sh := writeSheet(t, string(text[:800<<10])) // some 4,800 rows: three chunks, the last one cut in a row
	whole := openStore(t)
	importAll(t, whole, sh, Options{})

	s := openStore(t)
	id, err := Begin(ctx, s, sh, sh.Suggest(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	stop, cancel := context.WithCancel(ctx)
	c, err := Run(stop, s, id, func(done, total int, _ Counts) {
		if done >= chunk {
			cancel()
		}
	})
	if crm.CodeOf(err) != crm.CodeCancelled {
		t.Fatalf("%+v, %v", c, err)
	}
	pending, err := Pending(ctx, s)
	if err != nil || len(pending) != 1 || pending[0].Row == 0 || pending[0].Row == sh.Count {
		t.Fatalf("pending: %+v, %v", pending, err)
	}
	if c, err = Run(ctx, s, id, nil); err != nil || c.Created+c.Merged+c.Refused != sh.Count {
		t.Fatalf("%+v, %v", c, err)
	}
	ignore := cmp.Options{
		cmpopts.IgnoreFields(crm.Lead{}, "ID", "ContactID", "PersonID", "Rank", "OwnerID", "CreatedBy", "NextID", "CreatedAt", "StageSince", "LastContact"),
		cmpopts.IgnoreFields(crm.Contact{}, "ID", "CreatedAt"),
		cmpopts.SortSlices(func(a, b plain) bool { return key(a) < key(b) }),
	}
	if d := cmp.Diff(leadsOf(t, whole), leadsOf(t, s), ignore); d != "" {
		t.Error(d[:min(len(d), 2000)])
	}
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if left := leadsOf(t, s); len(left) != 0 {
		t.Errorf("%d leads left after one undo", len(left))
	}
}

func key(p plain) string {
	return fmt.Sprint(p.Contact.Name, p.Contact.Phones, p.Contact.Emails, p.Lead.Vehicle, p.Lead.ValueCents, p.Lead.StageID, p.Lead.SourceID)
}

func TestAFamilysPhoneMakesNobodyTheSame(t *testing.T) {
	s := openStore(t)
	sh := writeSheet(t, "Nome;Celular;E-mail;Veículo\n"+
		"Ana Lima;(11) 98527-0593;ana@x.com;\n"+
		"Bruno Lima;(11) 98527-0593;bruno@x.com;\n"+ // the same phone, another name and e-mail: somebody else
		"Ana L. Lima;(11) 98527-0593;;\n"+ // the same phone and first name
		"Carla Lima;(11) 98527-0593;;\n"+ // and a third one
		"B. Lima;(11) 98527-0593;bruno@x.com;\n") // an e-mail says who it is
	review, err := Preview(ctx, s, sh, sh.Suggest(), Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := importAll(t, s, sh, Options{})
	if c != (Counts{Created: 3, Merged: 2}) || review.New != c.Created || review.Duplicates != c.Merged {
		t.Errorf("import %+v, review %d new, %d duplicates", c, review.New, review.Duplicates)
	}
	if again := importAll(t, s, sh, Options{}); again.Created != 0 {
		t.Errorf("again: %+v", again)
	}
}

func TestAnotherProgramsExportKeepsItsPeople(t *testing.T) {
	s, sh := openStore(t), openSheet(t, "../sheet/testdata/contatos-en.csv")
	review, err := Preview(ctx, s, sh, sh.Suggest(), Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := importAll(t, s, sh, Options{})
	t.Logf("%+v of %d", c, sh.Count)
	if c.Created+c.Merged+c.Refused != sh.Count || c.Created != review.New || c.Merged != review.Duplicates {
		t.Errorf("import %+v, review %d, %d, %d", c, review.New, review.Duplicates, review.Refused)
	}
	// The file repeats five phones under hundreds of names: every e-mail still
	// stands with somebody.
	emails := map[string]bool{}
	for _, p := range leadsOf(t, s) {
		for _, e := range p.Contact.Emails {
			emails[e.Key] = true
		}
	}
	p := sheet.NewParser(sh, sh.Suggest(), sheet.Reading{Zone: time.UTC, Region: "BR"})
	for row, err := range sh.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Parse(row).Lead.Emails {
			if !emails[e] {
				t.Errorf("line %d: %s is nobody's", row.Line, e)
			}
		}
	}
}
