package crm

// Ready records have constant ids, so that two PCs which started apart and
// join later have one "Vendas", not two.
const (
	ReadyShop = "01900000-0000-7000-8000-000000000001"

	PipelineReadyQualification = "01900000-0000-7000-8000-000000000101"
	PipelineReadySales         = "01900000-0000-7000-8000-000000000102"
	PipelineReadySubject       = "01900000-0000-7000-8000-000000000103"
)

// Lang is a language of the window and of ready names.
type Lang string

// Languages.
const (
	Portuguese Lang = "pt-BR"
	English    Lang = "en"
	Spanish    Lang = "es"
)

// Names is a ready name in each language.
type Names map[Lang]string

// ReadyStage is one stage of a ready pipeline.
type ReadyStage struct {
	ID        string
	Kind      string
	StaleDays int64
	Names     Names
}

// ReadyPipeline is a pipeline that every workspace starts with.
type ReadyPipeline struct {
	ID      string
	Kind    string
	Retired bool // a template, shown once somebody takes it into use
	Names   Names
	Stages  []ReadyStage
}

// ReadyPipelines in the order in which the window shows them.
func ReadyPipelines() []ReadyPipeline {
	stage := func(n, kind string, stale int64, pt, en, es string) ReadyStage {
		return ReadyStage{ID: "01900000-0000-7000-8000-0000000002" + n, Kind: kind, StaleDays: stale, Names: Names{Portuguese: pt, English: en, Spanish: es}}
	}
	return []ReadyPipeline{
		{ID: PipelineReadySales, Kind: PipelineSales, Names: Names{Portuguese: "Vendas", English: "Sales", Spanish: "Ventas"}, Stages: []ReadyStage{
			stage("01", StageOpen, 2, "Nova proposta", "New proposal", "Nueva propuesta"),
			stage("02", StageOpen, 5, "Em negociação", "Negotiating", "En negociación"),
			stage("03", StageOpen, 4, "Aguardando visita", "Awaiting visit", "Esperando visita"),
			stage("04", StageOpen, 3, "Visita realizada", "Visited", "Visita realizada"),
			stage("05", StageWon, 0, "Vendidos", "Sold", "Vendidos"),
			stage("06", StageLost, 0, "Não vendidos", "Not sold", "No vendidos"),
		}},
		{ID: PipelineReadyQualification, Kind: PipelineQualification, Names: Names{Portuguese: "Qualificação", English: "Qualification", Spanish: "Calificación"}, Stages: []ReadyStage{
			stage("11", StageOpen, 1, "Novo", "New", "Nuevo"),
			stage("12", StageOpen, 3, "Contactado", "Contacted", "Contactado"),
			stage("13", StageOpen, 3, "Qualificado", "Qualified", "Calificado"),
			stage("14", StageConverted, 0, "Convertido", "Converted", "Convertido"),
			stage("15", StageDiscarded, 0, "Descartado", "Discarded", "Descartado"),
		}},
		{ID: PipelineReadySubject, Kind: PipelineSubject, Retired: true, Names: Names{Portuguese: "Assuntos", English: "Matters", Spanish: "Asuntos"}, Stages: []ReadyStage{
			stage("21", StageOpen, 3, "Prospecção", "Prospecting", "Prospección"),
			stage("22", StageOpen, 5, "Contato realizado", "Contacted", "Contacto realizado"),
			stage("23", StageOpen, 5, "Proposta apresentada", "Proposal made", "Propuesta presentada"),
			stage("24", StageOpen, 5, "Negociação", "Negotiation", "Negociación"),
			stage("25", StageWon, 0, "Encerrado", "Closed", "Cerrado"),
		}},
	}
}

// SourceReferral is the ready source of leads whom somebody brought.
const SourceReferral = "Indicação"

// ReadySources are the names of the sources that every workspace starts with;
// their ids derive from the Portuguese name, so the first column never changes.
func ReadySources() []Names {
	n := func(pt, en, es string) Names { return Names{Portuguese: pt, English: en, Spanish: es} }
	return []Names{
		n("Loja", "Showroom", "Tienda"), n("Telefone", "Phone", "Teléfono"), n("WhatsApp", "WhatsApp", "WhatsApp"),
		n("Site", "Website", "Sitio web"), n(SourceReferral, "Referral", "Recomendación"), n("Instagram", "Instagram", "Instagram"),
		n("Facebook", "Facebook", "Facebook"), n("Webmotors", "Webmotors", "Webmotors"), n("OLX", "OLX", "OLX"),
		n("iCarros", "iCarros", "iCarros"), n("Mercado Livre", "Mercado Livre", "Mercado Livre"), n("Google", "Google", "Google"),
	}
}

// ReadyReason is a reason that every workspace starts with.
type ReadyReason struct {
	Kind  string // the StageKind it explains
	Names Names
}

// ReadyReasons in the order in which the window offers them.
func ReadyReasons() []ReadyReason {
	r := func(kind, pt, en, es string) ReadyReason {
		return ReadyReason{kind, Names{Portuguese: pt, English: en, Spanish: es}}
	}
	return []ReadyReason{
		r(StageWon, "Preço", "Price", "Precio"), r(StageWon, "Financiamento aprovado", "Financing approved", "Financiación aprobada"),
		r(StageWon, "Avaliação da troca", "Trade-in offer", "Tasación del usado"), r(StageWon, "Atendimento", "Service", "Atención"),
		r(StageLost, "Preço", "Price", "Precio"), r(StageLost, "Crédito negado", "Credit denied", "Crédito rechazado"),
		r(StageLost, "Comprou em outra loja", "Bought elsewhere", "Compró en otro lugar"), r(StageLost, "Desistiu da compra", "Gave up buying", "Desistió de la compra"),
		r(StageLost, "Avaliação da troca", "Trade-in offer", "Tasación del usado"), r(StageLost, "Não responde", "No answer", "No responde"),
		r(StageDiscarded, "Não responde", "No answer", "No responde"), r(StageDiscarded, "Contato inválido", "Invalid contact", "Contacto inválido"),
		r(StageDiscarded, "Sem interesse", "Not interested", "Sin interés"), r(StageDiscarded, "Duplicado", "Duplicate", "Duplicado"),
	}
}
