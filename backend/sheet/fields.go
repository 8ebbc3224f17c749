package sheet

import (
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Field is what a column means.
type Field string

// Fields a column can be mapped to.
const (
	FieldIgnore        Field = "ignore" // not imported at all
	FieldNote          Field = "note"   // kept as a line "column: value" of the lead's notes
	FieldTag           Field = "tag"    // the whole value is one tag
	FieldTags          Field = "tags"   // several, parted by comma or semicolon
	FieldID            Field = "id"     // a lead of ours: a UUID
	FieldContactID     Field = "contact_id"
	FieldName          Field = "name"
	FieldFirstName     Field = "first_name"
	FieldLastName      Field = "last_name"
	FieldCompany       Field = "company"
	FieldPhone         Field = "phone"
	FieldEmail         Field = "email"
	FieldDocument      Field = "document" // CPF or CNPJ
	FieldCity          Field = "city"
	FieldAddress       Field = "address"
	FieldZip           Field = "zip"
	FieldBirthday      Field = "birthday"
	FieldVehicle       Field = "vehicle" // several are joined: make, model, year
	FieldPlate         Field = "plate"
	FieldValue         Field = "value"
	FieldSource        Field = "source"
	FieldPipeline      Field = "pipeline"
	FieldStage         Field = "stage"
	FieldOwner         Field = "owner"
	FieldShop          Field = "shop"
	FieldSubject       Field = "subject"
	FieldTimeframe     Field = "timeframe"
	FieldQualification Field = "qualification"
	FieldReason        Field = "reason"
	FieldCreated       Field = "created"
	FieldArchived      Field = "archived"
	FieldNotes         Field = "notes"
	FieldRest          Field = "rest" // what our own export keeps beyond the columns that people read; long ones go on in the next
)

// customPrefix begins a field that the dealer added; its id follows.
const customPrefix = "field:"

// CustomMark ends the headers of such fields in an export of everything: what
// they hold is not guessed to be something else.
const CustomMark = " (campo)"

// CustomField is the field that the dealer added under an id.
func CustomField(id string) Field { return customPrefix + Field(id) }

// Custom answers the id of a field that the dealer added.
func (f Field) Custom() (id string, ok bool) { return strings.CutPrefix(string(f), customPrefix) }

// RestHeader is the header of FieldRest, in every language.
const RestHeader = "Pátio"

// fieldHeaders are the headers by which fields go in Portuguese, English and
// Spanish, folded; the likeliest first. A field's order here is also the order
// in which the window offers it.
var fieldHeaders = []struct {
	field   Field
	several bool // more than one column may be it
	headers string
}{
	{FieldName, false, `nome|nome completo|cliente|nome do cliente|nome cliente|nome do contato|nome do lead|nome lead|contato|lead|comprador|interessado|prospect
		name|full name|customer|customer name|client|client name|contact|contact name|lead name
		nombre|nombre completo|nombre y apellido|nombre y apellidos|nombre del cliente|contacto`},
	{FieldFirstName, false, `primeiro nome|first name|firstname|given name|primer nombre`},
	{FieldLastName, false, `sobrenome|ultimo nome|last name|lastname|surname|family name|apellido|apellidos`},
	{FieldCompany, false, `empresa|razao social|nome da empresa|nome fantasia|companhia|company|company name|organization|organisation|account|account name|compania|razon social`},
	{FieldPhone, true, `celular|telefone|fone|tel|cel|whatsapp|whats|wpp|zap|telefone celular|telefone fixo|numero de telefone|numero do telefone|telefones|ddd telefone|contato telefonico
		phone|phone number|mobile|mobile phone|mobile phone number|mobile number|cell|cell phone|cellphone|telephone|contact number|whatsapp number|work phone|home phone
		telefono|movil|telefono movil|numero de telefono|telefono celular`},
	{FieldEmail, true, `e mail|email|mail|e mails|emails|correio eletronico|endereco de e mail|endereco de email|email address|e mail address|correo|correo electronico|direccion de correo`},
	{FieldDocument, false, `cpf|cnpj|cpf cnpj|cnpj cpf|cpf ou cnpj|documento|doc|document|tax id|numero do documento`},
	{FieldVehicle, true, `veiculo|veiculo de interesse|carro|carro de interesse|automovel|moto|modelo|marca|versao|ano|ano modelo|modelo do veiculo|veiculo interesse|interesse|produto de interesse|anuncio|titulo do anuncio
		vehicle|vehicle of interest|car|car of interest|make|model|year|trim|listing
		vehiculo|vehiculo de interes|coche|auto|modelo del vehiculo|ano del vehiculo`},
	{FieldPlate, false, `placa|placa do veiculo|placa veiculo|plate|license plate|licence plate|number plate|matricula|patente`},
	{FieldValue, false, `valor|preco|valor do veiculo|valor da proposta|valor r|valor do negocio|valor do anuncio|preco do veiculo|proposta|orcamento|ticket
		value|price|amount|deal value|deal amount|lead value|asking price|budget
		precio|importe|monto|presupuesto|valor del vehiculo`},
	{FieldSource, false, `origem|origem do lead|fonte|canal|canal de origem|midia|como conheceu|portal|source|lead source|original source|channel|utm source|origen|origen del lead|fuente|medio`},
	{FieldPipeline, false, `funil|funil de vendas|pipeline|embudo|embudo de ventas`},
	{FieldStage, false, `situacao|status|etapa|fase|estagio|status do lead|situacao do lead|etapa do funil|stage|lead status|deal stage|pipeline stage|phase|estado|estado del lead`},
	{FieldOwner, false, `vendedor|vendedora|responsavel|atendente|consultor|consultora|corretor|proprietario do contato|owner|contact owner|lead owner|deal owner|seller|salesperson|sales rep|assigned to|agent|asesor|responsable|propietario|vendedor asignado`},
	{FieldCreated, false, `data do contato|data de contato|data|data de cadastro|data cadastro|data do cadastro|data de criacao|criado em|cadastrado em|data do lead|data de entrada|data e hora|data hora|entrada
		create date|created|created at|created on|created date|date|date created|date added|creation date|contact date|lead date
		fecha|fecha de creacion|fecha de contacto|fecha de alta|fecha del lead|creado el`},
	{FieldTimeframe, false, `prazo|prazo de compra|previsao de compra|quando pretende comprar|temperatura|urgencia|timeframe|purchase timeframe|buying timeframe|temperature|plazo|plazo de compra|urgencia de compra`},
	{FieldCity, false, `cidade|cidade uf|municipio|localidade|city|town|ciudad`},
	{FieldTags, true, `tags|etiquetas|marcadores|labels|tag|etiqueta|marcador|label`},
	{FieldTag, true, `lifecycle stage|segmento|segment|ciclo de vida`},
	{FieldNotes, true, `observacoes|observacao|obs|notas|nota|anotacoes|anotacao|comentarios|comentario|mensagem|detalhes|historico|descricao
		notes|note|comments|comment|message|remarks|description|details
		observaciones|observacion|mensaje|detalles|descripcion`},
	{FieldShop, false, `loja|filial|unidade|shop|store|branch|dealership|tienda|sucursal`},
	{FieldSubject, false, `assunto|subject|topic|asunto`},
	{FieldAddress, false, `endereco|logradouro|rua|address|street|street address|direccion|domicilio`},
	{FieldZip, false, `cep|zip|zip code|zipcode|postal code|postcode|codigo postal`},
	{FieldBirthday, false, `aniversario|data de nascimento|nascimento|data nascimento|birthday|date of birth|birth date|dob|fecha de nacimiento|cumpleanos`},
	{FieldQualification, false, `qualificacao|nivel de qualificacao|qualification|calificacion`},
	{FieldReason, false, `motivo|motivo da perda|motivo de perda|motivo da venda|reason|lost reason|closed lost reason|motivo de perdida`},
	{FieldArchived, false, `arquivado em|arquivado|archived at|archived|archivado|archivado el`},
	{FieldID, false, `id|id do lead|lead id|uuid|id lead|id del lead|record id|external id|codigo|cod|code|identificador`},
	{FieldContactID, false, `id do contato|contact id|id contato|id del contacto`},
	{FieldRest, true, `patio`},
	{FieldNote, true, ``},
	{FieldIgnore, true, ``},
}

// headerBook finds fields by header.
type headerBook struct {
	field   map[string]Field
	several map[Field]bool
}

var headers = sync.OnceValue(func() headerBook {
	book := headerBook{map[string]Field{}, map[Field]bool{}}
	for _, f := range fieldHeaders {
		book.several[f.field] = f.several
		for _, line := range strings.Split(f.headers, "\n") {
			for _, h := range strings.Split(line, "|") {
				if h = strings.TrimSpace(h); h != "" {
					book.field[h] = f.field
				}
			}
		}
	}
	return book
})

// Fields are all fields in the order in which they are offered.
func Fields() []Field {
	all := make([]Field, len(fieldHeaders))
	for i, f := range fieldHeaders {
		all[i] = f.field
	}
	return all
}

// Several says whether more than one column may be mapped to a field.
func (f Field) Several() bool { return headers().several[f] }

// known says whether f is a field at all.
func (f Field) known() bool {
	if id, custom := f.Custom(); custom {
		return uuid.Validate(id) == nil // whether there is one, the store knows
	}
	_, ok := headers().several[f]
	return ok
}

// find answers the field of a folded header and how sure that is, in percent:
// the whole header is known, or without a number at its end ("telefone 2"), or
// some words of it are ("e mail comercial").
func (b headerBook) find(header string) (Field, int) {
	if f, ok := b.field[header]; ok {
		return f, 100
	}
	words := strings.Fields(header)
	if n := len(words); n > 1 && strings.Trim(words[n-1], "0123456789") == "" {
		words = words[:n-1]
		if f, ok := b.field[strings.Join(words, " ")]; ok {
			return f, 95
		}
	}
	// The longest known run of words wins; of two equal ones the first, since
	// the noun comes first in Portuguese and Spanish.
	for size := min(len(words)-1, 4); size > 0; size-- {
		for at := 0; at+size <= len(words); at++ {
			run := strings.Join(words[at:at+size], " ")
			if f, ok := b.field[run]; ok && (size > 1 || len(run) > 3) {
				return f, 40 + 10*size
			}
		}
	}
	return FieldNote, 0
}
