package sheet

import (
	"slices"
	"testing"

	"patio/backend/crm"
	"patio/backend/format"
)

func TestTheOtherCRMsExportIsUnderstood(t *testing.T) {
	s := mustOpen(t, "testdata/contatos-en.csv")
	want := map[string]Field{"Record ID": FieldNote, "First Name": FieldFirstName, "Last Name": FieldLastName, "Email": FieldEmail, "Phone Number": FieldPhone,
		"Mobile Phone Number": FieldPhone, "Company name": FieldCompany, "Lifecycle Stage": FieldTag, "Lead Status": FieldStage, "Contact owner": FieldOwner,
		"Create Date": FieldCreated, "Original Source": FieldSource, "Notes": FieldNotes}
	for _, c := range s.Suggest() {
		if c.Field != want[c.Header] {
			t.Errorf("%q is taken for %s, want %s", c.Header, c.Field, want[c.Header])
		}
	}
	refused, warned, phones, extensions := 0, 0, map[string]int{}, 0
	for _, r := range parseAll(t, s) {
		if r.Refused() {
			refused++
		}
		warned += len(r.Warnings)
		for _, p := range r.Lead.Phones {
			phones[format.PhoneRegion(p.E164)]++
			if p.Ext != "" {
				extensions++
			}
		}
	}
	if s.Count != 600 || refused != 4 || warned != 0 {
		t.Errorf("%d rows, %d refused, %d warnings", s.Count, refused, warned)
	}
	if extensions == 0 || phones["US"] == 0 || phones["BR"] == 0 {
		t.Errorf("phones %v, extensions %d", phones, extensions)
	}
}

func TestMappingsAreSuggestedInThreeLanguages(t *testing.T) {
	for text, want := range map[string][]Field{
		"Nombre;Teléfono móvil;Correo;Matrícula;Precio;Fecha;Asesor;Estado\nAna;+34 612345678;a@b.co;ABC1D23;1.000,00;01/02/2026;Luz;Nuevo\n":            {FieldName, FieldPhone, FieldEmail, FieldPlate, FieldValue, FieldCreated, FieldOwner, FieldStage},
		"Full Name,Mobile,E-mail,License Plate,Asking price,Created at,Assigned to,Deal stage\nAna,+14155550199,a@b.co,ABC1D23,100,2026-01-02,Bob,New\n": {FieldName, FieldPhone, FieldEmail, FieldPlate, FieldValue, FieldCreated, FieldOwner, FieldStage},
		"CLIENTE;TELEFONE 1;TELEFONE 2;Email comercial;Estado;Data nascimento;Valor\nAna;11985270593;11985270594;a@b.co;SP;01/02/1980;100\n":             {FieldName, FieldPhone, FieldPhone, FieldEmail, FieldNote, FieldBirthday, FieldValue},
		"Contato;Cliente\n11985270593;Ana\n":                                                           {FieldPhone, FieldName},
		"Nome;Data;Data de criação;Fone\nA;01/02/2026;01/02/2026;11985270593\n":                        {FieldName, FieldCreated, FieldNote, FieldPhone},
		"Qualquer;Coisa;Aqui\nAna Lima Souza;11985270593;ana@b.co\nBia Sá Lima;11985270593;bia@b.co\n": {FieldName, FieldPhone, FieldEmail},
		"id;Nome;Fone\n0190a7b0-1111-7000-8000-000000000001;Ana;11985270593\n":                         {FieldID, FieldName, FieldPhone},
		"id;Nome;Fone\n17;Ana;11985270593\n":                                                           {FieldNote, FieldName, FieldPhone},
	} {
		s := mustOpen(t, file(t, "a.csv", []byte(text)))
		var got []Field
		for _, c := range s.Suggest() {
			got = append(got, c.Field)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q:\n got %v\nwant %v", text, got, want)
		}
	}
}

func TestAMappingIsRememberedForTheSameHeaders(t *testing.T) {
	s := mustOpen(t, file(t, "a.csv", []byte("Nome;Fone;Obs;Cor\nAna;11985270593;x;azul\n")))
	m := s.Suggest()
	if err := m.Set("cor", FieldTag); err != nil {
		t.Fatal(err)
	}
	if err := m.Set("C", FieldIgnore); err != nil {
		t.Fatal(err)
	}
	moved := mustOpen(t, file(t, "b.csv", []byte("COR;Fone;Nome;Obs\nazul;11985270593;Ana;x\n")))
	if Signature(s.Headers) != Signature(moved.Headers) || Signature(s.Headers) == Signature(s.Headers[:3]) {
		t.Error("the signature of headers is wrong")
	}
	var got []Field
	for _, c := range moved.Recall(m) {
		got = append(got, c.Field)
	}
	if want := []Field{FieldTag, FieldPhone, FieldName, FieldIgnore}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMappingsThatCannotWorkAreRefused(t *testing.T) {
	for _, c := range []struct {
		fields []Field
		code   crm.Code
	}{
		{[]Field{FieldName, FieldPhone}, ""},
		{[]Field{FieldFirstName, FieldEmail, FieldEmail}, ""},
		{[]Field{FieldPhone, FieldNote}, CodeNoName},
		{[]Field{FieldName, FieldNote}, CodeNoContact},
		{[]Field{FieldName, FieldPhone, FieldValue, FieldValue}, CodeFieldTwice},
		{[]Field{FieldName, "phones"}, CodeUnknownField},
	} {
		m := Mapping{}
		for _, f := range c.fields {
			m = append(m, Column{"x", f})
		}
		if err := m.Check(); crm.CodeOf(err) != c.code {
			t.Errorf("%v: %v, want %q", c.fields, err, c.code)
		}
	}
	m := Mapping{{"Nome", FieldName}}
	if err := m.Set("Fone", FieldPhone); crm.CodeOf(err) != CodeUnknownColumn {
		t.Error(err)
	}
	if err := m.Set("Nome", "x"); crm.CodeOf(err) != CodeUnknownField {
		t.Error(err)
	}
}
