package store

import (
	"context"
	"fmt"
	"testing"

	"patio/backend/crm"
)

// BenchmarkAPageByCustomField asks for the first page of a list of 100,000 leads
// that hold 20 custom fields each.
func BenchmarkAPageByCustomField(b *testing.B) {
	ctx := context.Background()
	w := newWorld(b, seeded(b), 50)
	byType := map[string]crm.Field{}
	for _, f := range w.fields {
		if f.Target == crm.TargetLead {
			byType[f.Type] = f
		}
	}
	w.transact("setup", func(tx *Tx) error {
		for i := range 15 {
			if err := Put(tx, &crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: fmt.Sprint("Campo ", i), Pos: int64(10 + i)}); err != nil {
				return err
			}
		}
		return nil
	})
	b.Log("filling")
	copyLeads(b, w.s, 100_000)
	for name, f := range map[string]crm.FieldFilter{
		"rare text":    {FieldID: byType[crm.FieldText].ID, Text: "valor 77"},
		"common text":  {FieldID: byType[crm.FieldText].ID, Text: "valor"},
		"rare number":  {FieldID: byType[crm.FieldNumber].ID, From: "10", To: "12"},
		"half numbers": {FieldID: byType[crm.FieldNumber].ID, From: "500"},
		"one choice":   {FieldID: byType[crm.FieldChoice].ID, Any: []string{worldChoices[0].Key}},
		"yes":          {FieldID: byType[crm.FieldBool].ID, Any: []string{"1"}},
		"by name":      {FieldID: "name", Text: "o"},
		"rare vehicle": {FieldID: "vehicle", Text: "nada disso"},
		"least value":  {FieldID: "valueCents", From: "5000000"},
		"nothing":      {FieldID: byType[crm.FieldBool].ID, Any: []string{""}},
	} {
		filter := crm.Filter{Fields: []crm.FieldFilter{f}}
		b.Run("list first/"+name, func(b *testing.B) {
			for b.Loop() {
				r := crm.ListRequest{Filter: filter, Sort: crm.SortCreated, Desc: true, Limit: 100}
				if _, ok, err := w.s.FirstPage(ctx, r); err != nil {
					b.Fatal(err)
				} else if ok {
					continue
				}
				if _, _, err := w.s.List(ctx, r); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("board first/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, ok, err := w.s.FirstBoard(ctx, crm.PipelineReadySales, filter, 50); err != nil {
					b.Fatal(err)
				} else if ok {
					continue
				}
				if _, _, err := w.s.Board(ctx, crm.PipelineReadySales, filter, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("list/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := w.s.List(ctx, crm.ListRequest{Filter: filter, Sort: crm.SortCreated, Desc: true, Limit: 50}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("board/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := w.s.Board(ctx, crm.PipelineReadySales, filter, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// copyLeads makes n leads out of one, past Transact, which would take minutes.
func copyLeads(b testing.TB, s *Store, n int) {
	ctx := context.Background()
	for _, query := range []string{
		"UPDATE guard SET open=1",
		fmt.Sprintf(`CREATE TEMP TABLE numbers AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<%d) SELECT i FROM c`, n),
		`INSERT INTO leads SELECT 1000+i, randomblob(16), 0, contact_id, (SELECT ref FROM refs JOIN stages s USING (id) ORDER BY (s.rid+i)%6 LIMIT 1), rank||i, stage_since, owner, source, shop, i*100, currency, subject, vehicle, plate, timeframe,
			qualification, 0, reason, reason_note, created_at+i, created_by, created_via, created_note, converted_from, origin_lead, 1, pipeline, sort_name, fresh, next_due, next_id, last_contact, tag_refs, referred_by
			FROM numbers, (SELECT * FROM leads WHERE live=1 LIMIT 1)`,
		`INSERT INTO lead_values SELECT 1000+i, ref, CASE type WHEN 'text' THEN 'valor '||(i%1000) WHEN 'number' THEN i%1000 WHEN 'bool' THEN i%2 WHEN 'date' THEN '2026-11-22' ELSE iif(i%2, '` + worldChoices[0].Key + `', '` + worldChoices[1].Key + `') END,
			CASE type WHEN 'number' THEN i%1000*10000 WHEN 'bool' THEN i%2*10000 END,
			CASE type WHEN 'text' THEN 'valor '||(i%1000) WHEN 'number' THEN i%1000 WHEN 'bool' THEN i%2 WHEN 'date' THEN '2026-11-22' ELSE iif(i%2, '` + worldChoices[0].Key + `', '` + worldChoices[1].Key + `') END
			FROM numbers, fields f JOIN refs USING (id) WHERE target='lead'`,
		"DELETE FROM lead_totals",
		"INSERT INTO lead_totals(tag,stage,owner,fresh,idle,n,cents) SELECT 0, stage, owner, fresh>0, next_due=0, count(*), sum(value_cents) FROM leads WHERE live=1 GROUP BY 2,3,4,5",
		"UPDATE guard SET open=0",
	} {
		if _, err := s.writer.ExecContext(ctx, query); err != nil {
			b.Fatal(err)
		}
	}
}
