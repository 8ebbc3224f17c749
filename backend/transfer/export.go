package transfer

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/format"
	"patio/backend/sheet"
	"patio/backend/store"
)

// Column is one column of an export: what it holds and its translated title.
type Column struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// Words are the texts of a sheet that are not values, translated by whoever
// asks: "hot" → "quente".
type Words map[string]string

func (w Words) of(key string) string {
	if key == "" {
		return ""
	}
	if text, ok := w[key]; ok {
		return text
	}
	return key
}

// exporter writes cards as cells.
type exporter struct {
	names map[string]string // id → name, of all small entities
	zone  *time.Location
	words Words
	w     *store.Workspace
}

func newExporter(ctx context.Context, s *store.Store, words Words) (*exporter, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	e := &exporter{names: map[string]string{}, zone: s.Zone(), words: words, w: w}
	for _, v := range w.Users {
		e.names[v.ID] = v.Name
	}
	for _, v := range w.Sources {
		e.names[v.ID] = v.Name
	}
	for _, v := range w.Stages {
		e.names[v.ID] = v.Name
	}
	for _, v := range w.Pipelines {
		e.names[v.ID] = v.Name
	}
	for _, v := range w.Tags {
		e.names[v.ID] = v.Name
	}
	for _, v := range w.Shops {
		e.names[v.ID] = v.Name
	}
	for _, v := range w.Reasons {
		e.names[v.ID] = v.Name
	}
	return e, nil
}

func (e *exporter) moment(ms int64) sheet.Cell {
	if ms == 0 {
		return sheet.Text("")
	}
	return sheet.Moment(ms, e.zone)
}

func (e *exporter) tags(ids []string) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = e.names[id]
	}
	return strings.Join(out, "; ")
}

// cells are the columns that the list can show, by the id that the window and
// the import know them by.
var cells = map[string]func(*exporter, *crm.Card) sheet.Cell{
	"name":          func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.Name) },
	"company":       func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.Company) },
	"phone":         func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(format.DisplayPhone(c.Phone)) },
	"email":         func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.Email) },
	"city":          func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.City) },
	"vehicle":       func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.Vehicle) },
	"plate":         func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(format.DisplayPlate(c.Plate)) },
	"subject":       func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.Subject) },
	"value":         func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Amount(c.ValueCents) },
	"stage":         func(e *exporter, c *crm.Card) sheet.Cell { return sheet.Text(e.names[c.StageID]) },
	"owner":         func(e *exporter, c *crm.Card) sheet.Cell { return sheet.Text(e.names[c.OwnerID]) },
	"source":        func(e *exporter, c *crm.Card) sheet.Cell { return sheet.Text(e.names[c.SourceID]) },
	"shop":          func(e *exporter, c *crm.Card) sheet.Cell { return sheet.Text(e.names[c.ShopID]) },
	"reason":        func(e *exporter, c *crm.Card) sheet.Cell { return sheet.Text(e.names[c.ReasonID]) },
	"tags":          func(e *exporter, c *crm.Card) sheet.Cell { return sheet.Text(e.tags(c.Tags)) },
	"timeframe":     func(e *exporter, c *crm.Card) sheet.Cell { return sheet.Text(e.words.of(crm.Temperature(c.Timeframe))) },
	"qualification": func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.Qualification) },
	"created":       func(e *exporter, c *crm.Card) sheet.Cell { return e.moment(c.CreatedAt) },
	"stageSince":    func(e *exporter, c *crm.Card) sheet.Cell { return e.moment(c.StageSince) },
	"lastContact":   func(e *exporter, c *crm.Card) sheet.Cell { return e.moment(c.LastContact) },
	"archived":      func(e *exporter, c *crm.Card) sheet.Cell { return e.moment(c.ArchivedAt) },
	"next":          func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.NextTitle) },
	"nextDue": func(e *exporter, c *crm.Card) sheet.Cell {
		if c.NextDay != "" {
			return sheet.Day(c.NextDay)
		}
		return e.moment(c.NextAt)
	},
	"id": func(_ *exporter, c *crm.Card) sheet.Cell { return sheet.Text(c.ID) },
}

// List writes the leads of a list as it is shown, an id column last. Errors:
// invalid for a column that doesn't exist, disk_full, cancelled.
func List(ctx context.Context, s *store.Store, w sheet.Writer, r crm.ListRequest, columns []Column, words Words, progress func(done int)) error {
	if !slices.ContainsFunc(columns, func(c Column) bool { return c.ID == "id" }) {
		columns = append(slices.Clone(columns), Column{"id", "id"})
	}
	e, err := newExporter(ctx, s, words)
	if err != nil {
		return err
	}
	row := make([]sheet.Cell, len(columns))
	for i, c := range columns {
		if id, custom := sheet.Field(c.ID).Custom(); custom && e.w.Field(id) == nil || !custom && cells[c.ID] == nil {
			return crm.NewError(crm.CodeInvalid, "columns", "value", c.ID)
		}
		row[i] = sheet.Text(c.Title)
	}
	if err := w.Row(row...); err != nil {
		return err
	}
	n := 0
	err = s.EachCard(ctx, r, func(card crm.Card) error {
		for i, c := range columns {
			if id, custom := sheet.Field(c.ID).Custom(); custom {
				row[i] = e.value(e.w.Field(id), card.Values)
				continue
			}
			row[i] = cells[c.ID](e, &card)
		}
		if n++; progress != nil && n%1000 == 0 {
			progress(n)
		}
		return w.Row(row...)
	})
	return errors.Join(err, w.Close())
}

// everything are the columns of an export of everything, by the header that
// the import recognises.
var everything = []Column{
	{"name", "Nome"}, {"company", "Empresa"}, {"phones", "Telefone"}, {"emails", "E-mail"}, {"document", "CPF/CNPJ"}, {"city", "Cidade"},
	{"address", "Endereço"}, {"zip", "CEP"}, {"birthday", "Aniversário"}, {"vehicle", "Veículo"}, {"plate", "Placa"}, {"value", "Valor"},
	{"pipeline", "Funil"}, {"stage", "Etapa"}, {"owner", "Vendedor"}, {"source", "Origem"}, {"shop", "Loja"}, {"subject", "Assunto"},
	{"qualification", "Qualificação"}, {"reason", "Motivo"}, {"tags", "Etiquetas"}, {"timeframe", "Temperatura"}, {"created", "Data de criação"},
	{"archived", "Arquivado em"}, {"notes", "Observações"}, {"id", "ID"}, {"contactId", "ID do contato"},
}

// Everything writes all leads, archived ones too, with all that they have, so
// that an import makes the same leads of it.
func Everything(ctx context.Context, s *store.Store, w sheet.Writer, words Words, progress func(done int)) error {
	e, err := newExporter(ctx, s, words)
	if err != nil {
		return err
	}
	row := make([]sheet.Cell, len(everything), len(everything)+len(e.w.Fields)+restColumns)
	for i, c := range everything {
		row[i] = sheet.Text(c.Title)
	}
	for _, f := range e.w.Fields {
		row = append(row, sheet.Text(f.Name+sheet.CustomMark))
	}
	for range restColumns {
		row = append(row, sheet.Text(sheet.RestHeader))
	}
	if err := w.Row(row...); err != nil {
		return err
	}
	n := 0
	for _, archived := range []bool{false, true} {
		ids, err := s.SelectIDs(ctx, crm.Selection{Filter: &crm.Filter{Archived: archived}})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := ctx.Err(); err != nil {
				return crm.NewError(crm.CodeCancelled, "").Because(err)
			}
			if err := e.whole(ctx, s, id, row); err != nil {
				return err
			}
			if err := w.Row(row...); err != nil {
				return err
			}
			if n++; progress != nil && n%1000 == 0 {
				progress(n)
			}
		}
	}
	return w.Close()
}

// whole fills a row of Everything.
func (e *exporter) whole(ctx context.Context, s *store.Store, id string, row []sheet.Cell) error {
	l, err := store.Read[crm.Lead](ctx, s, id)
	if err != nil {
		return err
	}
	c, err := store.Read[crm.Contact](ctx, s, l.PersonID)
	if err != nil {
		return err
	}
	activities, err := s.ActivitiesOf(ctx, id)
	if err != nil {
		return err
	}
	seen, err := s.SeenAt(ctx, id)
	if err != nil {
		return err
	}
	rest := Rest{
		Rank: l.Rank, StageSince: l.StageSince, Currency: l.Currency, ReasonNote: l.ReasonNote, Via: l.CreatedVia, Note: l.CreatedNote,
		Created: l.CreatedAt, Archived: l.ArchivedAt, SeenAt: seen, Contact: c.CreatedAt, Type: c.Type, Origin: l.OriginLeadID, Phones: c.Phones, Emails: c.Emails,
	}
	var notes, phones, emails []string
	for _, a := range activities {
		if a.Kind == crm.ActivityNote {
			notes = append(notes, a.Body)
		}
		r := RestActivity{Activity: a, User: e.names[a.UserID]}
		r.LeadID, r.UserID, r.CreatedBy, r.Due = "", "", "", 0
		rest.Activities = append(rest.Activities, r)
	}
	for _, p := range c.Phones {
		phones = append(phones, format.DisplayPhone(p.Key))
	}
	for _, m := range c.Emails {
		emails = append(emails, m.Key)
	}
	rest.keepFields(e.w, l, c)
	tail, err := rest.cells()
	if err != nil {
		return err
	}
	for i, f := range e.w.Fields {
		row[len(everything)+i] = e.value(&f, slices.Concat(l.Values, c.Values))
	}
	copy(row[len(everything)+len(e.w.Fields):], tail)
	plate := format.DisplayPlate(l.Plate)
	for i, v := range []sheet.Cell{
		sheet.Text(c.Name), sheet.Text(c.Company), sheet.Text(strings.Join(phones, "; ")), sheet.Text(strings.Join(emails, "; ")),
		sheet.Text(format.DisplayDocument(c.Document)), sheet.Text(c.City), sheet.Text(c.Address), sheet.Text(format.DisplayCEP(c.Zip)), day(c.Birthday),
		sheet.Text(l.Vehicle), sheet.Text(plate), sheet.Amount(l.ValueCents), sheet.Text(e.names[l.PipelineID]), sheet.Text(e.names[l.StageID]),
		sheet.Text(e.names[l.OwnerID]), sheet.Text(e.names[l.SourceID]), sheet.Text(e.names[l.ShopID]), sheet.Text(l.Subject), sheet.Text(l.Qualification),
		sheet.Text(e.names[l.ReasonID]), sheet.Text(e.tags(l.Tags)), sheet.Text(e.words.of(crm.Temperature(l.Timeframe))), e.moment(l.CreatedAt),
		e.moment(l.ArchivedAt), sheet.Text(short(strings.Join(notes, "\n"))), sheet.Text(l.ID), sheet.Text(c.ID),
	} {
		row[i] = v
	}
	return nil
}

// value is what people read of a custom field, in a form that an import reads.
func (e *exporter) value(f *crm.Field, values []crm.FieldValue) sheet.Cell {
	value := fields.Of(values, f.ID)
	switch {
	case value == "":
	case f.Type == crm.FieldMoney:
		if cents, err := strconv.ParseInt(value, 10, 64); err == nil {
			return sheet.Amount(cents)
		}
	case f.Type == crm.FieldDate:
		return sheet.Day(value)
	case f.Type == crm.FieldNumber:
		return sheet.Text(strings.Replace(value, ".", ",", 1))
	case f.Type == crm.FieldBool:
		return sheet.Text(e.words.of(map[string]string{"1": "yes", "0": "no"}[value]))
	case f.Type == crm.FieldPhone:
		return sheet.Text(format.DisplayPhone(value))
	case crm.HasChoices(f.Type):
		var labels []string
		for _, id := range strings.Split(value, ",") {
			if i := slices.IndexFunc(f.Choices, func(c crm.Entry) bool { return c.Key == id }); i >= 0 {
				labels = append(labels, f.Choices[i].Label)
			}
		}
		return sheet.Text(strings.Join(labels, "; "))
	}
	return sheet.Text(short(value))
}

// short keeps a text within a workbook's cell; the rest has it whole.
func short(text string) string {
	if r := []rune(text); len(r) > 30_000 {
		return string(r[:30_000]) + "…"
	}
	return text
}

func day(d string) sheet.Cell {
	if d == "" {
		return sheet.Text("")
	}
	return sheet.Day(d)
}

// NewWriter answers a writer of "csv" or "xlsx". tab names a workbook's sheet.
func NewWriter(kind string, out io.Writer, tab string) (sheet.Writer, error) {
	switch kind {
	case sheet.CSV:
		return sheet.NewCSVWriter(out)
	case sheet.XLSX:
		return sheet.NewXLSXWriter(out, tab)
	}
	return nil, crm.NewError(crm.CodeInvalid, "format", "value", kind)
}
